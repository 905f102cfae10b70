import { isObject } from '@tenant-aws/policy/json';
import { TokenInvalidError } from '../errors.ts';
import { isAlgorithm } from './algorithm.ts';
import { parseTokenObject } from './token-json.ts';

/** What a token says of itself, read to choose the key that will judge it. Nothing of it may be believed. */
export interface UnverifiedToken {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly issuer: unknown;
  /** `iat`, in seconds of the epoch. */
  readonly issuedAt: number | undefined;
}

type Header = Pick<UnverifiedToken, 'algorithm' | 'keyId'>;
type Payload = Pick<UnverifiedToken, 'issuer' | 'issuedAt'>;

/** The last day that a JavaScript Date can hold, in seconds. */
const MAX_SECONDS = 8.64e12;
/**
 * The types of tokens that speak for a user. A token of another type, such as `logout+jwt` or `dpop+jwt`, may have the same
 * issuer, key and audience and mean something else.
 *
 * @see RFC 8725, 3.11 (explicit typing), RFC 9068, 2.1 (`at+jwt`), RFC 7515, 4.1.9 (`application/` may be omitted)
 */
const TYPES: ReadonlySet<string> = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);

/**
 * Reads a compact JWS and refuses what jsonwebtoken would let through: a `typ` of another kind of token, `crit`, `b64`, no `exp`,
 * an `iat` that is not a date, `cnf`, `events`, what {@link parseTokenObject} refuses, and a second spelling of the same bytes.
 *
 * The cheapest refusals come first: the payload, which is the longest part, is read last.
 *
 * @param accepts whether tokens of this algorithm are accepted. Default: every algorithm that can be configured
 * @throws {@link TokenInvalidError}
 */
export function parseUnverified(token: string, accepts: (algorithm: string) => boolean = isAlgorithm): UnverifiedToken {
  const [head, body, signature, ...more] = token.split('.', 4);
  if (head === undefined || body === undefined || signature === undefined || more.length > 0)
    throw new TokenInvalidError('not a compact JWS');
  if (signature === '') throw new TokenInvalidError('not signed');
  bytesOf(signature);
  const header = readHeader(parseTokenObject('header', bytesOf(head)), accepts);
  return { ...header, ...readPayload(parseTokenObject('payload', bytesOf(body))) };
}

function readHeader(header: Readonly<Record<string, unknown>>, accepts: (algorithm: string) => boolean): Header {
  // RFC 7515, 4.1.11: what we do not understand we must refuse, and we understand no extension.
  if ('crit' in header || 'b64' in header) throw new TokenInvalidError('the header asks for an extension that is not supported');
  const { alg, kid, typ } = header;
  if (typeof alg !== 'string') throw new TokenInvalidError('the header names no algorithm');
  if (!accepts(alg)) throw new TokenInvalidError('the algorithm is not accepted');
  if (typ !== undefined && !(typeof typ === 'string' && TYPES.has(typ.toLowerCase())))
    throw new TokenInvalidError('the `typ` is neither JWT nor at+jwt');
  if (kid !== undefined && typeof kid !== 'string') throw new TokenInvalidError('the key id is not a string');
  return { algorithm: alg, keyId: kid };
}

function readPayload(payload: Readonly<Record<string, unknown>>): Payload {
  const { exp, iat, nbf, iss, events } = payload;
  if (exp === undefined) throw new TokenInvalidError('no expiry');
  if (!isDate(exp)) throw new TokenInvalidError('the expiry is not a date');
  if (iat !== undefined && !isDate(iat)) throw new TokenInvalidError('the `iat` is not a date');
  if (nbf !== undefined && typeof nbf !== 'number') throw new TokenInvalidError('the `nbf` is not a number');
  // RFC 7800: whoever presents the token must prove possession of that key. A stolen token would be accepted without it.
  if ('cnf' in payload) throw new TokenInvalidError('bound to a key by `cnf`, and possession of that key is not checked');
  // RFC 8417, 2.2 and 4.5: a logout token, for example, need not have a `typ`.
  if (isObject(events)) throw new TokenInvalidError('a security event, not an access token');
  return { issuer: iss, issuedAt: iat };
}

function isDate(seconds: unknown): seconds is number {
  return typeof seconds === 'number' && seconds >= 0 && seconds <= MAX_SECONDS;
}

/** One spelling a token: the unused bits of a last character are zero, and the alphabet is base64url without padding. */
function bytesOf(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new TokenInvalidError('not base64url');
  return bytes;
}
