import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Router } from '@koa/router';
import { ConfigurationError, currentTenantAws, NoTenantError } from '@tenant-aws/core';
import type { Middleware } from 'koa';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { assumesOf, bucket } from '../../../test/support/notes-aws.ts';
import { scoped } from '../src/index.ts';
import { answersTenant, applicationsOn, heardBy, made } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

describe.each(frameworks)('scoped on %s', (_name, Framework) => {
  const { appOf, send } = applicationsOn(Framework, aws);

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
    expect(assumesOf(aws)).toHaveLength(1);
    expect((await send(app, 'acme', '/plain')).text).toBe('written');
  });

  it('says that scoped stands alone where no tenantCredentials is above it', async () => {
    const app = appOf(scoped(['s3-folder-read-only']), answersTenant);
    const heard = heardBy(app);

    expect((await send(app, 'acme')).status).toBe(500);
    expect(heard).toEqual([expect.any(NoTenantError)]);
  });

  it('asks a request for a token that presented nothing to scoped, where the middleware above is optional', async () => {
    const app = appOf(made({ optional: true }), scoped(['s3-folder-read-only']), answersTenant);

    const response = await request(app.callback()).get('/');

    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
  });

  it('explains what is wrong where it is mounted without the call', async () => {
    const app = appOf(scoped as unknown as Middleware);
    const heard = heardBy(app);

    expect((await send(app)).status).toBe(500);
    expect(heard).toEqual([expect.any(ConfigurationError)]);
    expect(heard[0]?.message).toContain('scoped(');
  });
});
