import { hostileTenantIds } from '@tenant-aws/core/testing';
import { problemDetails, type TenantCredentialsMiddleware, tenantCredentials } from '@tenant-aws/express';
import type { LocalAws } from '@tenant-aws/local';
import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { enterEnvironment, startNotesAws } from '../notes-aws.ts';

const LONGEST_TOKEN = 8_192;

let aws: LocalAws;
let leaveEnvironment: () => void;
let middleware: TenantCredentialsMiddleware;
let app: Express;
let handled = 0;
beforeAll(async () => {
  aws = await startNotesAws();
  leaveEnvironment = enterEnvironment(aws);
  middleware = tenantCredentials();
  app = express()
    .use(middleware)
    .use((_req, res) => {
      handled += 1;
      res.end();
    })
    .use(problemDetails());
});
beforeEach(() => {
  handled = 0;
  aws.calls.length = 0;
});
afterAll(async () => {
  await middleware.close();
  leaveEnvironment();
  await aws.close();
});

it.each(hostileTenantIds.map((tenant) => [tenant]))('refuses the tenant id %j of a good token before any call to STS', async (tenant) => {
  const token = await aws.issuer.token({ tenant: 'acme', claims: { 'custom:tenant_id': tenant } });

  const response = await request(app).get('/').auth(token, { type: 'bearer' });

  // An id that makes its token too long is refused one step earlier.
  const refusal = token.length > LONGEST_TOKEN ? { status: 401, code: 'token_invalid' } : { status: 403, code: 'tenant_invalid' };
  expect({ status: response.status, code: response.body.code }).toEqual(refusal);
  expect(aws.calls).toEqual([]);
  expect(handled).toBe(0);
});
