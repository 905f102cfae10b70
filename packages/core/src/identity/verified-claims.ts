/** The claims of a token. */
export type Claims = Readonly<Record<string, unknown>>;

/** Verified claims, and when their token ends, in milliseconds of the epoch. */
export interface Seal {
  readonly claims: Claims;
  readonly expiresAt: number;
}

/** By the object itself, which nobody can forge: whoever spreads or copies an identity keeps it. */
const seals = new WeakMap<object, Seal>();

/** Freezes the claims of a token that was just verified, at every depth, and keeps when it ends. */
export function sealClaims(claims: Claims, expiresAt: number): Claims {
  freezeDeeply(claims);
  seals.set(claims, { claims, expiresAt });
  return claims;
}

/** What {@link sealClaims} knows of these claims; `undefined` of any other object. */
export function sealOf(claims: unknown): Seal | undefined {
  return typeof claims === 'object' && claims !== null ? seals.get(claims) : undefined;
}

/** By recursion: a token nests 16 deep at most. */
function freezeDeeply(value: object): void {
  Object.freeze(value);
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) freezeDeeply(member);
}
