import type { Instant } from '../clock.ts';
import { recordFrozen } from '../frozen.ts';
import type { TenantIdentity } from '../tenant.ts';

/** The claims of a token. */
export type Claims = Readonly<Record<string, unknown>>;

/** Verified claims, and the expiry of their token in milliseconds of the epoch. */
export interface Verification {
  readonly claims: Claims;
  readonly expiresAt: number;
}

/** A token that was verified, without its text. */
export interface VerifiedToken extends Verification {
  readonly verifiedAt: Instant;
  /** The verifier by whose options the token was verified. */
  readonly verifier: object;
  /** Set when the identity is first requested: the tenant may be missing or invalid. */
  identity: TenantIdentity | undefined;
  /** In place of `identity` if the request chooses among the tenants of the token: by the choice, which is a tenant or `undefined`. */
  identities: Map<unknown, TenantIdentity> | undefined;
}

/** Keyed by the claims object itself, so it cannot be forged: a spread or copied identity still refers to the same claims. */
const verifiedTokens = new WeakMap<object, VerifiedToken>();

/** Records the verification of claims, which must be frozen at every depth. */
export function recordVerification(claims: Claims, expiresAt: number, verifiedAt: Instant, verifier: object): VerifiedToken {
  recordFrozen(claims);
  const verified = { claims, expiresAt, verifiedAt, verifier, identity: undefined, identities: undefined };
  verifiedTokens.set(claims, verified);
  return verified;
}

/** The token of these claims; `undefined` for any value that {@link recordVerification} did not record. */
export function verifiedTokenOf(claims: unknown): VerifiedToken | undefined {
  return typeof claims === 'object' && claims !== null ? verifiedTokens.get(claims) : undefined;
}

/** The claims and the expiry of the token of these claims; `undefined` for any value that {@link recordVerification} did not record. */
export function verificationOf(claims: unknown): Verification | undefined {
  const verified = verifiedTokenOf(claims);
  return verified === undefined ? undefined : { claims: verified.claims, expiresAt: verified.expiresAt };
}
