import { type IncomingMessage, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { bearerToken } from '@tenant-aws/core';
import { hostileTenantIds, hostileTokens } from '@tenant-aws/core/testing';
import { problemDetails, type TenantCredentialsMiddleware, tenantCredentials } from '@tenant-aws/express';
import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { listen } from '../support/loopback.ts';
import { type OwnIssuer, startOwnIssuer } from '../support/own-issuer.ts';

const LONGEST_TOKEN = 8_192;

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

const send = async (authorization: string): Promise<request.Response> => request(app).get('/').set({ authorization });

it('accepts a valid token of the same issuer', async () => {
  expect((await send(`Bearer ${await own.sign({ 'custom:tenant_id': 'acme' })}`)).status).toBe(200);
});

it.each(Object.entries(hostileTokens))('refuses a token before any call to STS: %s', async (_what, forge) => {
  const response = await send(`Bearer ${forge(own)}`);

  expect(response).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
  expect(response.body.code).toBe('token_invalid');
  expect(aws.calls).toEqual([]);
  expect(handled).toBe(0);
});

it.each(hostileTenantIds.map((tenant) => [tenant]))('refuses the tenant id %j of a valid token before any call to STS', async (tenant) => {
  const token = await own.sign({ 'custom:tenant_id': tenant });

  const response = await send(`Bearer ${token}`);

  // If the id makes the token too long, the token is refused first.
  const refusal = token.length > LONGEST_TOKEN ? { status: 401, code: 'token_invalid' } : { status: 403, code: 'tenant_invalid' };
  expect({ status: response.status, code: response.body.code }).toEqual(refusal);
  expect(aws.calls).toEqual([]);
  expect(handled).toBe(0);
});

it('refuses two Authorization headers, even if the first is valid', async () => {
  const valid = `Bearer ${await own.sign({ 'custom:tenant_id': 'acme' })}`;
  const { url, close } = await listen(app);

  const response = await fetchTwice(url, valid);
  await close();

  expect(response).toEqual({ status: 401, code: 'token_invalid' });
  expect(handled).toBe(0);
});

/** Sends the header twice with a raw request, because `fetch` and supertest merge two headers of one name. */
async function fetchTwice(url: string, authorization: string): Promise<{ status: number | undefined; code: string }> {
  const sent = httpRequest(url, { headers: ['Authorization', authorization, 'Authorization', authorization, 'Host', 'localhost'] });
  const response = await new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).once('error', reject).end());
  const { code } = JSON.parse(await text(response)) as { code: string };
  return { status: response.statusCode, code };
}
