import { type ReadyOptions, runForRequest, type TenantAws, type TenantGate, type TenantGateOptions, tenantGate } from '@tenant-aws/core';
import type { NextFunction, Request, Response } from 'express';
import { refuseMissingCall } from './missing-call.ts';

/** Options that are not given are read from the `TENANT_AWS_*` environment variables. */
export type TenantCredentialsOptions = TenantGateOptions;

/** The middleware, with its token vending machine. */
export interface TenantCredentialsMiddleware extends Pick<TenantGate, 'tvm' | 'ready' | 'close'> {
  /** Returns a promise only if it has to wait. */
  (req: Request, res: Response, next: NextFunction): void | Promise<void>;
}

/**
 * Express middleware: verifies the identity of the request and sets `req.tenantAws`, AWS as its tenant.
 * The handlers after it run in the tenant's context, so that `currentTenantAws()` works in them.
 * Errors are passed to Express' error handlers, with `status`, `code` and `headers`.
 *
 * `ready()` checks base credentials, discovery and keys, which creation does not; `ready({ probe: true })` also assumes the role once. `close()` closes only a machine that the middleware made.
 *
 * @throws {@link ConfigurationError} lists every fault, when the middleware is created
 * @example
 * app.use(tenantCredentials());
 * app.get('/notes/:id', async (req, res) => {
 *   const s3 = req.tenantAws.client(S3Client);
 * });
 */
export function tenantCredentials(options: TenantCredentialsOptions = {}): TenantCredentialsMiddleware {
  refuseMissingCall(options, 'tenantCredentials()');
  const gate = tenantGate(options);

  function tenantCredentials(req: Request, res: Response, next: NextFunction): void | Promise<void> {
    let admitted: TenantAws | undefined | Promise<TenantAws | undefined>;
    try {
      admitted = gate.admit(req, 'user' in req ? req.user : undefined);
    } catch (error) {
      return next(error);
    }
    if (!(admitted instanceof Promise)) return enter(req, res, next, admitted);
    return admitted.then((tenantAws) => enter(req, res, next, tenantAws), next);
  }

  return Object.assign(tenantCredentials, {
    tvm: gate.tvm,
    ready: (options?: ReadyOptions) => gate.ready(options),
    close: () => gate.close(),
  });
}

function enter(req: Request, res: Response, next: NextFunction, tenantAws: TenantAws | undefined): void {
  // With `optional`, a request that presents nothing here keeps the tenant that a middleware above has admitted.
  if (tenantAws) req.tenantAws = tenantAws;
  runForRequest({ request: req, response: res }, { current: req.tenantAws, purpose: 'handler' }, next);
}
