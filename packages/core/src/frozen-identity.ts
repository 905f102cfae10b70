import { ConfigurationError, TenantInvalidError } from '@tenant-aws/policy';
import { frozenCopy, isFrozen, isPlain } from './frozen.ts';
import type { TenantIdentity } from './tenant.ts';

/** March 1973. A smaller value is in seconds by mistake: 1e11 seconds is the year 5138. */
const MIN_EXPIRES_AT = 100_000_000_000;

/**
 * Returns the same identity if it is deeply frozen, as the identity sources of this package return it; else a frozen copy,
 * so that a later change of the original has no effect. Instances of classes within the claims are not copied.
 *
 * @throws {@link TenantInvalidError} the value is not an identity
 * @throws {@link ConfigurationError} `expiresAt` is present and is not milliseconds of the epoch
 */
export function frozenIdentity(given: TenantIdentity): TenantIdentity {
  if (typeof given !== 'object' || given === null) {
    throw new TenantInvalidError('The tenant id is not acceptable', { detail: { reason: 'there is no identity' } });
  }
  if (isPlain(given) && isFrozen(given)) {
    assertExpiresAt(given.expiresAt);
    return given;
  }
  const { tenantId, subject, claims, source, expiresAt } = given;
  assertExpiresAt(expiresAt);
  return Object.freeze({
    tenantId,
    claims: frozenCopy(claims ?? {}),
    source,
    ...(subject === undefined ? {} : { subject }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
}

/** Also refuses Infinity: an identity that never expires has no `expiresAt`. */
function assertExpiresAt(expiresAt: unknown): void {
  if (expiresAt === undefined || (Number.isFinite(expiresAt) && Number(expiresAt) >= MIN_EXPIRES_AT)) return;
  throw new ConfigurationError([
    { path: 'expiresAt', text: 'of an identity must be milliseconds of the epoch: omit it if the identity never expires' },
  ]);
}
