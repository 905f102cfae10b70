import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ConfigurationError, currentTenantAws } from '@tenant-aws/core';
import type { Middleware } from 'koa';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { bucket } from '../../../test/support/notes-aws.ts';
import { tenantCredentials } from '../src/index.ts';
import { answersTenant, applicationsOn, heardBy, made } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

describe.each(frameworks)('tenantCredentials on %s', (_name, Framework) => {
  const { appOf, send } = applicationsOn(Framework, aws);

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
    const heard = heardBy(app);

    const response = await send(app, 'acme');

    expect(response).toMatchObject({ status: 500, text: 'Internal Server Error' });
    expect(heard).toEqual([expect.objectContaining({ code: 'sts_rejected' })]);
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

  it('explains what is wrong where it is mounted without the call', async () => {
    const app = appOf(tenantCredentials as unknown as Middleware);
    const heard = heardBy(app);

    expect((await send(app)).status).toBe(500);
    expect(heard).toEqual([expect.any(ConfigurationError)]);
    expect(heard[0]?.message).toContain('tenantCredentials(');
  });
});
