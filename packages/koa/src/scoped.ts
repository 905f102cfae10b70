import { type Permissions, runForRequest, scopedGate } from '@tenant-aws/core';
import type { Middleware } from 'koa';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Route middleware: from here on the request has these permissions *instead of* those of the middleware above it.
 * It mints its own credentials before the handler runs; with `eager: false` above, they are the only ones minted.
 *
 * It throws {@link TokenMissingError}, where `optional` above let in a request that presents nothing,
 * and {@link NoTenantError}, where there is no `tenantCredentials()` above.
 *
 * @example
 * router.get('/reports', scoped(['s3-folder-read-only']), handler);
 */
export function scoped(permissions: Permissions): Middleware {
  refuseMissingCall(permissions, 'scoped([...])');
  const enter = scopedGate(permissions);

  return async function scoped(ctx, next) {
    const inner = await enter(ctx.tenantAws);
    ctx.tenantAws = inner;
    return runForRequest({ request: ctx.req, response: ctx.res }, { current: inner, purpose: 'handler' }, next);
  };
}
