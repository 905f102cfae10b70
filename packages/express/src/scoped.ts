import { type Permissions, runForRequest, scopedGate, type TenantAws } from '@tenant-aws/core';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Route middleware: after it, the request has these permissions *instead of* those of the middleware above it.
 * It vends credentials before the handler runs. With `eager: false` above, no others are vended.
 *
 * It passes {@link TokenMissingError} to Express' error handlers if `optional` above admitted a request that presented nothing,
 * and {@link NoTenantError} if there is no `tenantCredentials()` above.
 *
 * @example
 * app.get('/reports', scoped(['s3-folder-read-only']), handler);
 */
export function scoped(permissions: Permissions): RequestHandler {
  refuseMissingCall(permissions, 'scoped([...])');
  const enter = scopedGate(permissions);

  return async function scoped(req: Request, res: Response, next: NextFunction): Promise<void> {
    let inner: TenantAws;
    try {
      inner = await enter(req.tenantAws);
    } catch (error) {
      return next(error);
    }
    req.tenantAws = inner;
    runForRequest({ request: req, response: res }, { current: inner, purpose: 'handler' }, next);
  };
}
