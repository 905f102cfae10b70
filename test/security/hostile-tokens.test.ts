import { bearerToken } from '@tenant-aws/core';
import { hostileTokens } from '@tenant-aws/core/testing';
import { problemDetails, type TenantCredentialsMiddleware, tenantCredentials } from '@tenant-aws/express';
import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { type OwnIssuer, startOwnIssuer } from '../support/own-issuer.ts';

const aws = notesAws();
let own: OwnIssuer;
let middleware: TenantCredentialsMiddleware;
let app: Express;
let handled = 0;
beforeAll(async () => {
  own = await startOwnIssuer();
  middleware = tenantCredentials({ identity: bearerToken({ issuer: own.issuer, audience: own.audience, jwksUri: own.jwksUri }) });
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
});
afterAll(async () => {
  await middleware.close();
  await own.close();
});

const send = async (token: string): Promise<request.Response> => request(app).get('/').auth(token, { type: 'bearer' });

it('accepts a valid token of the same issuer', async () => {
  expect((await send(await own.sign({ 'custom:tenant_id': 'acme' }))).status).toBe(200);
});

it.each(Object.entries(hostileTokens))('refuses a token before any call to STS: %s', async (_what, forge) => {
  const response = await send(forge(own));

  expect(response).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
  expect(response.body.code).toBe('token_invalid');
  expect(aws.calls).toEqual([]);
  expect(handled).toBe(0);
});
