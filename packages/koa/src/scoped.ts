import { type Permissions, runForRequest, scopedGate } from '@tenant-aws/core';
import type { Middleware } from 'koa';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Route middleware: after it, the request has these permissions *instead of* those of the middleware above it.
 * It vends credentials before the handler runs. With `eager: false` above, no others are vended.
 *
 * It throws {@link TokenMissingError} if `optional` above admitted a request that presented nothing,
 * and {@link NoTenantError} if there is no `tenantCredentials()` above.
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
