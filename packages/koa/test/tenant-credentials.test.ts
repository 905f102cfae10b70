import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ConfigurationError, currentTenantAws } from '@tenant-aws/core';
import type { Middleware } from 'koa';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { bucket } from '../../../test/support/notes-aws.ts';
import { tenantCredentials } from '../src/index.ts';
import { sendTenant, applicationsOn, errorsOf, createMiddleware } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

describe.each(frameworks)('tenantCredentials on %s', (_name, Framework) => {
  const { appOf, send } = applicationsOn(Framework, aws);

  it("sets `ctx.tenantAws` for the token's tenant, and has AWS deny access to another tenant's data", async () => {
    const app = appOf(createMiddleware(), async (ctx) => {
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

  it("has a status, headers and a message for Koa's own error handler", async () => {
    const response = await send(appOf(createMiddleware(), sendTenant));

    expect(response).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' }, text: 'This request needs a bearer token' });
  });

  it('hides the message of an error with a status of 500 or more, and emits the error', async () => {
    aws.faults.sts({ code: 'AccessDenied' });
    const app = appOf(createMiddleware(), sendTenant);
    const errors = errorsOf(app);

    const response = await send(app, 'acme');

    expect(response).toMatchObject({ status: 500, text: 'Internal Server Error' });
    expect(errors).toEqual([expect.objectContaining({ code: 'sts_rejected' })]);
  });

  it('admits, when optional, a request that presents nothing, and refuses a bad token', async () => {
    const app = appOf(createMiddleware({ optional: true }), sendTenant);

    expect((await send(app)).body).toEqual({ own: null });
    expect((await request(app.callback()).get('/').set('authorization', 'Bearer x')).status).toBe(401);
  });

  it('calls the handler before STS if it is not eager', async () => {
    aws.faults.sts({ down: true });

    expect((await send(appOf(createMiddleware({ eager: false }), sendTenant), 'acme')).body).toEqual({ own: 'acme' });
    expect((await send(appOf(createMiddleware(), sendTenant), 'acme')).status).toBe(503);
  });

  it('explains the mistake if it is mounted without a call', async () => {
    const app = appOf(tenantCredentials as unknown as Middleware);
    const errors = errorsOf(app);

    expect((await send(app)).status).toBe(500);
    expect(errors).toEqual([expect.any(ConfigurationError)]);
    expect(errors[0]?.message).toContain('tenantCredentials(');
  });
});
