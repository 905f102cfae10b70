import { isObject } from '@tenant-aws/policy/json';
import { TokenInvalidError } from '../errors.ts';
import { isAlgorithm } from './algorithm.ts';
import { ownProperty } from './tenant-claim.ts';
import { parseTokenObject } from './token-json.ts';
import type { Claims } from './verified-claims.ts';

/** The header of a token. */
export interface TokenHeader {
  /** The first part of the token. A copy: a slice would keep the whole token in memory. */
  readonly encoded: string;
  readonly algorithm: string;
  readonly keyId: string | undefined;
}

/** What a token says before its signature is verified. It must not be trusted. */
export interface UnverifiedToken {
  readonly header: TokenHeader;
  /** The payload, frozen at every depth. */
  readonly claims: Claims;
  readonly issuer: unknown;
  /** `iat`, in seconds of the epoch. */
  readonly issuedAt: number | undefined;
}

type Payload = Omit<UnverifiedToken, 'header' | 'claims'>;

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
 * @param known a header that was accepted with the same `accepts`. The same text is not read again
 * @throws {@link TokenInvalidError}
 */
export function parseUnverified(
  token: string,
  accepts: (algorithm: string) => boolean = isAlgorithm,
  known?: TokenHeader,
): UnverifiedToken {
  const [head, body, signature] = compactParts(token);
  bytesOf(signature);
  const header = known?.encoded === head ? known : readHeader(bytesOf(head), accepts);
  const claims = parseTokenObject('payload', bytesOf(body));
  const { issuer, issuedAt } = readPayload(claims);
  return { header, claims, issuer, issuedAt };
}

/** Splits a token into header, payload and signature. @throws {@link TokenInvalidError} */
export function compactParts(token: string): readonly [head: string, body: string, signature: string] {
  const [head, body, signature, ...more] = token.split('.', 4);
  if (head === undefined || body === undefined || signature === undefined || more.length > 0)
    throw new TokenInvalidError('not a compact JWS');
  if (signature === '') throw new TokenInvalidError('not signed');
  return [head, body, signature];
}

function readHeader(bytes: Buffer, accepts: (algorithm: string) => boolean): TokenHeader {
  return { encoded: bytes.toString('base64url'), ...checkHeader(parseTokenObject('header', bytes), accepts) };
}

/** Checks algorithm, type and extensions of a header. @throws {@link TokenInvalidError} */
export function checkHeader(header: Claims, accepts: (algorithm: string) => boolean): Omit<TokenHeader, 'encoded'> {
  // RFC 7515, 4.1.11: unknown critical extensions must be refused, and no extension is supported here.
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64'))
    throw new TokenInvalidError('the header requires an extension that is not supported');
  const [alg, kid, typ] = [ownProperty(header, 'alg'), ownProperty(header, 'kid'), ownProperty(header, 'typ')];
  if (typeof alg !== 'string') throw new TokenInvalidError('the header names no algorithm');
  if (!accepts(alg)) throw new TokenInvalidError('the algorithm is not accepted');
  if (typ !== undefined && !(typeof typ === 'string' && TYPES.has(typ.toLowerCase())))
    throw new TokenInvalidError('the `typ` is neither JWT nor at+jwt');
  if (kid !== undefined && typeof kid !== 'string') throw new TokenInvalidError('the key id is not a string');
  return { algorithm: alg, keyId: kid };
}

function readPayload(payload: Claims): Payload {
  const [exp, iat, nbf] = [ownProperty(payload, 'exp'), ownProperty(payload, 'iat'), ownProperty(payload, 'nbf')];
  if (exp === undefined) throw new TokenInvalidError('no expiry');
  if (!isDate(exp)) throw new TokenInvalidError('the expiry is not a date');
  if (iat !== undefined && !isDate(iat)) throw new TokenInvalidError('the `iat` is not a date');
  if (nbf !== undefined && typeof nbf !== 'number') throw new TokenInvalidError('the `nbf` is not a number');
  // RFC 7800: the sender must prove possession of that key. Without this proof a stolen token would be accepted.
  if (Object.hasOwn(payload, 'cnf')) throw new TokenInvalidError('bound to a key by `cnf`, and possession of that key is not checked');
  // RFC 8417, 2.2 and 4.5: a security event, such as a logout token, may have no `typ`.
  if (isObject(ownProperty(payload, 'events'))) throw new TokenInvalidError('a security event, not an access token');
  return { issuer: ownProperty(payload, 'iss'), issuedAt: iat };
}

/** Whether this is a time that a JavaScript Date can have, in seconds of the epoch. */
export function isDate(seconds: unknown): seconds is number {
  return typeof seconds === 'number' && seconds >= 0 && seconds <= MAX_SECONDS;
}

/** Accepts one encoding of the bytes: the base64url alphabet, no padding, and zeros in the unused bits of the last character. */
function bytesOf(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new TokenInvalidError('not base64url');
  return bytes;
}
