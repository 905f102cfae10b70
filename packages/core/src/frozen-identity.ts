import { TenantInvalidError } from '@tenant-aws/policy';
import type { TenantIdentity } from './tenant.ts';

/**
 * The identity itself where every object and list in it is frozen, as the sources of this package answer it; else a
 * frozen copy, so that changing the original later changes nothing. Instances of classes within the claims are neither
 * copied nor looked into.
 *
 * @throws {@link TenantInvalidError} what was given is no identity
 */
export function frozenIdentity(given: TenantIdentity): TenantIdentity {
  if (typeof given !== 'object' || given === null) {
    throw new TenantInvalidError('The tenant id is not acceptable', { detail: { reason: 'there is no identity' } });
  }
  if (isPlain(given) && isFrozen(given)) return given;
  const { tenantId, subject, claims, source, expiresAt } = given;
  return Object.freeze({
    tenantId,
    claims: frozenCopy(claims ?? {}, new Map()) as TenantIdentity['claims'],
    source,
    ...(subject === undefined ? {} : { subject }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
}

/** No recursion: a token may nest thousands of brackets. */
function isFrozen(root: Record<string, unknown>): boolean {
  const seen = new Set([root]);
  for (const value of seen) {
    if (!Object.isFrozen(value)) return false;
    for (const part of Object.values(value)) if (isPlain(part)) seen.add(part);
  }
  return true;
}

function frozenCopy(value: unknown, copies: Map<object, object>): unknown {
  if (!isPlain(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const copy: object = Array.isArray(value) ? [] : {};
  copies.set(value, copy);
  for (const [key, part] of Object.entries(value)) {
    // Defined, not assigned: a claim may be called `__proto__`.
    Object.defineProperty(copy, key, { value: frozenCopy(part, copies), enumerable: true, writable: true, configurable: true });
  }
  return Object.freeze(copy);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
