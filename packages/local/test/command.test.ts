import { describe, expect, it } from 'vitest';
import { readConfig, shellLines } from '../src/command.ts';

const issuer = { url: 'http://127.0.0.1:2/tenants', audience: 'tenant-aws', jwksUri: '', token: () => Promise.resolve('') };

describe('readConfig', () => {
  it('reads the options, and lets the port of the command line win', () => {
    expect(readConfig(Buffer.from('{"roles":{},"port":1}'), undefined)).toEqual({ roles: {}, port: 1 });
    expect(readConfig(Buffer.from('{"roles":{},"port":1}'), '4600')).toEqual({ roles: {}, port: 4600 });
  });

  it.each([
    ['JSON that ends early', '{"roles":', undefined],
    ['a name twice', '{"roles":{},"roles":{}}', undefined],
    ['an array', '[]', undefined],
    ['a port in scientific notation', '{"roles":{}}', '4e3'],
    ['a port out of range', '{"roles":{}}', '65536'],
  ])('refuses %s', (_, file, port) => {
    expect(() => readConfig(Buffer.from(file), port)).toThrow(Error);
  });
});

describe('shellLines', () => {
  it('quotes what a shell would read otherwise', () => {
    const text = shellLines({ env: { A: "x'; rm -rf $HOME" }, unset: ['B', 'C'], url: 'http://127.0.0.1:1', issuer });
    expect(text).toBe(`export A='x'\\''; rm -rf $HOME'\nunset B C\n# ready at http://127.0.0.1:1, issuer http://127.0.0.1:2/tenants\n`);
  });
});
