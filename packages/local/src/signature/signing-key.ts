import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** The keys of an access key are for one region, at most two days, and the services that its client calls. */
const MAX_SCOPES = 16;

/**
 * Derived signing keys by the object that has the secret, then by scope. Two secrets never share an entry, also if their access key ids
 * are equal. The entry is released with the object: no secret is kept longer than its session.
 */
const derived = new WeakMap<object, Map<string, KeyObject>>();

/**
 * Derives the signing key for one day, region and service. The same `keys` object and scope return the same key.
 *
 * INVARIANT: callers do not change the secret of `keys`.
 */
export function signingKey(keys: { readonly secretAccessKey: string }, scope: string): KeyObject {
  const known = derived.get(keys) ?? new Map<string, KeyObject>();
  derived.set(keys, known);
  const before = known.get(scope);
  if (before) return before;
  // A scope is not verified yet: without a limit, a client without the secret could fill the memory.
  if (known.size >= MAX_SCOPES) known.clear();
  const key = createSecretKey(scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${keys.secretAccessKey}`)));
  known.set(scope, key);
  return key;
}

/** Signs a string. Returns the signature in hex. */
export function sign(key: KeyObject, text: string): string {
  return hmac(key, text).toString('hex');
}

/** Whether two strings are equal. The time does not depend on the position at which they differ. */
export function equalInConstantTime(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

function hmac(key: Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'latin1').digest();
}
