import { TenantInvalidError } from '@tenant-aws/policy';
import { frozenCopy, isFrozen, isPlain } from './frozen.ts';
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
    claims: frozenCopy(claims ?? {}),
    source,
    ...(subject === undefined ? {} : { subject }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
}
