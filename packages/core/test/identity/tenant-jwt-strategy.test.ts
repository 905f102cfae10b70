import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request, type Server, type ServerResponse } from 'node:http';
import { Passport } from 'passport';
import { Strategy } from 'passport-jwt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { authenticatedUser } from '../../src/identity/authenticated-user.ts';
import type { BearerTokenOptions } from '../../src/identity/bearer-token-options.ts';
import { TenantJwtStrategy, type VerifyClaims } from '../../src/identity/tenant-jwt-strategy.ts';
import { hostileTokens } from '../../src/testing/hostile-tokens.ts';
import type { TenantIdentity } from '../../src/tenant.ts';
import { IssuerUnderTest, sendJson, signingPair } from './issuer-under-test.ts';

const pair = signingPair('a');
const stranger = signingPair('stranger');
const servers: Server[] = [];
let issuer: IssuerUnderTest;

beforeAll(async () => {
  issuer = await IssuerUnderTest.start(pair);
});

afterAll(() => issuer.close());

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type PassportMiddleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** A server of Node's that answers what passport left on the request, or the error it passed on. */
async function serve(
  authenticate: PassportMiddleware,
): Promise<(headers: [string, string][]) => Promise<{ status: number; headers: Headers; body: unknown }>> {
  const listener: RequestListener = (request, response) => {
    authenticate(request, response, (error) => {
      if (error === undefined) return sendJson(response, Reflect.get(request, 'user'));
      const { status, headers, code } = error as { status: number; headers: Record<string, string>; code: string };
      response.writeHead(status, headers).end(JSON.stringify({ code }));
    });
  };
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return async (headers) => {
    const response = await fetch(`http://127.0.0.1:${portOf(server)}/`, { headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : text };
  };
}

function authenticateWith(strategy: Strategy | TenantJwtStrategy): PassportMiddleware {
  const passport = new Passport();
  passport.use(strategy);
  return passport.authenticate('jwt', { session: false }) as PassportMiddleware;
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const bearer = (token: string): [string, string][] => [['authorization', `Bearer ${token}`]];
const strategy = (options: Partial<BearerTokenOptions> = {}, verify?: VerifyClaims): TenantJwtStrategy =>
  new TenantJwtStrategy({ ...issuer.options, ...options }, verify);

describe('TenantJwtStrategy under stock passport', () => {
  it("is passport-jwt's strategy, of the name jwt", () => {
    expect(strategy()).toBeInstanceOf(Strategy);
    expect(strategy().name).toBe('jwt');
  });

  it('leaves the tenant identity on the request', async () => {
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

  it('answers 401 with a challenge where nothing was presented', async () => {
    const get = await serve(authenticateWith(strategy()));
    for (const headers of [[], [['authorization', 'Basic YTpi']]] as [string, string][][]) {
      const { status, headers: answered } = await get(headers);
      expect([status, answered.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
  });

  it.each(Object.entries(hostileTokens))('answers 401 with a challenge to a token: %s', async (_, forge) => {
    const get = await serve(authenticateWith(strategy()));
    const token = forge({ issuer: issuer.url, audience: issuer.audience, privateKey: pair.privateKey, keyId: pair.id });
    const { status, headers } = await get(bearer(token));
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it('refuses a request with two Authorization headers, the first of them good', async () => {
    await serve(authenticateWith(strategy()));
    const url = `http://127.0.0.1:${portOf(servers.at(-1))}/`;
    const authorization = [`Bearer ${await issuer.token(pair)}`, 'Bearer another'];
    const sent = request(url, { headers: ['host', 'localhost', ...authorization.flatMap((value) => ['authorization', value])] }).end();
    const [response]: IncomingMessage[] = await once(sent, 'response');
    response?.resume();
    expect([response?.statusCode, response?.headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it('passes an outage of the keys on as an error of 503, not as a failure of 401', async () => {
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
  ])('passes a verified token on as an error of 403 %s where its tenant is %j', async (code, tenant) => {
    const get = await serve(authenticateWith(strategy()));
    const { status, body } = await get(bearer(await issuer.token(pair, { 'custom:tenant_id': tenant })));
    expect([status, body]).toEqual([403, { code }]);
  });

  it('lets another strategy try where its own token is bad, and asks none in an outage', async () => {
    class Anyone extends Strategy {
      override authenticate(): void {
        this.success({ tenantId: 'anyone' });
      }
    }
    const anyone = new Anyone({ jwtFromRequest: () => null, secretOrKey: 'unused' }, () => undefined);
    const dead = await IssuerUnderTest.start(pair);
    const passport = new Passport();
    passport.use('ours', strategy());
    passport.use('dead', new TenantJwtStrategy(dead.options));
    passport.use('anyone', anyone);
    const withOurs = await serve(passport.authenticate(['ours', 'anyone'], { session: false }) as PassportMiddleware);
    expect(await withOurs(bearer(await issuer.token(stranger)))).toMatchObject({ status: 200, body: { tenantId: 'anyone' } });
    const withDead = await serve(passport.authenticate(['dead', 'anyone'], { session: false }) as PassportMiddleware);
    const token = await dead.token(pair);
    await dead.close();
    expect(await withDead(bearer(token))).toMatchObject({ status: 503 });
  });

  it('answers each request for itself where one strategy object serves them all', async () => {
    const slow = await IssuerUnderTest.start(pair);
    const shared = new TenantJwtStrategy(slow.options);
    const get = await serve(new Passport().authenticate(shared, { session: false }) as PassportMiddleware);
    const [first, other] = [
      await slow.token(pair, { 'custom:tenant_id': 'acme' }),
      await slow.token(pair, { 'custom:tenant_id': 'globex' }),
    ];
    const release: (() => void)[] = [];
    slow.answerKeys = (_, response) => void release.push(() => sendJson(response, { keys: slow.keys }));
    const asked = slow.nextKeysRequest();
    const answers = Promise.all(Array.from({ length: 20 }, (_, index) => get(bearer(index % 2 === 0 ? first : other))));
    await asked;
    for (const answer of release) answer();
    const tenants = (await answers).map(({ body }) => (body as TenantIdentity).tenantId);
    expect(tenants).toEqual(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'acme' : 'globex')));
    await slow.close();
  });

  it('verifies a token once while it is remembered', async () => {
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

  it('is followed by authenticatedUser(), which keeps the end of the token', async () => {
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

describe('TenantJwtStrategy with a verify callback', () => {
  it('hands it the claims on every request, and its user to the request', async () => {
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

  it('needs no tenant in the token, for the callback may know it', async () => {
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

  it('is not asked about a token that is bad', async () => {
    const get = await serve(
      authenticateWith(
        strategy({}, () => {
          throw new Error('asked');
        }),
      ),
    );
    expect((await get(bearer(await issuer.token(stranger)))).status).toBe(401);
  });

  it('may come from a subclass that appends one, as the mixin of @nestjs/passport does', async () => {
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

describe('TenantJwtStrategy with a validate of its own', () => {
  it('takes what it answers, also later, for the user', async () => {
    class Ours extends TenantJwtStrategy {
      override async validate(claims: Parameters<TenantJwtStrategy['validate']>[0]): Promise<TenantIdentity & { name: string }> {
        return { ...(await super.validate(claims)), name: 'Ada' };
      }
    }
    const get = await serve(authenticateWith(new Ours(issuer.options)));
    expect(await get(bearer(await issuer.token(pair)))).toMatchObject({ status: 200, body: { tenantId: 'acme', name: 'Ada' } });
  });

  it('answers the same identity for the same claims', async () => {
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

describe('the requests that adapters of passport show', () => {
  const shapes: Record<string, (request: IncomingMessage) => unknown> = {
    "Node's own": (request) => request,
    "koa-passport's, whose `req` is Node's": (request) => Object.create({ req: request }, { headers: { get: () => request.headers } }),
    "Fastify's, whose `raw` is Node's": (request) => ({ raw: request, headers: request.headers }),
    'one with nothing but headers': (request) => ({ headers: request.headers }),
  };

  it.each(Object.entries(shapes))('are understood: %s', async (_, shape) => {
    const authenticate = authenticateWith(strategy());
    const get = await serve((request, response, next) => {
      const shown = shape(request) as IncomingMessage;
      authenticate(shown, response, (error) => {
        Reflect.set(request, 'user', Reflect.get(shown, 'user'));
        next(error);
      });
    });
    expect(await get(bearer(await issuer.token(pair)))).toMatchObject({ status: 200, body: { tenantId: 'acme' } });
    expect(await get([])).toMatchObject({ status: 401 });
  });
});
