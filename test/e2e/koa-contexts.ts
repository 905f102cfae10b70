import { tenantCredentials } from '@tenant-aws/koa';
import Koa from 'koa';
import type { StartContextApp } from './contexts.ts';
import { listening } from './scenarios.ts';

export const startKoa: StartContextApp = ({ serve, detour }) => {
  const tenants = tenantCredentials();
  const app = new Koa().use(tenants);
  if (detour) {
    app.use((_ctx, next) => new Promise((resolve, reject) => detour(() => void next().then(resolve, reject))));
    // As the README says: after such a middleware, `run` restores the context. `ctx.tenantAws` needs no context.
    app.use((ctx, next) => (ctx.path.startsWith('/own') ? next() : ctx.tenantAws.run(next)));
  }
  app.use(async (ctx) => {
    ctx.respond = false;
    ctx.res.statusCode = 200;
    await serve(ctx.req, ctx.res, ctx.tenantAws);
  });
  const handle = app.callback();
  return listening(
    (req, res) => void handle(req, res),
    () => tenants.close(),
  );
};
