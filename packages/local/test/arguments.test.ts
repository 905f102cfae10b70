import { describe, expect, it } from 'vitest';
import { isReachable, readArguments } from '../src/arguments.ts';

const loopback = { host: '127.0.0.1', publicHost: '127.0.0.1' };

describe('readArguments', () => {
  it('needs no arguments', () => {
    expect(readArguments([])).toEqual({ kind: 'start', address: loopback });
  });

  it('reads every option, with a space or `=` before its value', () => {
    const address = { host: '0.0.0.0', publicHost: 'local-aws' };
    const expected = { kind: 'start', config: 'a.json', port: 4600, tokenFile: 't', address };
    const names = ['--config', 'a.json', '--port', '4600', '--host', '0.0.0.0', '--public-host', 'Local-AWS', '--token-file', 't'];
    expect(readArguments(names)).toEqual(expected);
    const joined = ['--config=a.json', '--port=4600', '--host=0.0.0.0', '--public-host=local-aws', '--token-file=t'];
    expect(readArguments(joined)).toEqual(expected);
  });

  it('reads `--help` and `--version`', () => {
    expect(readArguments(['--help'])).toEqual({ kind: 'help' });
    expect(readArguments(['--version'])).toEqual({ kind: 'version' });
  });

  it.each([
    ['0.0.0.0', '127.0.0.1'],
    ['::', '[::1]'],
    ['::1', '[::1]'],
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '[2001:db8::1]'],
  ])('listens on %s, and has %s in its URLs', (host, publicHost) => {
    expect(readArguments(['--host', host])).toMatchObject({ address: { host, publicHost } });
  });

  it.each([
    [['--prot', '1'], '`--prot` is not an option of this command'],
    [['--__proto__'], '`--__proto__` is not an option of this command'],
    [['--constructor=1'], '`--constructor` is not an option of this command'],
    [['-p', '1'], '`-p` is not an option of this command'],
    [['local.json'], 'the command has options only'],
    [['--', '--port'], 'the command has options only'],
    [['--port'], '`--port` needs a value'],
    [['--port='], '`--port` needs a value'],
    [['--port', '1', '--port', '2'], '`--port` occurs more than once'],
    [['--help=yes'], '`--help` has no value'],
    [['--port', '4e3'], '`--port` must be an integer from 0 to 65535'],
    [['--port', '65536'], '`--port` must be an integer from 0 to 65535'],
    [['--port', '-1'], '`--port` must be an integer from 0 to 65535'],
    [['--host', 'localhost'], '`--host` must be an IP address'],
    [['--host', '0'], '`--host` must be an IP address'],
    [['--public-host', 'a b'], '`--public-host` must be a host name or an IP address'],
    [['--public-host', "a'; rm -rf /"], '`--public-host` must be a host name or an IP address'],
    [['--public-host', 'local-aws:4600'], '`--public-host` must be a host name or an IP address'],
    [['--public-host', 'http://local-aws'], '`--public-host` must be a host name or an IP address'],
  ])('refuses %j', (args, message) => {
    expect(() => readArguments(args)).toThrow(message);
  });
});

describe('isReachable', () => {
  it.each([
    ['127.0.0.1', false],
    ['127.1.2.3', false],
    ['::1', false],
    ['0.0.0.0', true],
    ['::', true],
    ['192.0.2.1', true],
  ])('of %s is %s', (host, expected) => {
    expect(isReachable({ host, publicHost: host })).toBe(expected);
  });
});
