import type { Permissions } from '@tenant-aws/policy';
import { ensureCredentials, tenantContext } from './clients/current.ts';
import type { TenantAws } from './clients/tenant-aws.ts';
import { frozenOption } from './frozen.ts';
import { NoTenantError, TokenMissingError } from './errors.ts';

/**
 * Gives a route its own permissions: for authors of adapters. The returned function takes the result of the outer gate, and
 * vends credentials for the same tenant with the permissions of the route.
 *
 * @throws {@link TokenMissingError} the outer gate is `optional` and nothing was presented, but this route needs a tenant
 * @throws {@link NoTenantError} there is no outer gate
 * @throws the errors of the permissions and of `credentials()`
 */
export function scopedGate(permissions: Permissions): (outer: TenantAws | undefined) => Promise<TenantAws> {
  const own = frozenOption(permissions); // once, and not for every request
  return async (outer) => {
    if (outer === undefined) throw missingTenant();
    const inner = outer.scoped(own);
    await ensureCredentials(inner);
    return inner;
  };
}

/** An outer gate creates a context for every request that it admits, also for one without a tenant. */
function missingTenant(): TokenMissingError | NoTenantError {
  return tenantContext() === undefined ? new NoTenantError('`scoped()` needs `tenantCredentials()` before it') : new TokenMissingError();
}
