import { problemDetails, tenantCredentials } from '@tenant-aws/koa';
import Koa from 'koa';
import type { StartAwsErrorsApp } from './aws-errors.ts';
import { listening } from './scenarios.ts';

export const startKoaWithAwsErrors: StartAwsErrorsApp = (handle) => {
  const tenants = tenantCredentials();
  const app = new Koa().use(problemDetails({ awsErrors: true })).use(tenants);
  app.use(async (ctx) => {
    ctx.body = await handle({ own: ctx.tenantAws, response: ctx.res, set: (name, value) => ctx.set(name, value) });
  });
  app.silent = true;
  const callback = app.callback();
  return listening(
    (req, res) => void callback(req, res),
    () => tenants.close(),
  );
};
