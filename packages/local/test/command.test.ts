import { describe, expect, it } from 'vitest';
import { readConfig, shellLines } from '../src/command.ts';

const issuer = { url: 'http://127.0.0.1:2/tenants', audience: 'tenant-aws', jwksUri: '', token: () => Promise.resolve('') };

describe('readConfig', () => {
  it('reads the options, and overrides the port with that of the command line', () => {
    expect(readConfig(Buffer.from('{"roles":{},"port":1}'), undefined)).toEqual({ roles: {}, port: 1 });
    expect(readConfig(Buffer.from('{"roles":{},"port":1}'), 4600)).toEqual({ roles: {}, port: 4600 });
  });

  it.each([
    ['JSON that ends early', '{"roles":', 'JSON'],
    ['a repeated name', '{"roles":{},"roles":{}}', 'twice'],
    ['functions', '{"functions":{"worker":"worker.js"}}', '`functions` cannot be in the file of `--config`'],
    ['state machines', '{"stateMachines":{}}', '`stateMachines` cannot be in the file of `--config`'],
    ['an array', '[]', 'the file of `--config` must contain a JSON object'],
  ])('refuses %s', (_, file, message) => {
    expect(() => readConfig(Buffer.from(file))).toThrow(message);
  });
});

describe('shellLines', () => {
  it('quotes values for the shell', () => {
    const text = shellLines({ env: { A: "x'; rm -rf $HOME" }, unset: ['B', 'C'], url: 'http://127.0.0.1:1', issuer }, 'a comment');
    expect(text).toBe(
      `export A='x'\\''; rm -rf $HOME'\nunset B C\n# enforcing IAM\n# a comment\n# ready at http://127.0.0.1:1, issuer http://127.0.0.1:2/tenants\n`,
    );
  });
});
