import type { Permissions } from '@tenant-aws/policy';
import { tenantContext } from './clients/current.ts';
import type { TenantAws } from './clients/tenant-aws.ts';
import { NoTenantError, TokenMissingError } from './errors.ts';

/**
 * From a request's tenant to the same tenant with a route's own permissions, credentials in hand: for authors of adapters.
 * What it answers takes whatever the gate above has let in.
 *
 * @throws {@link TokenMissingError} the gate above is `optional` and nothing was presented: this route needs a tenant
 * @throws {@link NoTenantError} there is no gate above
 * @throws whatever is wrong with the permissions, and whatever `credentials()` throws
 */
export function scopedGate(permissions: Permissions): (outer: TenantAws | undefined) => Promise<TenantAws> {
  return async (outer) => {
    if (outer === undefined) throw absent();
    const inner = outer.scoped(permissions);
    await inner.credentials();
    return inner;
  };
}

/** Adapters open a place for whoever they let in, a tenant or nobody. */
function absent(): TokenMissingError | NoTenantError {
  return tenantContext() === undefined
    ? new NoTenantError('There is no tenant here: `scoped()` stands below `tenantCredentials()`')
    : new TokenMissingError();
}
