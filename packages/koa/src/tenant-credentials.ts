import { runInTenantContext, type TenantGate, type TenantGateOptions, tenantGate } from '@tenant-aws/core';
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
    const tenantAws = await enter({
      headersDistinct: ctx.req.headersDistinct,
      remoteAddress: ctx.req.socket.remoteAddress,
      user: ctx.state.user,
      raw: ctx.req,
    });
    // Only where `optional`, and nothing was presented: what was let in above stays; else nobody is current, whoever started the server.
    if (!tenantAws) return ctx.tenantAws ? next() : runInTenantContext({}, next);
    ctx.tenantAws = tenantAws;
    return tenantAws.run(next);
  };

  return Object.assign(tenantCredentials, { tvm: enter.tvm, ready: () => enter.ready(), close: () => enter.close() });
}
