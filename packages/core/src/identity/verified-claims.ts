/** The claims of a token. */
export type Claims = Readonly<Record<string, unknown>>;

/** Verified claims, and the expiry of their token in milliseconds of the epoch. */
export interface Verification {
  readonly claims: Claims;
  readonly expiresAt: number;
}

/** Keyed by the claims object itself, so it cannot be forged: a spread or copied identity still refers to the same claims. */
const verifications = new WeakMap<object, Verification>();

/** Freezes the claims of a token that was just verified, at every depth, and records the token's expiry. */
export function recordVerification(claims: Claims, expiresAt: number): Claims {
  freezeDeeply(claims);
  verifications.set(claims, { claims, expiresAt });
  return claims;
}

/** The record that {@link recordVerification} made of these claims; `undefined` for any other value. */
export function verificationOf(claims: unknown): Verification | undefined {
  return typeof claims === 'object' && claims !== null ? verifications.get(claims) : undefined;
}

/** Recursive: a token has at most 16 levels. */
function freezeDeeply(value: object): void {
  Object.freeze(value);
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) freezeDeeply(member);
}
