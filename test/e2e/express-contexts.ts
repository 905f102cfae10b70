import { tenantCredentials } from '@tenant-aws/express';
import express, { type RequestHandler } from 'express';
import type { StartContextApp } from './contexts.ts';
import { listening } from './scenarios.ts';

export const startExpress: StartContextApp = ({ serve, detour }) => {
  const tenants = tenantCredentials();
  const app = express().use(tenants);
  if (detour) {
    app.use((_req, _res, next) => detour(next));
    // As the README says: after such a middleware, `run` restores the context. `req.tenantAws` needs no context.
    app.use((req, _res, next) => (req.path.startsWith('/own') ? next() : req.tenantAws.run(next)));
  }
  const handler: RequestHandler = (req, res, next) => void serve(req, res, req.tenantAws).catch(next);
  return listening(app.use(handler), () => tenants.close());
};
