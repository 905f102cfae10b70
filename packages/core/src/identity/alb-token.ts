import { type KeyObject, verify } from 'node:crypto';
import { TokenInvalidError } from '../errors.ts';
import type { AlbOidcSettings } from './alb-oidc-options.ts';
import { ownProperty } from './tenant-claim.ts';
import { parseTokenObject } from './token-json.ts';
import { checkHeader, compactParts, isDate } from './unverified-token.ts';
import type { Claims } from './verified-claims.ts';

/** A token of a load balancer before its signature is verified. It must not be trusted. */
export interface UnverifiedAlbToken {
  readonly keyId: string;
  /** Milliseconds of the epoch. */
  readonly expiresAt: number;
  /** The payload, frozen at every depth. */
  readonly claims: Claims;
  readonly signedText: string;
  readonly signature: Buffer;
}

/** Node refuses requests whose headers together exceed 16 KiB. */
const MAX_LENGTH = 16_384;
/** Of ES256 (RFC 7518, 3.4). */
const SIGNATURE_BYTES = 64;
/** The difference of the clocks that `bearerToken()` accepts by default. */
const CLOCK_TOLERANCE_MS = 5_000;
/** In lower case only: each spelling of one id would cause its own fetch. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads the token in `x-amzn-oidc-data` and refuses everything that can be refused without its key. The load balancer writes signer, client,
 * issuer and expiry into the header of the token, which is signed with the payload.
 *
 * @param now milliseconds of the epoch
 * @throws {@link TokenInvalidError}
 */
export function parseAlbToken(token: string, { loadBalancerArn, clientId, issuer }: AlbOidcSettings, now: number): UnverifiedAlbToken {
  if (token.length > MAX_LENGTH) throw new TokenInvalidError(`longer than ${MAX_LENGTH} characters`);
  const [head, body, encodedSignature] = compactParts(token);
  const signature = bytesOf(encodedSignature);
  if (signature.length !== SIGNATURE_BYTES) throw new TokenInvalidError(`the signature does not have ${SIGNATURE_BYTES} bytes`);
  const header = parseTokenObject('header', bytesOf(head));
  const { keyId = '' } = checkHeader(header, (algorithm) => algorithm === 'ES256');
  if (!UUID.test(keyId)) throw new TokenInvalidError('the key id is not a UUID in lower case');
  if (ownProperty(header, 'signer') !== loadBalancerArn) throw new TokenInvalidError('signed by another load balancer');
  if (ownProperty(header, 'client') !== clientId) throw new TokenInvalidError('for another client');
  if (ownProperty(header, 'iss') !== issuer) throw new TokenInvalidError('from another issuer');
  const exp = ownProperty(header, 'exp');
  if (!isDate(exp)) throw new TokenInvalidError('the expiry is not a date');
  const expiresAt = exp * 1_000;
  checkExpiry(expiresAt, now);
  const claims = parseTokenObject('payload', bytesOf(body));
  return { keyId, expiresAt, claims, signedText: `${head}.${body}`, signature };
}

/** Verifies the text as it was sent, with its padding, and the expiry again. @throws {@link TokenInvalidError} */
export function verifyAlbToken({ signedText, signature, expiresAt }: UnverifiedAlbToken, key: KeyObject, now: number): void {
  checkExpiry(expiresAt, now);
  if (!verify('sha256', Buffer.from(signedText), { key, dsaEncoding: 'ieee-p1363' }, signature))
    throw new TokenInvalidError('the signature does not match the key');
}

function checkExpiry(expiresAt: number, now: number): void {
  if (expiresAt + CLOCK_TOLERANCE_MS <= now) throw new TokenInvalidError('expired');
}

/**
 * Accepts one encoding of the bytes: the base64url alphabet, zeros in the unused bits, and padding to a multiple of four characters, which a
 * load balancer adds and JWTs (RFC 7515, section 2) do not have.
 */
function bytesOf(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  const encoded = bytes.toString('base64url');
  if (encoded.padEnd(Math.ceil(encoded.length / 4) * 4, '=') !== part) throw new TokenInvalidError('not base64url with padding');
  return bytes;
}
