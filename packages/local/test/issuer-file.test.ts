import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { close, listen } from '../src/loopback.ts';
import { start } from './start-aws.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenant-aws-issuer-'));
});
afterAll(() => rm(folder, { recursive: true }));

const fileNamed = (name: string): string => join(folder, name, 'issuer.json');

/** A file that a start has written. */
async function written(name: string): Promise<{ file: string; content: string }> {
  const file = fileNamed(name);
  const aws = await start({ issuerFile: file });
  await aws.close();
  return { file, content: await readFile(file, 'utf8') };
}

describe('issuerFile', () => {
  it('keeps a token valid after a restart: the issuer has the same URL and the same key', async () => {
    const file = fileNamed('restart');
    const first = await start({ issuerFile: file });
    const token = await first.issuer.token({ tenant: 'acme' });
    await first.close();

    const second = await start({ issuerFile: file });
    const { url: issuer, audience, jwksUri } = second.issuer;
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwksUri)), { issuer, audience });
    await second.close();

    expect(payload['custom:tenant_id']).toBe('acme');
  });

  it('writes a random key that only this user can read, into a folder that it creates', async () => {
    const [{ file, content }, other] = [await written('first'), await written('second')];

    expect(((await stat(file)).mode & 0o777).toString(8)).toBe(process.platform === 'win32' ? '666' : '600');
    expect(JSON.parse(content).key.d).not.toBe(JSON.parse(other.content).key.d);
  });

  it('publishes only the public part of the key', async () => {
    const { file } = await written('public');
    const aws = await start({ issuerFile: file });
    const { keys } = JSON.parse(await (await fetch(aws.issuer.jwksUri)).text());
    await aws.close();

    expect(Object.keys(keys[0]).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(inspect(aws, { depth: 10 }) + JSON.stringify(aws)).not.toContain(JSON.parse(await readFile(file, 'utf8')).key.d);
  });

  it.each(['https://login.example.com', 'http://127.0.0.1:1/tenants', undefined])(
    'signs no token with the claim `iss` %s: the key is of no use for another issuer',
    async (iss) => {
      const { file } = await written(`iss-${String(iss?.length)}`);
      const aws = await start({ issuerFile: file });
      const token = aws.issuer.token({ tenant: 'acme', claims: { iss } });
      await expect(token).rejects.toThrow('the claim `iss` cannot be changed with `issuerFile`');
      await aws.close();
    },
  );

  it('uses `issuerPort` in place of the kept port', async () => {
    const { file, content } = await written('port');
    const server = createServer();
    const free = Number(new URL(await listen(server, 0)).port);
    await close(server);

    const aws = await start({ issuerFile: file, issuerPort: free });
    const { kid } = decodeProtectedHeader(await aws.issuer.token({ tenant: 'acme' }));
    await aws.close();

    expect(new URL(aws.issuer.url).port).toBe(String(free));
    expect(kid).toMatch(/^[\w-]{43}$/);
    expect(await readFile(file, 'utf8')).toBe(content);
  });

  it('refuses a file that another process uses', async () => {
    const { file } = await written('used');
    const aws = await start({ issuerFile: file });
    await expect(start({ issuerFile: file })).rejects.toThrow(
      /the issuer's port \d+, kept in `issuerFile` .*, is in use: give each process/,
    );
    await aws.close();
  });

  it.skipIf(process.platform === 'win32')('refuses a file that other users can read', async () => {
    const { file } = await written('readable');
    await chmod(file, 0o644);
    await expect(start({ issuerFile: file })).rejects.toThrow('other users can access it: run chmod 600, or delete it');
  });

  it.each<[string, (kept: { port: number; key: Record<string, string> }) => string]>([
    ['that ends early', (kept) => JSON.stringify(kept).slice(0, -1)],
    ['that is empty', () => ''],
    ['without a port', ({ key }) => JSON.stringify({ key })],
    ['with a port out of range', ({ key }) => JSON.stringify({ port: 65_536, key })],
    ['with a public key', ({ port, key: { kty, n, e } }) => JSON.stringify({ port, key: { kty, n, e } })],
    ['with a secret in place of a key pair', ({ port }) => JSON.stringify({ port, key: { kty: 'oct', k: 'c2VjcmV0LWtleQ' } })],
  ])('refuses a file %s, and does not show its content', async (title, change) => {
    const { file, content } = await written(title.replaceAll(' ', '-'));
    const kept = JSON.parse(content);
    await writeFile(file, change(kept));

    const error = await start({ issuerFile: file }).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ message: `\`issuerFile\` ${file} is not a file of this option: delete it, or name another file` });
    expect(inspect(error)).not.toContain(kept.key.d);
    expect(inspect(error)).not.toContain('c2VjcmV0LWtleQ');
  });

  it('must be a path', async () => {
    await expect(start({ issuerFile: 5 as unknown as string })).rejects.toThrow('`issuerFile` must be the path of a file');
  });
});
