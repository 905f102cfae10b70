import { NoTenantError, type Permissions, type TenantAws } from '@tenant-aws/core';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Route middleware: from here on the request has these permissions *instead of* those of the middleware above it.
 * It mints its own credentials before the handler runs; with `eager: false` above, they are the only ones minted.
 *
 * Without `tenantCredentials()` above it, {@link NoTenantError} goes to Express' error path.
 *
 * @example
 * app.get('/reports', scoped(['s3-folder-read-only']), handler);
 */
export function scoped(permissions: Permissions): RequestHandler {
  refuseMissingCall(permissions, 'scoped([...])');

  return async function scoped(req: Request, _res: Response, next: NextFunction): Promise<void> {
    let inner: TenantAws;
    try {
      inner = narrowed(req.tenantAws, permissions);
      await inner.credentials();
    } catch (error) {
      return next(error);
    }
    req.tenantAws = inner;
    inner.run(next);
  };
}

function narrowed(outer: TenantAws | undefined, permissions: Permissions): TenantAws {
  if (!outer) throw new NoTenantError('There is no tenant here: `scoped()` stands below `tenantCredentials()`');
  return outer.scoped(permissions);
}
