import { describe, expect, it } from 'vitest';
import { startError } from '../src/start-error.ts';

const systemError = (code: string, more: object) => Object.assign(new Error(`${code}: internal text`), { code, ...more });

describe('startError', () => {
  it.each([
    [systemError('EADDRINUSE', { address: '127.0.0.1', port: 4600 }), 'the address 127.0.0.1, port 4600, is in use: choose another port'],
    [
      systemError('EADDRNOTAVAIL', { address: '192.0.2.1' }),
      'the address 192.0.2.1 is not an address of this machine: choose another `--host`',
    ],
    [systemError('EACCES', { address: '127.0.0.1', port: 80 }), 'the address 127.0.0.1, port 80, is not permitted to this user'],
    [systemError('ENOENT', { path: 'local.json' }), 'the file `local.json` does not exist'],
    [systemError('EACCES', { path: 'local.json' }), 'the file `local.json` is not permitted to this user'],
    [systemError('EISDIR', {}), 'EISDIR: internal text'],
    [new TypeError('the options are invalid\n    at file.js:1'), 'the options are invalid'],
  ])('is one line: %s', (error, expected) => {
    const line = startError(error);
    expect(line).toContain(expected);
    expect(line).not.toContain('\n');
  });
});
