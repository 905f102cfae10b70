import { type Permissions, runForRequest, scopedGate, type TenantAws } from '@tenant-aws/core';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Route middleware: from here on the request has these permissions *instead of* those of the middleware above it.
 * It mints its own credentials before the handler runs; with `eager: false` above, they are the only ones minted.
 *
 * To Express' error path go {@link TokenMissingError}, where `optional` above let in a request that presents nothing,
 * and {@link NoTenantError}, where there is no `tenantCredentials()` above.
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
