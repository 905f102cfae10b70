import { type ReadyOptions, runForRequest, type TenantAws, type TenantGate, type TenantGateOptions, tenantGate } from '@tenant-aws/core';
import type { Context, Middleware, Next } from 'koa';
import { refuseMissingCall } from './missing-call.ts';

/** Options that are not given are read from the `TENANT_AWS_*` environment variables. */
export type TenantCredentialsOptions = TenantGateOptions;

/** The middleware, with its token vending machine. */
export type TenantCredentialsMiddleware = Middleware & Pick<TenantGate, 'tvm' | 'ready' | 'close'>;

/**
 * Koa middleware: verifies the identity of the request and sets `ctx.tenantAws`, AWS as its tenant.
 * The middleware after it runs in the tenant's context, so that `currentTenantAws()` works in it.
 * Errors are thrown as `ctx.throw` throws them, with `status`, `code`, `headers` and `expose`.
 *
 * `ready()` checks base credentials, discovery and keys, which creation does not; `ready({ probe: true })` also assumes the role once. `close()` closes only a machine that the middleware made.
 *
 * @throws {@link ConfigurationError} lists every fault, when the middleware is created
 * @example
 * app.use(tenantCredentials());
 * router.get('/notes/:id', async (ctx) => {
 *   const s3 = ctx.tenantAws.client(S3Client);
 * });
 */
export function tenantCredentials(options: TenantCredentialsOptions = {}): TenantCredentialsMiddleware {
  refuseMissingCall(options, 'tenantCredentials()');
  const gate = tenantGate(options);

  // Koa makes a promise of the result, and a rejection of an error that is thrown: an async function would make another promise.
  const tenantCredentials: Middleware = function tenantCredentials(ctx, next) {
    const admitted = gate.admit(ctx.req, ctx.state.user);
    return admitted instanceof Promise ? admitted.then((tenantAws) => enter(ctx, next, tenantAws)) : enter(ctx, next, admitted);
  };

  return Object.assign(tenantCredentials, {
    tvm: gate.tvm,
    ready: (options?: ReadyOptions) => gate.ready(options),
    close: () => gate.close(),
  });
}

function enter(ctx: Context, next: Next, tenantAws: TenantAws | undefined): Promise<unknown> {
  // With `optional`, a request that presents nothing here keeps the tenant that a middleware above has admitted.
  if (tenantAws) ctx.tenantAws = tenantAws;
  return runForRequest({ request: ctx.req, response: ctx.res }, { current: ctx.tenantAws, purpose: 'handler' }, next);
}
