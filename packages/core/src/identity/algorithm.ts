import type { KeyObject } from 'node:crypto';

/** The supported signature algorithms: those of jsonwebtoken, which has no EdDSA. */
export type Algorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'HS256'
  | 'HS384'
  | 'HS512';

export type Family = 'RS' | 'PS' | 'ES' | 'HS';

/** What a key must be for an algorithm. */
interface KeyRequirement {
  readonly family: Family;
  /** For ES: its only curve. */
  readonly curve?: string;
  /** For HS: the minimum length of the secret in bytes, which is the length of the hash (RFC 7518, 3.2). */
  readonly secretBytes?: number;
}

const ALGORITHMS: ReadonlyMap<string, KeyRequirement> = new Map<Algorithm, KeyRequirement>([
  ['RS256', { family: 'RS' }],
  ['RS384', { family: 'RS' }],
  ['RS512', { family: 'RS' }],
  ['PS256', { family: 'PS' }],
  ['PS384', { family: 'PS' }],
  ['PS512', { family: 'PS' }],
  ['ES256', { family: 'ES', curve: 'prime256v1' }],
  ['ES384', { family: 'ES', curve: 'secp384r1' }],
  ['ES512', { family: 'ES', curve: 'secp521r1' }],
  ['HS256', { family: 'HS', secretBytes: 32 }],
  ['HS384', { family: 'HS', secretBytes: 48 }],
  ['HS512', { family: 'HS', secretBytes: 64 }],
]);

/** Smaller RSA keys can be factored (RFC 7518, 3.3 and 3.5). */
const MIN_RSA_BITS = 2_048;
/**
 * With the exponent 1 a signature is the padded hash itself, so anyone can make one.
 *
 * @see NIST FIPS 186-5, section 5.4: the public exponent is odd, above 2^16 and below 2^256
 */
const MIN_RSA_EXPONENT = 2n ** 16n;
const MAX_RSA_EXPONENT = 2n ** 256n;

export function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && ALGORITHMS.has(name);
}

export function familyOf(algorithm: Algorithm): Family | undefined {
  return ALGORITHMS.get(algorithm)?.family;
}

/** Why this key cannot verify signatures of this algorithm; `undefined` if it can. */
export function keyFault(key: KeyObject, algorithm: Algorithm): string | undefined {
  const { family, curve, secretBytes = 0 } = ALGORITHMS.get(algorithm) ?? {};
  const { type, asymmetricKeyType, asymmetricKeyDetails, symmetricKeySize = 0 } = key;
  if (family === 'HS') {
    if (type !== 'secret') return 'needs a shared secret, not a key pair';
    return symmetricKeySize < secretBytes ? `needs a secret of at least ${secretBytes} bytes` : undefined;
  }
  if (type !== 'public') return `needs a public key, not a ${type} key`;
  if (family === 'ES') {
    return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === curve ? undefined : `needs an EC key on the curve ${curve}`;
  }
  if (asymmetricKeyType !== 'rsa') return `needs an RSA key, not one of type ${asymmetricKeyType}`;
  if ((asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) return `needs an RSA key of at least ${MIN_RSA_BITS} bits`;
  return isRsaExponent(asymmetricKeyDetails?.publicExponent ?? 0n)
    ? undefined
    : 'needs an RSA key whose public exponent is odd, above 2^16 and below 2^256';
}

function isRsaExponent(exponent: bigint): boolean {
  return exponent % 2n === 1n && exponent > MIN_RSA_EXPONENT && exponent < MAX_RSA_EXPONENT;
}
