import { httpIdentityRequest, runForRequest, type TenantGate, type TenantGateOptions, tenantGate } from '@tenant-aws/core';
import type { Middleware } from 'koa';
import { refuseMissingCall } from './missing-call.ts';

/** Every option is optional: what is not given here is read from the `TENANT_AWS_*` variables of the environment. */
export type TenantCredentialsOptions = TenantGateOptions;

/** The middleware, and the machine behind it. */
export type TenantCredentialsMiddleware = Middleware & Pick<TenantGate, 'tvm' | 'ready' | 'close'>;

/**
 * Koa middleware: verifies who the request speaks for and hangs AWS, as its tenant, on `ctx.tenantAws`.
 * The middleware after it runs inside the tenant's context, so that `currentTenantAws()` works in it.
 * Whatever is refused is thrown with `status`, `code`, `headers` and `expose`, as Koa's own `ctx.throw` does.
 *
 * `ready()` checks what creation cannot (base credentials, discovery, keys); `close()` closes only a machine that it made.
 *
 * @throws {@link ConfigurationError} with every fault at once, when it is created
 * @example
 * app.use(tenantCredentials());
 * router.get('/notes/:id', async (ctx) => {
 *   const s3 = ctx.tenantAws.client(S3Client);
 * });
 */
export function tenantCredentials(options: TenantCredentialsOptions = {}): TenantCredentialsMiddleware {
  refuseMissingCall(options, 'tenantCredentials()');
  const enter = tenantGate(options);

  const tenantCredentials: Middleware = async function tenantCredentials(ctx, next) {
    const tenantAws = await enter(httpIdentityRequest(ctx.req, ctx.state.user));
    // Under `optional`, where nothing was presented, a tenant that a middleware above has admitted stays.
    if (tenantAws) ctx.tenantAws = tenantAws;
    return runForRequest({ request: ctx.req, response: ctx.res }, { current: ctx.tenantAws, purpose: 'handler' }, next);
  };

  return Object.assign(tenantCredentials, { tvm: enter.tvm, ready: () => enter.ready(), close: () => enter.close() });
}
