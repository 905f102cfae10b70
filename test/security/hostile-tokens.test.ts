import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { bearerToken } from '@tenant-aws/core';
import { hostileTokens } from '@tenant-aws/core/testing';
import { problemDetails, type TenantCredentialsMiddleware, tenantCredentials } from '@tenant-aws/express';
import type { LocalAws } from '@tenant-aws/local';
import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { enterEnvironment, startNotesAws } from '../notes-aws.ts';
import { type OwnIssuer, startOwnIssuer } from '../own-issuer.ts';

let aws: LocalAws;
let own: OwnIssuer;
let leaveEnvironment: () => void;
let middleware: TenantCredentialsMiddleware;
let app: Express;
let handled = 0;
beforeAll(async () => {
  aws = await startNotesAws();
  own = await startOwnIssuer();
  leaveEnvironment = enterEnvironment(aws);
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
  aws.calls.length = 0;
});
afterAll(async () => {
  await middleware.close();
  leaveEnvironment();
  await Promise.all([own.close(), aws.close()]);
});

const send = async (authorization: string): Promise<request.Response> => request(app).get('/').set({ authorization });

it('serves a good token of the same issuer', async () => {
  expect((await send(`Bearer ${await own.sign({ 'custom:tenant_id': 'acme' })}`)).status).toBe(200);
});

it.each(Object.entries(hostileTokens))('refuses a token before any call to STS: %s', async (_what, forge) => {
  const response = await send(`Bearer ${forge(own)}`);

  expect(response).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
  expect(response.body.code).toBe('token_invalid');
  expect(aws.calls).toEqual([]);
  expect(handled).toBe(0);
});

it('refuses two Authorization headers, the first of which is good', async () => {
  const good = `Bearer ${await own.sign({ 'custom:tenant_id': 'acme' })}`;
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;

  const response = await fetchTwice(port, good);
  await new Promise((closed) => server.close(closed));

  expect(response).toEqual({ status: 401, code: 'token_invalid' });
  expect(handled).toBe(0);
});

/** `fetch` and supertest fold two headers of one name into one: a raw request keeps them apart. */
async function fetchTwice(port: number | undefined, authorization: string): Promise<{ status: number | undefined; code: string }> {
  const sent = httpRequest({
    port,
    host: '127.0.0.1',
    headers: ['Authorization', authorization, 'Authorization', authorization, 'Host', 'localhost'],
  });
  const response = await new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).once('error', reject).end());
  const { code } = JSON.parse(await text(response)) as { code: string };
  return { status: response.statusCode, code };
}
