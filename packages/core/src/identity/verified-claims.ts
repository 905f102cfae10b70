/** The claims of a token. */
export type Claims = Readonly<Record<string, unknown>>;

/** When the tokens of verified claims end, in milliseconds of the epoch. By the object itself: whoever spreads or copies an identity keeps it. */
const ends = new WeakMap<object, number>();

/** Freezes the claims of a token that was just verified, at every depth, and keeps when it ends. */
export function sealClaims(claims: Claims, expiresAt: number): Claims {
  freezeDeeply(claims);
  ends.set(claims, expiresAt);
  return claims;
}

/** When the token of these claims ends; `undefined` of an object that {@link sealClaims} did not seal. */
export function endOf(claims: unknown): number | undefined {
  return typeof claims === 'object' && claims !== null ? ends.get(claims) : undefined;
}

function freezeDeeply(root: object): void {
  const pending = [root]; // no recursion: a token may nest thousands of brackets
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    Object.freeze(next);
    for (const value of Object.values(next)) if (typeof value === 'object' && value !== null) pending.push(value);
  }
}
