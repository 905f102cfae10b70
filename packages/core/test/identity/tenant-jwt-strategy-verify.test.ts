import { describe, expect, it } from 'vitest';
import type { BearerTokenOptions } from '../../src/identity/bearer-token-options.ts';
import { TenantJwtStrategy, type VerifyClaims } from '../../src/identity/tenant-jwt-strategy.ts';
import type { TenantIdentity } from '../../src/tenant.ts';
import { authenticateWith, bearer, serve } from './passport-server.ts';
import { pair, second, trustedIssuer } from './trusted-issuer.ts';

const { issuer } = trustedIssuer();
const strategy = (options: Partial<BearerTokenOptions> = {}, verify?: VerifyClaims): TenantJwtStrategy =>
  new TenantJwtStrategy({ ...issuer.options, ...options }, verify);

describe('TenantJwtStrategy with a verify callback', () => {
  it('calls it with the claims on every request, and sets its user on the request', async () => {
    let calls = 0;
    const get = await serve(
      authenticateWith(
        strategy({}, (claims, done) => {
          calls += 1;
          done(null, { name: 'Ada', tenantId: claims['custom:tenant_id'] });
        }),
      ),
    );
    const token = await issuer.token(pair);
    expect(await get(bearer(token))).toMatchObject({ status: 200, body: { name: 'Ada', tenantId: 'acme' } });
    await get(bearer(token));
    expect(calls).toBe(2);
  });

  it('needs no tenant in the token, because the callback may find it', async () => {
    const get = await serve(authenticateWith(strategy({}, (claims, done) => done(null, { tenantId: `of-${String(claims['sub'])}` }))));
    const { status, body } = await get(bearer(await issuer.token(pair, { 'custom:tenant_id': undefined })));
    expect([status, body]).toEqual([200, { tenantId: 'of-user-1' }]);
  });

  it.each([
    ['no user', 401, (_claims, done) => done(null, false)],
    ['no user and a challenge', 401, (_claims, done) => done(null, false, 'Bearer realm="notes"')],
    ['an error', 500, (_claims, done) => done(Object.assign(new Error('down'), { status: 500 }))],
    [
      'a throw',
      500,
      () => {
        throw Object.assign(new Error('down'), { status: 500 });
      },
    ],
  ] satisfies [string, number, VerifyClaims][])('treats %s as passport-jwt does', async (_, status, verify) => {
    const get = await serve(authenticateWith(strategy({}, verify)));
    expect((await get(bearer(await issuer.token(pair)))).status).toBe(status);
  });

  it('does not call it for an invalid token', async () => {
    const get = await serve(
      authenticateWith(
        strategy({}, () => {
          throw new Error('called');
        }),
      ),
    );
    expect((await get(bearer(await issuer.token(second)))).status).toBe(401);
  });

  it('accepts it from a subclass that appends it, as the mixin of @nestjs/passport does', async () => {
    class Mixed extends TenantJwtStrategy {
      constructor(...parameters: [BearerTokenOptions]) {
        super(...parameters, (claims, done) => {
          Promise.resolve(this.validate(claims)).then((user) => done(null, user), done);
        });
      }
    }
    const get = await serve(authenticateWith(new Mixed(issuer.options)));
    expect(await get(bearer(await issuer.token(pair)))).toMatchObject({ status: 200, body: { tenantId: 'acme' } });
    expect(await get(bearer(await issuer.token(pair, { 'custom:tenant_id': 7 })))).toMatchObject({
      status: 403,
      body: { code: 'tenant_invalid' },
    });
  });
});

describe('TenantJwtStrategy.validate', () => {
  it('can be overridden by an async method that returns the user', async () => {
    class Named extends TenantJwtStrategy {
      override async validate(claims: Parameters<TenantJwtStrategy['validate']>[0]): Promise<TenantIdentity & { name: string }> {
        return { ...(await super.validate(claims)), name: 'Ada' };
      }
    }
    const get = await serve(authenticateWith(new Named(issuer.options)));
    expect(await get(bearer(await issuer.token(pair)))).toMatchObject({ status: 200, body: { tenantId: 'acme', name: 'Ada' } });
  });

  it('returns the same identity for the same claims', async () => {
    const one = strategy({ secretOrKey: pair.publicKey });
    const identity = await one.identify(await issuer.token(pair));
    expect(one.validate(identity.claims)).toBe(identity);
    expect(one.validate({ 'custom:tenant_id': 'acme', exp: 10 })).toEqual({
      tenantId: 'acme',
      claims: { 'custom:tenant_id': 'acme', exp: 10 },
      source: 'bearer',
      expiresAt: 10_000,
    });
  });
});
