import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { open } from 'node:fs/promises';

const TOKEN = /^[\x21-\x7e]{32,256}$/;
const PERMISSIONS = 0o600;
/** A larger file is not a file of a token, and is not read. */
const MAX_FILE_BYTES = 1024;

/** A new token: 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Reads the token in a file. If there is no file, writes a new token to one that only this user can read.
 *
 * @throws TypeError if other users can access the file, or its content is not a token. The error never contains the content.
 */
export async function readTokenFile(path: string): Promise<string> {
  const file = await open(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return writeTokenFile(path);
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > MAX_FILE_BYTES) throw new TypeError(invalidContent(path));
    if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0)
      throw new TypeError(`\`--token-file\` ${path} is a file that other users can access: run chmod 600`);
    const token = (await file.readFile('latin1')).replace(/\r?\n$/, '');
    if (!TOKEN.test(token)) throw new TypeError(invalidContent(path));
    return token;
  } finally {
    await file.close();
  }
}

/** Compares the digests in constant time: they have one length, so the length of the token is not revealed either. */
export function isToken(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

async function writeTokenFile(path: string): Promise<string> {
  const token = newToken();
  const file = await open(path, 'wx', PERMISSIONS);
  try {
    await file.writeFile(`${token}\n`);
  } finally {
    await file.close();
  }
  return token;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function invalidContent(path: string): string {
  return `\`--token-file\` ${path} must contain one token of 32 to 256 printable ASCII characters without spaces`;
}
