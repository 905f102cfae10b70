import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { isObject } from '@tenant-aws/policy/json';
import { parseStrictJson } from './strict-json.ts';

/** What an issuer keeps from one start to the next. */
export interface KeptIssuer {
  readonly port: number;
  /** A private RSA key. */
  readonly key: JWK;
}

const NOTE = 'The key of a local AWS issuer, for development. Only this computer accepts its tokens. Do not commit or copy this file.';
const PERMISSIONS = 0o600;

/**
 * Reads the file; undefined if there is no file.
 *
 * @throws TypeError if other users can read the file, or its content is not a kept issuer
 */
export async function readIssuerFile(path: string): Promise<KeptIssuer | undefined> {
  const file = await open(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { mode } = await file.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new TypeError(`\`issuerFile\` ${path} contains a private key and other users can access it: run chmod 600, or delete it`);
    return await parseKept(await file.readFile(), path);
  } finally {
    await file.close();
  }
}

/**
 * Writes a new file, which only this user can read.
 *
 * @throws Error EEXIST if there is a file: a key that another process uses is never replaced
 */
export async function writeIssuerFile(path: string, { port, key }: KeptIssuer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx', PERMISSIONS);
  try {
    await file.writeFile(`${JSON.stringify({ note: NOTE, port, key }, undefined, 2)}\n`);
  } finally {
    await file.close();
  }
}

/** A new random key. The issuer never takes a key from its caller, so that no key of another issuer is ever here. */
export async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return exportJWK(privateKey);
}

async function parseKept(content: Uint8Array, path: string): Promise<KeptIssuer> {
  try {
    const kept = parseStrictJson(content, 'the file');
    if (isObject(kept) && isPort(kept['port']) && isObject(kept['key'])) {
      const key = kept['key'] as JWK;
      const imported = await importJWK(key, 'RS256');
      if ('type' in imported && imported.type === 'private') return { port: kept['port'], key };
    }
  } catch {
    // The cause could contain a part of the key.
  }
  throw new TypeError(`\`issuerFile\` ${path} is not a file of this option: delete it, or name another file`);
}

function isPort(port: unknown): port is number {
  return Number.isInteger(port) && Number(port) > 0 && Number(port) <= 65_535;
}
