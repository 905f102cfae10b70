import { NoTenantError, type Permissions, type TenantAws } from '@tenant-aws/core';
import type { Middleware } from 'koa';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Route middleware: from here on the request has these permissions *instead of* those of the middleware above it.
 * It mints its own credentials before the handler runs; with `eager: false` above, they are the only ones minted.
 *
 * Without `tenantCredentials()` above it, it throws {@link NoTenantError}.
 *
 * @example
 * router.get('/reports', scoped(['s3-folder-read-only']), handler);
 */
export function scoped(permissions: Permissions): Middleware {
  refuseMissingCall(permissions, 'scoped([...])');

  return async function scoped(ctx, next) {
    const inner = narrowed(ctx.tenantAws, permissions);
    await inner.credentials();
    ctx.tenantAws = inner;
    return inner.run(next);
  };
}

function narrowed(outer: TenantAws | undefined, permissions: Permissions): TenantAws {
  if (!outer) throw new NoTenantError('There is no tenant here: `scoped()` stands below `tenantCredentials()`');
  return outer.scoped(permissions);
}
