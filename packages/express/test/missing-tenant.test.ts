import { S3Client } from '@aws-sdk/client-s3';
import { currentTenantAws, NoTenantError } from '@tenant-aws/core';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { problemDetails, scoped } from '../src/index.ts';
import { createMiddleware } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();
afterEach(() => vi.restoreAllMocks());

describe.each(frameworks)('a request without a tenant on %s', (_name, express) => {
  const uses: RequestHandler = (req, res) => void res.json(req.tenantAws.client(S3Client).constructor.name);
  const above = '`client` was read of undefined, and `req.tenantAws` is undefined: mount `tenantCredentials()` above this route';
  const optional =
    '`client` was read of undefined, and `req.tenantAws` is undefined: the request presented no identity, and `optional` admitted it: write `req.tenantAws?.`';

  it.each<[string, () => Express, string]>([
    ['on a route above the middleware', () => express().get('/', uses).use(createMiddleware()), above],
    ['on a router above the middleware', () => express().use(express.Router().get('/', uses)).use(createMiddleware()), above],
    ['in a sub-app above the middleware', () => express().use(express().get('/', uses)).use(createMiddleware()), above],
    ['without the middleware', () => express().get('/', uses), above],
    [
      'with `optional` and without `?.`',
      () =>
        express()
          .use(createMiddleware({ optional: true }))
          .get('/', uses),
      optional,
    ],
  ])('is explained by problemDetails() %s', async (_where, app, message) => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);

    const response = await request(app().use(problemDetails()).set('env', 'development')).get('/');

    expect(response.body).toEqual({ type: 'urn:tenant-aws:error:no_tenant', title: message, status: 500, code: 'no_tenant' });
    expect(printed.mock.calls).toEqual([[expect.any(NoTenantError)]]);
    expect(printed.mock.calls[0]?.[0]).toMatchObject({ cause: expect.any(TypeError) });
  });

  it('is explained where the members are destructured', async () => {
    const destructures: RequestHandler = (req, res) => {
      const { tenantId } = req.tenantAws;
      res.json(tenantId);
    };

    const response = await request(express().get('/', destructures).use(problemDetails()).set('env', 'test')).get('/');

    expect(response.body).toMatchObject({ code: 'no_tenant', title: expect.stringContaining('mount `tenantCredentials()` above') });
  });

  it.each([
    [new TypeError("Cannot read properties of undefined (reading 'length')")],
    [new TypeError("Cannot read properties of null (reading 'client')")],
    [new Error("Cannot read properties of undefined (reading 'client')")],
    [{ message: "Cannot read properties of undefined (reading 'client')" }],
  ])('leaves other errors to the next handler: %s', async (error) => {
    const others: ErrorRequestHandler = (passed, _req, res, _next) => void res.status(418).json(passed === error);
    const fails: RequestHandler = (_req, _res, next) => next(error);

    expect(await request(express().use(fails).use(problemDetails()).use(others)).get('/')).toMatchObject({ status: 418, body: true });
  });

  it('leaves a TypeError of a request that has a tenant to the next handler', async () => {
    const fails: RequestHandler = (req, res) => void res.json((req as { pool?: { client(): void } }).pool!.client());
    const others: ErrorRequestHandler = (passed: Error, _req, res, _next) => void res.status(418).end(passed.name);
    const app = express().use(createMiddleware()).get('/', fails).use(problemDetails()).use(others);

    const response = await request(app)
      .get('/')
      .auth(await aws.issuer.token({ tenant: 'acme' }), { type: 'bearer' });

    expect(response).toMatchObject({ status: 418, text: 'TypeError' });
  });

  it('has an absent property, which loggers and error handlers can read', async () => {
    const seen: unknown[] = [];
    const facts: RequestHandler = (req, res) => {
      const own = { ...req } as object;
      res.json({
        value: req.tenantAws?.tenantId ?? null,
        in: 'tenantAws' in req,
        own: 'tenantAws' in own,
        keys: Object.keys(req).includes('tenantAws'),
      });
    };
    const logs: RequestHandler = (req, res, next) => {
      res.on('finish', () => seen.push(req.tenantAws?.tenantId, 'tenantAws' in req));
      next();
    };
    const reports: ErrorRequestHandler = (error, req, _res, next) => {
      seen.push(req.tenantAws?.tenantId);
      next(error);
    };
    const absent = { value: null, in: false, own: false, keys: false };
    const app = express()
      .use(logs)
      .get('/above', facts)
      .use('/optional', createMiddleware({ optional: true }))
      .get('/optional', facts);
    app.use(createMiddleware()).get('/below', facts).use(reports).use(problemDetails());

    expect((await request(app).get('/above')).body).toEqual(absent);
    expect((await request(app).get('/optional')).body).toEqual(absent);
    expect((await request(app).get('/below')).status).toBe(401);
    const token = await aws.issuer.token({ tenant: 'acme' });
    const below = await request(app).get('/below').auth(token, { type: 'bearer' });

    expect(below.body).toEqual({ value: 'acme', in: true, own: true, keys: true });
    expect(seen).toEqual([undefined, false, undefined, false, undefined, undefined, false, 'acme', true]);
  });

  it('is explained by currentTenantAws() and scoped(), too', async () => {
    const current: RequestHandler = (_req, res) => void res.json(currentTenantAws().tenantId);
    const app = express()
      .get('/above', current)
      .get('/scoped', scoped(['s3-folder-read-only']), current);
    app
      .use(createMiddleware({ optional: true }))
      .get('/optional', current)
      .use(problemDetails())
      .set('env', 'test');

    expect((await request(app).get('/above')).body.title).toContain('call it in a handler behind `tenantCredentials()` or `TenantGuard`');
    expect((await request(app).get('/scoped')).body.title).toBe('`scoped()` needs `tenantCredentials()` before it');
    expect((await request(app).get('/optional')).body).toMatchObject({
      code: 'no_tenant',
      title: 'This request has no tenant: it presented no identity, and `optional` or `@Public()` admitted it',
    });
  });
});
