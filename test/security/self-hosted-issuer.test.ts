import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bearerToken } from '@tenant-aws/core';
import { problemDetails, tenantCredentials } from '@tenant-aws/express';
import type { LocalAws } from '@tenant-aws/local';
import express from 'express';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enterEnvironment, startNotesAws } from '../notes-aws.ts';

let aws: LocalAws;
let leaveEnvironment: () => void;
beforeAll(async () => {
  aws = await startNotesAws();
  leaveEnvironment = enterEnvironment(aws);
});
afterAll(async () => {
  leaveEnvironment();
  await aws.close();
});

const ISSUER = 'https://login.example.test';

/** A team's own issuer: a key set on a path of its own, no discovery, another claim and another algorithm. */
async function startIssuer(): Promise<{
  jwksUri: string;
  sign(claims: Record<string, unknown>, kid?: string): Promise<string>;
  close(): void;
}> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'own-1', alg: 'ES256', use: 'sig' }];
  const server = createServer((req, res) => {
    if (req.url !== '/keys') return void res.writeHead(404).end();
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    jwksUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    sign: (claims, kid = 'own-1') =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(ISSUER)
        .setAudience('notes-api')
        .setExpirationTime('5m')
        .sign(privateKey),
    close: () => server.close(),
  };
}

describe('a self-hosted issuer with its own key set', () => {
  it('is believed by its own keys and by no others', async () => {
    const issuer = await startIssuer();
    const other = await startIssuer();
    const middleware = tenantCredentials({
      identity: bearerToken({
        issuer: ISSUER,
        audience: 'notes-api',
        jwksUri: issuer.jwksUri,
        algorithms: ['ES256'],
        tenantClaim: ['org', 'slug'],
      }),
    });
    const app = express()
      .use(middleware)
      .get('/', (req, res) => void res.end(req.tenantAws.tenantId))
      .use(problemDetails());
    const answer = async (token: string) => request(app).get('/').auth(token, { type: 'bearer' });

    expect(await answer(await issuer.sign({ org: { slug: 'acme' } }))).toMatchObject({ status: 200, text: 'acme' });
    expect((await answer(await other.sign({ org: { slug: 'acme' } }))).body.code).toBe('token_invalid');
    expect((await answer(await issuer.sign({ 'custom:tenant_id': 'acme' }))).body.code).toBe('tenant_missing');
    expect((await answer(await aws.issuer.token({ tenant: 'acme' }))).body.code).toBe('token_invalid');

    await middleware.close();
    issuer.close();
    other.close();
  });
});
