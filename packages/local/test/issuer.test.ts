import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../src/index.ts';
import { start } from './start-aws.ts';

let aws: LocalAws;
beforeAll(async () => {
  aws = await start();
});
afterAll(() => aws.close());

describe('the issuer', () => {
  it('signs tokens that can be verified with its discovery document and its keys', async () => {
    const discovery = await (await fetch(`${aws.issuer.url}/.well-known/openid-configuration`)).json();
    expect(discovery).toMatchObject({ issuer: aws.issuer.url, jwks_uri: aws.issuer.jwksUri });
    const { payload, protectedHeader } = await jwtVerify(
      await aws.issuer.token({ tenant: 'acme' }),
      createRemoteJWKSet(new URL(aws.issuer.jwksUri)),
      {
        issuer: aws.issuer.url,
        audience: aws.issuer.audience,
        algorithms: ['RS256'],
      },
    );
    expect(payload['custom:tenant_id']).toBe('acme');
    expect(payload.sub).toBe('user-of-acme');
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'JWT' });
  });

  it('publishes only the public part of its key', async () => {
    const { keys } = JSON.parse(await (await fetch(aws.issuer.jwksUri)).text());
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0]).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  it('overrides its own claims with the given ones, and omits claims that are undefined', async () => {
    const claims = decodeJwt(
      await aws.issuer.token({ tenant: 'acme', claims: { sub: 'alice', 'custom:tenant_id': undefined, plan: 'pro' } }),
    );
    expect(claims).toMatchObject({ sub: 'alice', plan: 'pro' });
    expect(claims).not.toHaveProperty('custom:tenant_id');
  });

  it('signs tokens with the given lifetime, also a negative one, by the injected clock', async () => {
    const now = Date.parse('2026-11-24T12:00:00Z');
    const other = await start({ clock: () => now });
    try {
      const { iat, exp } = decodeJwt(await other.issuer.token({ tenant: 'acme', expiresInSeconds: -60 }));
      expect({ iat, exp }).toEqual({ iat: now / 1000, exp: now / 1000 - 60 });
    } finally {
      await other.close();
    }
  });

  it('signs all its tokens with one key, which no other issuer has', async () => {
    const other = await start();
    try {
      const kid = async ({ issuer }: LocalAws): Promise<string | undefined> =>
        decodeProtectedHeader(await issuer.token({ tenant: 'acme' })).kid;
      expect(await kid(aws)).toBe(await kid(aws));
      expect(await kid(other)).not.toBe(await kid(aws));
    } finally {
      await other.close();
    }
  });

  it('responds with 404 to any other request, and records no calls', async () => {
    aws.calls.length = 0;
    const { origin } = new URL(aws.issuer.url);
    for (const path of ['/', '/.well-known/openid-configuration', '/tenants', '/tenants/.well-known/jwks.json?x=1'])
      expect((await fetch(origin + path)).status).toBe(404);
    expect((await fetch(aws.issuer.jwksUri, { method: 'POST' })).status).toBe(404);
    expect(aws.calls).toEqual([]);
  });
});
