import { TokenInvalidError } from '../errors.ts';
import { repeatsKey } from './repeated-key.ts';

/** What a token says of itself, read to choose the key that will judge it. Nothing of it may be believed. */
export interface UnverifiedToken {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly issuer: unknown;
}

/** The last day that a JavaScript Date can hold, in seconds. */
const MAX_SECONDS = 8.64e12;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a compact JWS and refuses what jsonwebtoken would let through: no `exp`, `crit`, `b64`, a payload that is no object,
 * a key given twice, bytes that are not UTF-8, and a second spelling of the same bytes.
 *
 * @throws {@link TokenInvalidError}
 */
export function parseUnverified(token: string): UnverifiedToken {
  const [head, body, signature, ...more] = token.split('.');
  if (head === undefined || body === undefined || signature === undefined || more.length > 0)
    throw new TokenInvalidError('not a compact JWS');
  const header = readObject('header', bytesOf(head));
  // RFC 7515, 4.1.11: what we do not understand we must refuse, and we understand no extension.
  if ('crit' in header || 'b64' in header) throw new TokenInvalidError('the header asks for an extension that is not supported');
  const { alg, kid } = header;
  if (typeof alg !== 'string') throw new TokenInvalidError('the header names no algorithm');
  if (kid !== undefined && typeof kid !== 'string') throw new TokenInvalidError('the key id is not a string');
  if (signature === '') throw new TokenInvalidError('not signed');
  bytesOf(signature);
  const { exp, iss } = readObject('payload', bytesOf(body));
  if (exp === undefined) throw new TokenInvalidError('no expiry');
  if (typeof exp !== 'number' || exp < 0 || exp > MAX_SECONDS) throw new TokenInvalidError('the expiry is not a date');
  return { algorithm: alg, keyId: kid, issuer: iss };
}

/** One spelling a token: the unused bits of a last character are zero, and the alphabet is base64url without padding. */
function bytesOf(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new TokenInvalidError('not base64url');
  return bytes;
}

function readObject(name: string, bytes: Buffer): Readonly<Record<string, unknown>> {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new TokenInvalidError(`the ${name} is not JSON`); // without the cause: its message quotes the token
  }
  if (!isObject(value)) throw new TokenInvalidError(`the ${name} is not an object`);
  if (repeatsKey(text)) throw new TokenInvalidError(`the ${name} names a key twice`);
  return Object.assign(Object.create(null), value); // own properties alone: nothing that some package hung on Object.prototype
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
