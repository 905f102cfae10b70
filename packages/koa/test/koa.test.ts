import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as aTurn } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { bodyParser } from '@koa/bodyparser';
import multer from '@koa/multer';
import { Router } from '@koa/router';
import { authenticatedUser, bearerToken, ConfigurationError, currentTenantAws, NoTenantError, TenantJwtStrategy } from '@tenant-aws/core';
import type { LocalAws } from '@tenant-aws/local';
import type Koa from 'koa';
import type { Middleware } from 'koa';
import { KoaPassport } from 'koa-passport';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucket, enterEnvironment, startNotesAws } from '../../../test/notes-aws.ts';
import {
  problemDetails,
  scoped,
  type TenantCredentialsMiddleware,
  type TenantCredentialsOptions,
  tenantCredentials,
} from '../src/index.ts';
import { frameworks } from './frameworks.ts';

/** Port 1 is no one's: a connection to it is refused. */
const NOBODY_LISTENS = 'http://127.0.0.1:1/jwks.json';

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

describe.each(frameworks)('%s', (_name, Framework) => {
  let tenants: TenantCredentialsMiddleware;
  beforeEach(() => {
    aws.calls.length = 0;
  });
  afterEach(async () => {
    aws.faults.clear();
    await tenants.close();
  });

  /** An app whose errors are answered by Koa itself, and not printed. */
  function appOf(...middleware: readonly Middleware[]): Koa {
    const app = new Framework();
    app.silent = true;
    for (const each of middleware) app.use(each);
    return app;
  }
  const tokenOf = (tenant: string): Promise<string> => aws.issuer.token({ tenant });
  const send = async (app: Koa, tenant?: string, path = '/') => {
    const sent = request(app.callback()).get(path);
    return tenant === undefined ? sent : sent.auth(await tokenOf(tenant), { type: 'bearer' });
  };
  const answersTenant: Middleware = (ctx) => {
    ctx.body = { own: ctx.tenantAws?.tenantId ?? null };
  };
  const made = (options?: TenantCredentialsOptions): TenantCredentialsMiddleware => {
    tenants = tenantCredentials(options);
    return tenants;
  };

  it("hangs AWS, as the token's tenant, on the context, and leaves the neighbour's data to AWS", async () => {
    const app = appOf(made(), async (ctx) => {
      const s3 = ctx.tenantAws.client(S3Client);
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'anvils' }));
      const foreign = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/note' })).catch((error: Error) => error.name);
      ctx.body = { tenant: currentTenantAws().tenantId, foreign };
    });

    expect((await send(app, 'acme')).body).toEqual({ tenant: 'acme', foreign: 'AccessDenied' });
    expect(aws.calls.map(({ operation, decision }) => `${operation} ${decision}`)).toEqual([
      'AssumeRole allowed',
      'PutObject allowed',
      'GetObject denied',
    ]);
  });

  it("answers a refusal on Koa's own error path, with its status and headers", async () => {
    const response = await send(appOf(made(), answersTenant));

    expect(response).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' }, text: 'This request needs a bearer token' });
  });

  it("answers no word of ours for a fault that is not the client's, and tells the app", async () => {
    aws.faults.sts({ code: 'AccessDenied' });
    const app = appOf(made(), answersTenant);
    const heard: Error[] = [];
    app.on('error', (error: Error) => heard.push(error));

    const response = await send(app, 'acme');

    expect(response).toMatchObject({ status: 500, text: 'Internal Server Error' });
    expect(heard).toEqual([expect.objectContaining({ code: 'sts_rejected' })]);
  });

  it('answers as RFC 9457 under problemDetails, tells the app of faults, and passes on what is not ours', async () => {
    const app = appOf(problemDetails(), made(), answersTenant);
    const heard: unknown[] = [];
    app.on('error', (error: { code?: string }) => heard.push(error.code));

    const refused = await send(app);
    aws.faults.sts({ down: true });
    const failed = await send(app, 'acme');

    expect(refused).toMatchObject({ status: 401, type: 'application/problem+json', headers: { 'www-authenticate': 'Bearer' } });
    expect(refused.body).toEqual({
      type: 'urn:tenant-aws:error:token_missing',
      title: 'This request needs a bearer token',
      status: 401,
      code: 'token_missing',
    });
    expect(failed.status).toBe(503);
    expect(failed.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(heard).toEqual(['sts_unavailable']);

    const theirs = appOf(problemDetails(), () => {
      throw Object.assign(new Error('theirs'), { status: 418, expose: true });
    });
    expect(await send(theirs)).toMatchObject({ status: 418, text: 'theirs' });
  });

  it('admits, when optional, a request that presents nothing, and refuses a bad token as ever', async () => {
    const app = appOf(made({ optional: true }), answersTenant);

    expect((await send(app)).body).toEqual({ own: null });
    expect((await request(app.callback()).get('/').set('authorization', 'Bearer x')).status).toBe(401);
  });

  it('reaches the handler before STS is asked when it is not eager', async () => {
    aws.faults.sts({ down: true });

    expect((await send(appOf(made({ eager: false }), answersTenant), 'acme')).body).toEqual({ own: 'acme' });
    expect((await send(appOf(made(), answersTenant), 'acme')).status).toBe(503);
  });

  it('gives one route other permissions, minted instead of its own', async () => {
    const router = new Router();
    const writes: Middleware = async (ctx) => {
      await currentTenantAws()
        .client(S3Client)
        .send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/report', Body: 'figures' }))
        .then(
          () => (ctx.body = 'written'),
          (error: Error) => (ctx.body = error.name),
        );
    };
    router.get('/scoped', scoped(['s3-folder-read-only']), writes);
    router.get('/plain', writes);
    const app = appOf(made({ eager: false }), router.routes() as unknown as Middleware);

    expect((await send(app, 'acme', '/scoped')).text).toBe('AccessDenied');
    expect(aws.calls.filter(({ operation }) => operation === 'AssumeRole')).toHaveLength(1);
    expect((await send(app, 'acme', '/plain')).text).toBe('written');
  });

  it('says that scoped stands alone where no tenantCredentials is above it', async () => {
    made();
    const app = appOf(scoped(['s3-folder-read-only']), answersTenant);
    const heard: unknown[] = [];
    app.on('error', (error) => heard.push(error));

    expect((await send(app, 'acme')).status).toBe(500);
    expect(heard).toEqual([expect.any(NoTenantError)]);
  });

  it.each([
    ['tenantCredentials', tenantCredentials],
    ['problemDetails', problemDetails],
    ['scoped', scoped],
  ])('says so where %s is mounted without the call', async (name, factory) => {
    made();
    const app = appOf(factory as unknown as Middleware);
    const heard: Error[] = [];
    app.on('error', (error: Error) => heard.push(error));

    expect((await send(app)).status).toBe(500);
    expect(heard).toEqual([expect.any(ConfigurationError)]);
    expect(heard[0]?.message).toContain(`${name}(`);
  });

  it('keeps the tenant through JSON and multipart bodies, timers and streams', async () => {
    const upload = multer();
    const app = appOf(bodyParser(), made(), upload.single('file'), async (ctx) => {
      await aTurn();
      const source = new PassThrough();
      const seen: string[] = [currentTenantAws().tenantId];
      const drained = pipeline(source, async (chunks) => {
        for await (const _ of chunks) seen.push(currentTenantAws().tenantId);
      });
      source.end('chunk');
      await drained;
      ctx.body = seen;
    });
    const token = await tokenOf('acme');
    const json = request(app.callback())
      .post('/')
      .auth(token, { type: 'bearer' })
      .send({ text: 'x'.repeat(20_000) });
    const form = request(app.callback()).post('/').auth(token, { type: 'bearer' }).attach('file', Buffer.alloc(20_000), 'file.bin');

    expect((await json).body).toEqual(['acme', 'acme']);
    expect((await form).body).toEqual(['acme', 'acme']);
  });

  it("has no tenant in a bare listener of the request: never another's", async () => {
    const app = appOf(made(), async (ctx) => {
      const ended = once(ctx.req, 'end');
      const seen = new Promise((resolve) => {
        ctx.req.on('end', () => {
          try {
            resolve(currentTenantAws().tenantId);
          } catch (error) {
            resolve((error as { code?: string }).code);
          }
        });
      });
      ctx.req.resume();
      await ended;
      ctx.body = { seen: await seen, own: ctx.tenantAws.tenantId };
    });
    const token = await tokenOf('acme');

    const response = await request(app.callback()).post('/').auth(token, { type: 'bearer' }).send('body');

    expect(response.body.own).toBe('acme');
    expect(['no_tenant', 'acme']).toContain(response.body.seen);
  });

  describe('after koa-passport', () => {
    const issuer = (jwksUri?: string) => ({ issuer: aws.issuer.url, audience: aws.issuer.audience, ...(jwksUri ? { jwksUri } : {}) });
    const appWith = (strategy: TenantJwtStrategy): Koa => {
      const passport = new KoaPassport();
      passport.use(strategy);
      return appOf(
        problemDetails(),
        passport.initialize(),
        passport.authenticate('jwt', { session: false }),
        made({ identity: authenticatedUser() }),
        answersTenant,
      );
    };

    it('takes the tenant from the user that the strategy left', async () => {
      expect((await send(appWith(new TenantJwtStrategy(issuer())), 'acme')).body).toEqual({ own: 'acme' });
    });

    it('refuses what passport refuses, before any call to AWS', async () => {
      expect((await send(appWith(new TenantJwtStrategy(issuer())))).status).toBe(401);
      expect(aws.calls).toEqual([]);
    });

    it('answers 503 and Retry-After while the key server is out, never 401', async () => {
      const response = await send(appWith(new TenantJwtStrategy(issuer(NOBODY_LISTENS))), 'acme');

      expect(response.status).toBe(503);
      expect(response.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    });

    it('works in front of passport, too', async () => {
      const passport = new KoaPassport();
      passport.use(new TenantJwtStrategy(issuer()));
      const app = appOf(
        made({ identity: bearerToken(issuer()) }),
        passport.initialize(),
        passport.authenticate('jwt', { session: false }),
        (ctx) => {
          ctx.body = { own: ctx.tenantAws.tenantId, user: ctx.state.user.tenantId };
        },
      );

      expect((await send(app, 'acme')).body).toEqual({ own: 'acme', user: 'acme' });
    });
  });
});
