import { S3Client } from '@aws-sdk/client-s3';
import { NoTenantError } from '@tenant-aws/core';
import type { Middleware } from 'koa';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { problemDetails } from '../src/index.ts';
import { applicationsOn, createMiddleware, errorsOf } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

describe.each(frameworks)('a request without a tenant on %s', (_name, Framework) => {
  const { appOf, send } = applicationsOn(Framework, aws);
  const uses: Middleware = (ctx) => {
    ctx.body = ctx.tenantAws.client(S3Client).constructor.name;
  };

  it.each<[string, () => readonly Middleware[], string]>([
    [
      'above the middleware',
      () => [uses, createMiddleware()],
      '`client` was read of undefined, and `ctx.tenantAws` is undefined: mount `tenantCredentials()` above this route',
    ],
    [
      'with `optional` and without `?.`',
      () => [createMiddleware({ optional: true }), uses],
      '`client` was read of undefined, and `ctx.tenantAws` is undefined: the request presented no identity, and `optional` admitted it: write `ctx.tenantAws?.`',
    ],
  ])('is explained by problemDetails() %s', async (_where, middleware, title) => {
    const app = appOf(problemDetails(), ...middleware());
    const errors = errorsOf(app);

    expect((await send(app)).body).toEqual({ type: 'urn:tenant-aws:error:no_tenant', title, status: 500, code: 'no_tenant' });
    expect(errors).toEqual([expect.any(NoTenantError)]);
    expect(errors[0]).toMatchObject({ cause: expect.any(TypeError) });
  });

  it('has an absent property, which loggers can read', async () => {
    const seen: unknown[] = [];
    const logs: Middleware = async (ctx, next) => {
      try {
        await next();
      } finally {
        seen.push(
          ctx.tenantAws?.tenantId,
          'tenantAws' in ctx,
          Object.keys(ctx).includes('tenantAws'),
          JSON.stringify(ctx).includes('tenantAws'),
        );
      }
    };
    const responds: Middleware = (ctx) => void (ctx.body = 'ok');

    await send(appOf(logs, responds));
    await send(appOf(logs, createMiddleware({ optional: true }), responds));
    expect((await send(appOf(logs, createMiddleware(), responds))).status).toBe(401);
    await send(appOf(logs, createMiddleware(), responds), 'acme');

    const absent = [undefined, false, false, false];
    expect(seen).toEqual([...absent, ...absent, ...absent, 'acme', true, true, false]);
  });

  it('passes on other errors', async () => {
    const fails: Middleware = (ctx) => {
      ctx.body = (ctx as { pool?: { length: number } }).pool!.length;
    };
    const app = appOf(problemDetails(), fails);
    const errors = errorsOf(app);

    expect((await send(app)).status).toBe(500);
    expect(errors).toEqual([expect.any(TypeError)]);
  });
});
