import { isObject } from '@tenant-aws/policy/json';
import { TokenInvalidError } from '../errors.ts';
import { isAlgorithm } from './algorithm.ts';
import { parseTokenObject } from './token-json.ts';

/** The unverified fields of a token that are needed to find its key. They must not be trusted. */
export interface UnverifiedToken {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly issuer: unknown;
  /** `iat`, in seconds of the epoch. */
  readonly issuedAt: number | undefined;
}

type Header = Pick<UnverifiedToken, 'algorithm' | 'keyId'>;
type Payload = Pick<UnverifiedToken, 'issuer' | 'issuedAt'>;

/** The latest time of a JavaScript Date, in seconds. */
const MAX_SECONDS = 8.64e12;
/**
 * The types of tokens that identify a user. A token of another type, such as `logout+jwt` or `dpop+jwt`, may have the same
 * issuer, key and audience but another meaning.
 *
 * @see RFC 8725, 3.11 (explicit typing), RFC 9068, 2.1 (`at+jwt`), RFC 7515, 4.1.9 (`application/` may be omitted)
 */
const TYPES: ReadonlySet<string> = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);

/**
 * Reads a compact JWS and refuses tokens that jsonwebtoken would accept: with a `typ` of another kind of token, `crit`, `b64`, no `exp`,
 * an `iat` that is not a date, `cnf` or `events`, with another encoding of the same bytes, or refused by {@link parseTokenObject}.
 *
 * The cheapest checks come first: the payload, which is the longest part, is read last.
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
  // RFC 7515, 4.1.11: unknown critical extensions must be refused, and no extension is supported here.
  if ('crit' in header || 'b64' in header) throw new TokenInvalidError('the header requires an extension that is not supported');
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
  // RFC 7800: the sender must prove possession of that key. Without this proof a stolen token would be accepted.
  if ('cnf' in payload) throw new TokenInvalidError('bound to a key by `cnf`, and possession of that key is not checked');
  // RFC 8417, 2.2 and 4.5: a security event, such as a logout token, may have no `typ`.
  if (isObject(events)) throw new TokenInvalidError('a security event, not an access token');
  return { issuer: iss, issuedAt: iat };
}

function isDate(seconds: unknown): seconds is number {
  return typeof seconds === 'number' && seconds >= 0 && seconds <= MAX_SECONDS;
}

/** Accepts one encoding of the bytes: the base64url alphabet, no padding, and zeros in the unused bits of the last character. */
function bytesOf(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new TokenInvalidError('not base64url');
  return bytes;
}
