import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isToken, newToken, readTokenFile } from '../../src/control/token.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenant-aws-token-'));
});
afterAll(() => rm(folder, { recursive: true }));

const TOKEN = 'x'.repeat(32);

async function file(name: string, content: string, mode = 0o600): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  await chmod(path, mode);
  return path;
}

describe('newToken', () => {
  it('has 256 random bits', () => {
    expect(newToken()).toMatch(/^[\w-]{43}$/);
    expect(newToken()).not.toBe(newToken());
  });
});

describe('readTokenFile', () => {
  it.each(['', '\n', '\r\n'])('reads a token that is followed by %j', async (end) => {
    expect(await readTokenFile(await file('good', TOKEN + end))).toBe(TOKEN);
  });

  it('writes a new token to a file that only this user can read, and reads it the next time', async () => {
    const path = join(folder, 'new');
    const token = await readTokenFile(path);
    expect(await readFile(path, 'utf8')).toBe(`${token}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readTokenFile(path)).toBe(token);
  });

  it.each([0o640, 0o604, 0o620, 0o666])('refuses a file that other users can access: mode %o', async (mode) => {
    await expect(readTokenFile(await file('shared', TOKEN, mode))).rejects.toThrow('other users can access');
  });

  it.each([
    ['no token', ''],
    ['a short token', 'x'.repeat(31)],
    ['a long token', 'x'.repeat(257)],
    ['a token with a space', `${TOKEN} y`],
    ['two lines', `${TOKEN}\n${TOKEN}`],
    ['a character that is not ASCII', `${TOKEN}é`],
    ['a large file', 'x'.repeat(5000)],
  ])('refuses %s, and does not repeat the content', async (_, content) => {
    const error = await readTokenFile(await file('bad', content)).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('must contain one token of 32 to 256 printable ASCII characters');
    expect(String(error)).not.toContain('xxx');
  });

  it('refuses a folder', async () => {
    const path = join(folder, 'folder');
    await mkdir(path);
    await expect(readTokenFile(path)).rejects.toThrow('must contain one token');
  });
});

describe('isToken', () => {
  it('accepts exactly the token', () => {
    expect(isToken(TOKEN, TOKEN)).toBe(true);
    for (const other of ['', 'x', `${TOKEN}x`, TOKEN.toUpperCase(), ` ${TOKEN}`]) expect(isToken(other, TOKEN)).toBe(false);
  });
});
