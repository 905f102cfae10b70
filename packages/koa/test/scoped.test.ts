import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Router } from '@koa/router';
import { ConfigurationError, currentTenantAws, NoTenantError } from '@tenant-aws/core';
import type { Middleware } from 'koa';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { assumesOf, bucket } from '../../../test/support/notes-aws.ts';
import { scoped } from '../src/index.ts';
import { sendTenant, applicationsOn, errorsOf, createMiddleware } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

describe.each(frameworks)('scoped on %s', (_name, Framework) => {
  const { appOf, send } = applicationsOn(Framework, aws);

  it('gives one route other permissions, and vends no others', async () => {
    const router = new Router();
    const write: Middleware = async (ctx) => {
      await currentTenantAws()
        .client(S3Client)
        .send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/report', Body: 'figures' }))
        .then(
          () => (ctx.body = 'written'),
          (error: Error) => (ctx.body = error.name),
        );
    };
    router.get('/scoped', scoped(['s3-folder-read-only']), write);
    router.get('/plain', write);
    const app = appOf(createMiddleware({ eager: false }), router.routes() as unknown as Middleware);

    expect((await send(app, 'acme', '/scoped')).text).toBe('AccessDenied');
    expect(assumesOf(aws)).toHaveLength(1);
    expect((await send(app, 'acme', '/plain')).text).toBe('written');
  });

  it('throws NoTenantError without the middleware above it', async () => {
    const app = appOf(scoped(['s3-folder-read-only']), sendTenant);
    const errors = errorsOf(app);

    expect((await send(app, 'acme')).status).toBe(500);
    expect(errors).toEqual([expect.any(NoTenantError)]);
  });

  it('refuses a request that presented nothing, if the middleware above is optional', async () => {
    const app = appOf(createMiddleware({ optional: true }), scoped(['s3-folder-read-only']), sendTenant);

    const response = await request(app.callback()).get('/');

    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
  });

  it('explains the mistake if it is mounted without a call', async () => {
    const app = appOf(scoped as unknown as Middleware);
    const errors = errorsOf(app);

    expect((await send(app)).status).toBe(500);
    expect(errors).toEqual([expect.any(ConfigurationError)]);
    expect(errors[0]?.message).toContain('scoped(');
  });
});
