import { ConfigurationError, TenantInvalidError } from '@tenant-aws/policy';
import { frozenCopy, isFrozen, isPlain } from './frozen.ts';
import type { TenantIdentity } from './tenant.ts';

/** March 1973. Whatever is less are seconds by mistake: 1e11 seconds are the year 5138. */
const EARLIEST_END_MS = 100_000_000_000;

/**
 * The identity itself where every object and list in it is frozen, as the sources of this package answer it; else a
 * frozen copy, so that changing the original later changes nothing. Instances of classes within the claims are neither
 * copied nor looked into.
 *
 * @throws {@link TenantInvalidError} what was given is no identity
 * @throws {@link ConfigurationError} `expiresAt` is not absent, and not milliseconds of the epoch
 */
export function frozenIdentity(given: TenantIdentity): TenantIdentity {
  if (typeof given !== 'object' || given === null) {
    throw new TenantInvalidError('The tenant id is not acceptable', { detail: { reason: 'there is no identity' } });
  }
  if (isPlain(given) && isFrozen(given)) {
    assertEnd(given.expiresAt);
    return given;
  }
  const { tenantId, subject, claims, source, expiresAt } = given;
  assertEnd(expiresAt);
  return Object.freeze({
    tenantId,
    claims: frozenCopy(claims ?? {}),
    source,
    ...(subject === undefined ? {} : { subject }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
}

/** Infinity is refused as well: an identity without an end has no `expiresAt`. */
function assertEnd(expiresAt: unknown): void {
  if (expiresAt === undefined || (Number.isFinite(expiresAt) && Number(expiresAt) >= EARLIEST_END_MS)) return;
  throw new ConfigurationError(['`expiresAt` of an identity must be milliseconds of the epoch, or absent where there is no end']);
}
