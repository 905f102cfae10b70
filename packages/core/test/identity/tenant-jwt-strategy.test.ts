import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Passport } from 'passport';
import { Strategy } from 'passport-jwt';
import { describe, expect, it } from 'vitest';
import { authenticatedUser } from '../../src/identity/authenticated-user.ts';
import { TenantJwtStrategy } from '../../src/identity/tenant-jwt-strategy.ts';
import type { TenantIdentity } from '../../src/tenant.ts';
import { IssuerUnderTest, sendJson } from './issuer-under-test.ts';
import { authenticateWith, bearer, type PassportMiddleware, serve } from './passport-server.ts';
import { invalid, pair, second, trustedIssuer } from './trusted-issuer.ts';

const { issuer } = trustedIssuer();
const strategy = (): TenantJwtStrategy => new TenantJwtStrategy(issuer.options);

describe('TenantJwtStrategy under stock passport', () => {
  it('is a passport-jwt Strategy with the name jwt', () => {
    expect(strategy()).toBeInstanceOf(Strategy);
    expect(strategy().name).toBe('jwt');
  });

  it('sets the tenant identity on the request', async () => {
    const get = await serve(authenticateWith(strategy()));
    const { status, body } = await get(bearer(await issuer.token(pair)));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      tenantId: 'acme',
      subject: 'user-1',
      source: 'bearer',
      expiresAt: expect.any(Number),
      claims: { sub: 'user-1' },
    });
  });

  it('responds with 401 and a challenge if no token was presented', async () => {
    const get = await serve(authenticateWith(strategy()));
    for (const headers of [[], [['authorization', 'Basic YTpi']]] as [string, string][][]) {
      const { status, headers: answered } = await get(headers);
      expect([status, answered.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
  });

  it('responds with 401 and a challenge to an invalid token', async () => {
    const get = await serve(authenticateWith(strategy()));
    const { status, headers } = await get(bearer(await issuer.token(second)));
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it('refuses a request with two Authorization headers, of which the first is valid', async () => {
    const { url } = await serve(authenticateWith(strategy()));
    const authorization = [`Bearer ${await issuer.token(pair)}`, 'Bearer another'];
    const sent = request(url, { headers: ['host', 'localhost', ...authorization.flatMap((value) => ['authorization', value])] }).end();
    const [response]: IncomingMessage[] = await once(sent, 'response');
    response?.resume();
    expect([response?.statusCode, response?.headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it('passes on unavailable keys as an error with status 503, not as a failure with 401', async () => {
    const dead = await IssuerUnderTest.start(pair);
    const token = await dead.token(pair);
    const get = await serve(authenticateWith(new TenantJwtStrategy(dead.options)));
    await dead.close();
    const { status, headers, body } = await get(bearer(token));
    expect([status, headers.get('retry-after'), headers.get('www-authenticate')]).toEqual([503, '1', null]);
    expect(body).toEqual({ code: 'keys_unavailable' });
  });

  it.each([
    ['tenant_missing', undefined],
    ['tenant_missing', null],
    ['tenant_invalid', ''],
    ['tenant_invalid', 7],
  ])('passes on an error with status 403 and code %s for a verified token whose tenant is %j', async (code, tenant) => {
    const get = await serve(authenticateWith(strategy()));
    const { status, body } = await get(bearer(await issuer.token(pair, { 'custom:tenant_id': tenant })));
    expect([status, body]).toEqual([403, { code }]);
  });

  it('lets passport try the next strategy for an invalid token, but not while keys are unavailable', async () => {
    class Anyone extends Strategy {
      override authenticate(): void {
        this.success({ tenantId: 'anyone' });
      }
    }
    const anyone = new Anyone({ jwtFromRequest: () => null, secretOrKey: 'unused' }, () => undefined);
    const dead = await IssuerUnderTest.start(pair);
    const passport = new Passport();
    passport.use('tenant', strategy());
    passport.use('dead', new TenantJwtStrategy(dead.options));
    passport.use('anyone', anyone);
    const withTenant = await serve(passport.authenticate(['tenant', 'anyone'], { session: false }) as PassportMiddleware);
    expect(await withTenant(bearer(await issuer.token(second)))).toMatchObject({ status: 200, body: { tenantId: 'anyone' } });
    const withDead = await serve(passport.authenticate(['dead', 'anyone'], { session: false }) as PassportMiddleware);
    const token = await dead.token(pair);
    await dead.close();
    expect(await withDead(bearer(token))).toMatchObject({ status: 503 });
  });

  it('keeps concurrent requests apart if one strategy object is given to passport.authenticate()', async () => {
    const slow = await IssuerUnderTest.start(pair);
    const shared = new TenantJwtStrategy(slow.options);
    const get = await serve(new Passport().authenticate(shared, { session: false }) as PassportMiddleware);
    const [first, other] = [
      await slow.token(pair, { 'custom:tenant_id': 'acme' }),
      await slow.token(pair, { 'custom:tenant_id': 'globex' }),
    ];
    const release: (() => void)[] = [];
    slow.respondKeys = (_, response) => void release.push(() => sendJson(response, { keys: slow.keys }));
    const requested = slow.nextKeysRequest();
    const responses = Promise.all(Array.from({ length: 20 }, (_, index) => get(bearer(index % 2 === 0 ? first : other))));
    await requested;
    for (const respond of release) respond();
    const tenants = (await responses).map(({ body }) => (body as TenantIdentity).tenantId);
    expect(tenants).toEqual(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'acme' : 'globex')));
    await slow.close();
  });

  it('verifies a cached token only once', async () => {
    const own = await IssuerUnderTest.start(pair);
    const seen: unknown[] = [];
    const authenticate = authenticateWith(new TenantJwtStrategy(own.options));
    const get = await serve((request, response, next) =>
      authenticate(request, response, (error) => {
        seen.push(Reflect.get(request, 'user'));
        next(error);
      }),
    );
    const token = await own.token(pair);
    await get(bearer(token));
    await own.close();
    expect((await get(bearer(token))).status).toBe(200);
    expect(seen[0]).toBe(seen[1]);
  });

  it('sets a user from which authenticatedUser() reads the expiry of the token', async () => {
    const source = authenticatedUser();
    const authenticate = authenticateWith(strategy());
    let identity: unknown;
    const get = await serve((request, response, next) =>
      authenticate(request, response, (error) => {
        identity = source({
          headersDistinct: request.headersDistinct,
          remoteAddress: undefined,
          user: Reflect.get(request, 'user'),
          raw: request,
        });
        next(error);
      }),
    );
    const { body } = await get(bearer(await issuer.token(pair)));
    expect(identity).toEqual({ ...(body as TenantIdentity), source: 'user' });
    expect(identity).toHaveProperty('expiresAt', expect.any(Number));
  });
});

describe('TenantJwtStrategy.identify', () => {
  it('verifies a token that came without HTTP, with the same limits', async () => {
    const strategy = new TenantJwtStrategy(issuer.options);
    await expect(strategy.identify(await issuer.token(pair))).resolves.toMatchObject({ tenantId: 'acme', source: 'bearer' });
    expect(() => strategy.identify('a'.repeat(8_193))).toThrow(invalid('longer than 8192 characters'));
  });

  it('does not use the cache after close()', async () => {
    const strategy = new TenantJwtStrategy({ ...issuer.options, secretOrKey: pair.publicKey });
    const token = await issuer.token(pair);
    await strategy.identify(token);
    strategy.close();
    expect(strategy.identify(token)).toBeInstanceOf(Promise);
  });
});
