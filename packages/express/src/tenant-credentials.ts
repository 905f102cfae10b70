import { httpIdentityRequest, runForRequest, type TenantAws, type TenantGate, type TenantGateOptions, tenantGate } from '@tenant-aws/core';
import type { NextFunction, Request, Response } from 'express';
import { refuseMissingCall } from './missing-call.ts';

/** Every option is optional: what is not given here is read from the `TENANT_AWS_*` variables of the environment. */
export type TenantCredentialsOptions = TenantGateOptions;

/** The middleware, and the machine behind it. */
export interface TenantCredentialsMiddleware extends Pick<TenantGate, 'tvm' | 'ready' | 'close'> {
  (req: Request, res: Response, next: NextFunction): Promise<void>;
}

/**
 * Express middleware: verifies who the request speaks for and hangs AWS, as its tenant, on `req.tenantAws`.
 * The handlers after it run inside the tenant's context, so that `currentTenantAws()` works in them.
 * Whatever is refused goes to Express' error path with `status`, `code` and `headers`.
 *
 * `ready()` checks what creation cannot (base credentials, discovery, keys); `close()` closes only a machine that it made.
 *
 * @throws {@link ConfigurationError} with every fault at once, when it is created
 * @example
 * app.use(tenantCredentials());
 * app.get('/notes/:id', async (req, res) => {
 *   const s3 = req.tenantAws.client(S3Client);
 * });
 */
export function tenantCredentials(options: TenantCredentialsOptions = {}): TenantCredentialsMiddleware {
  refuseMissingCall(options, 'tenantCredentials()');
  const enter = tenantGate(options);

  async function tenantCredentials(req: Request, res: Response, next: NextFunction): Promise<void> {
    let tenantAws: TenantAws | undefined;
    try {
      tenantAws = await enter(httpIdentityRequest(req, 'user' in req ? req.user : undefined));
    } catch (error) {
      return next(error);
    }
    // Under `optional`, where nothing was presented, a tenant that a middleware above has admitted stays.
    if (tenantAws) req.tenantAws = tenantAws;
    runForRequest({ request: req, response: res }, { current: req.tenantAws, purpose: 'handler' }, next);
  }

  return Object.assign(tenantCredentials, { tvm: enter.tvm, ready: () => enter.ready(), close: () => enter.close() });
}
