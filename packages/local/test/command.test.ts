import { describe, expect, it } from 'vitest';
import { readConfig, shellLines } from '../src/command.ts';

const issuer = { url: 'http://127.0.0.1:2/tenants', audience: 'tenant-aws', jwksUri: '', token: () => Promise.resolve('') };

describe('readConfig', () => {
  it('reads the options, and overrides the port with that of the command line', () => {
    expect(readConfig(Buffer.from('{"roles":{},"port":1}'), undefined)).toEqual({ roles: {}, port: 1 });
    expect(readConfig(Buffer.from('{"roles":{},"port":1}'), '4600')).toEqual({ roles: {}, port: 4600 });
  });

  it.each([
    ['JSON that ends early', '{"roles":', undefined, 'JSON'],
    ['a repeated name', '{"roles":{},"roles":{}}', undefined, 'twice'],
    ['an array', '[]', undefined, 'the file of `--config` must contain a JSON object'],
    ['functions', '{"functions":{"worker":"worker.js"}}', undefined, '`functions` cannot be in the file of `--config`'],
    ['state machines', '{"stateMachines":{}}', undefined, '`stateMachines` cannot be in the file of `--config`'],
    ['a port in scientific notation', '{"roles":{}}', '4e3', '`--port` must be an integer from 0 to 65535'],
    ['a port out of range', '{"roles":{}}', '65536', '`--port` must be an integer from 0 to 65535'],
  ])('refuses %s', (_, file, port, message) => {
    expect(() => readConfig(Buffer.from(file), port)).toThrow(message);
  });
});

describe('shellLines', () => {
  it('quotes values for the shell', () => {
    const text = shellLines({ env: { A: "x'; rm -rf $HOME" }, unset: ['B', 'C'], url: 'http://127.0.0.1:1', issuer });
    expect(text).toBe(`export A='x'\\''; rm -rf $HOME'\nunset B C\n# ready at http://127.0.0.1:1, issuer http://127.0.0.1:2/tenants\n`);
  });
});
