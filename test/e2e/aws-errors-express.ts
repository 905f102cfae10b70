import { problemDetails, tenantCredentials } from '@tenant-aws/express';
import express, { type RequestHandler } from 'express';
import type { StartAwsErrorsApp } from './aws-errors.ts';
import { listening } from './scenarios.ts';

export const startExpressWithAwsErrors: StartAwsErrorsApp = (handle) => {
  const tenants = tenantCredentials();
  const handler: RequestHandler = (req, res, next) =>
    void handle({ own: req.tenantAws, response: res, set: (name, value) => res.set(name, value) }).then((text) => res.send(text), next);
  const app = express()
    .set('env', 'test')
    .use(tenants)
    .use(handler)
    .use(problemDetails({ awsErrors: true }));
  return listening(app, () => tenants.close());
};
