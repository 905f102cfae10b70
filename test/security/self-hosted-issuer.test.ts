import { bearerToken } from '@tenant-aws/core';
import { problemDetails, tenantCredentials } from '@tenant-aws/express';
import express from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { startOwnIssuer } from '../support/own-issuer.ts';

const aws = notesAws();

it.each(['RS256', 'ES256'] as const)('accepts only the %s keys of a self-hosted issuer', async (algorithm) => {
  const own = await startOwnIssuer(algorithm);
  const other = await startOwnIssuer(algorithm);
  const middleware = tenantCredentials({
    identity: bearerToken({
      issuer: own.issuer,
      audience: own.audience,
      jwksUri: own.jwksUri,
      algorithms: [algorithm],
      tenantClaim: ['org', 'slug'],
    }),
  });
  const app = express()
    .use(middleware)
    .get('/', (req, res) => void res.end(req.tenantAws.tenantId))
    .use(problemDetails());
  const send = async (token: string): Promise<request.Response> => request(app).get('/').auth(token, { type: 'bearer' });

  expect(await send(await own.sign({ org: { slug: 'acme' } }))).toMatchObject({ status: 200, text: 'acme' });
  expect((await send(await other.sign({ org: { slug: 'acme' } }))).body.code).toBe('token_invalid');
  expect((await send(await own.sign({ 'custom:tenant_id': 'acme' }))).body.code).toBe('tenant_missing');
  expect((await send(await aws.issuer.token({ tenant: 'acme' }))).body.code).toBe('token_invalid');

  await middleware.close();
  await Promise.all([own.close(), other.close()]);
});
