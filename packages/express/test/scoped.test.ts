import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { currentTenantAws } from '@tenant-aws/core';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { assumesOf, bucket } from '../../../test/support/notes-aws.ts';
import { problemDetails, scoped, type TenantCredentialsOptions } from '../src/index.ts';
import { sendMessage, createMiddleware } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

describe.each(frameworks)('scoped on %s', (_name, express) => {
  const read: RequestHandler = (req, res, next) => {
    req.tenantAws
      .client(S3Client)
      .send(new GetObjectCommand({ Bucket: bucket, Key: 'acme/report' }))
      .then(() => res.end('read'), next);
  };
  const write: RequestHandler = (req, res, next) => {
    req.tenantAws
      .client(S3Client)
      .send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/report', Body: 'figures' }))
      .then(() => res.end('written'), next);
  };
  const remove: RequestHandler = (_req, res, next) => {
    currentTenantAws()
      .client(S3Client)
      .send(new DeleteObjectCommand({ Bucket: bucket, Key: 'acme/report' }))
      .then(() => res.end('deleted'), next);
  };
  const sendName: ErrorRequestHandler = (error, _req, res, _next) => void res.status(403).end(error.name);
  const readOnly = scoped(['s3-folder-read-only']);

  function app(options: TenantCredentialsOptions = {}): Express {
    return express()
      .use(createMiddleware(options))
      .get('/report', readOnly, read)
      .put('/report', write)
      .put('/report/scoped', readOnly, write)
      .delete('/report/scoped', readOnly, remove)
      .get('/unknown', scoped(['no-such-template']), read)
      .use(problemDetails())
      .use(sendName);
  }
  async function send(on: Express, method: 'get' | 'put' | 'delete', path: string): Promise<request.Response> {
    const token = await aws.issuer.token({ tenant: 'acme' });
    const sent = request(on)[method](path);
    return sent.auth(token, { type: 'bearer' });
  }

  it("replaces the request's permissions only on its route", async () => {
    const on = app();

    expect((await send(on, 'put', '/report')).text).toBe('written');
    expect((await send(on, 'get', '/report')).text).toBe('read');
    expect((await send(on, 'put', '/report/scoped')).text).toBe('AccessDenied');
    expect((await send(on, 'put', '/report')).text).toBe('written');
  });

  it('is returned by currentTenantAws()', async () => {
    expect((await send(app(), 'delete', '/report/scoped')).text).toBe('AccessDenied');
    expect(aws.calls.at(-1)).toMatchObject({ operation: 'DeleteObject', decision: 'denied', tenantSession: 'acme' });
  });

  it('makes one more AssumeRole, and the only one if the middleware above is not eager', async () => {
    await send(app(), 'get', '/report');
    expect(assumesOf(aws)).toHaveLength(2);

    aws.calls.length = 0;
    await send(app({ eager: false }), 'get', '/report');
    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('calls STS once for all requests of a tenant on its route', async () => {
    const on = app({ eager: false });
    for (let sent = 0; sent < 3; sent += 1) await send(on, 'get', '/report');

    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('vends credentials before the handler runs', async () => {
    let handled = false;
    const on = express()
      .use(createMiddleware({ eager: false }))
      .get('/', readOnly, () => {
        handled = true;
      })
      .use(problemDetails());
    aws.faults.sts({ down: true });

    expect((await send(on, 'get', '/')).body.code).toBe('sts_unavailable');
    expect(handled).toBe(false);
  });

  it('refuses an unknown template', async () => {
    expect((await send(app({ eager: false }), 'get', '/unknown')).body).toMatchObject({ status: 500, code: 'template_not_found' });
  });

  it('passes NoTenantError to the error handlers without the middleware above it', async () => {
    const on = express().get('/', readOnly, read).use(problemDetails());

    expect((await request(on).get('/')).body).toMatchObject({ status: 500, code: 'no_tenant' });
    expect(aws.calls).toEqual([]);
  });

  it('refuses a request that presented nothing, if the middleware above is optional', async () => {
    const response = await request(app({ optional: true })).get('/report');

    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(response.body).toMatchObject({ status: 401, code: 'token_missing' });
  });

  it('explains the mistake if it is mounted without a call', async () => {
    const on = express()
      .use(scoped as unknown as RequestHandler)
      .use(sendMessage);

    expect((await request(on).get('/')).text).toContain('`scoped([...])`');
  });
});
