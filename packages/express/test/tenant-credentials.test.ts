import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { bearerToken, ConfigurationError, TokenVendingMachine } from '@tenant-aws/core';
import type { Express, RequestHandler } from 'express';
import { describe, expect, it, vi } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { NOBODY_LISTENS } from '../../../test/support/loopback.ts';
import { assumesOf, bucket, tenantAwsVariables } from '../../../test/support/notes-aws.ts';
import { problemDetails, type TenantCredentialsOptions, tenantCredentials } from '../src/index.ts';
import { sendMessage, get, createMiddleware, writeNote } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

const asAcme = async () => `Bearer ${await aws.issuer.token({ tenant: 'acme' })}`;

describe.each(frameworks)('tenantCredentials on %s', (_name, express) => {
  const appWith = (options?: TenantCredentialsOptions, handler = writeNote): Express =>
    express().use(createMiddleware(options)).get('/', handler).use(problemDetails());

  it("sets `req.tenantAws` for the token's tenant", async () => {
    const response = await get(appWith(), asAcme);

    expect(response.body).toEqual({ tenant: 'acme' });
    expect(aws.calls).toEqual([
      expect.objectContaining({ service: 'sts', operation: 'AssumeRole', decision: 'allowed' }),
      expect.objectContaining({ service: 's3', operation: 'PutObject', decision: 'allowed', tenantSession: 'acme' }),
    ]);
  });

  it("has AWS deny access to another tenant's data", async () => {
    const app = appWith({}, (req, res) => {
      req.tenantAws
        .client(S3Client)
        .send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/note' }))
        .then(
          () => res.end('leak'),
          (error: Error) => res.status(403).end(error.name),
        );
    });

    const response = await get(app, asAcme);

    expect(response).toMatchObject({ status: 403, text: 'AccessDenied' });
    expect(aws.calls.at(-1)).toMatchObject({ operation: 'GetObject', decision: 'denied', tenantSession: 'acme' });
  });

  it("has a status and headers for Express' own error handler", async () => {
    const app = express().use(createMiddleware()).set('env', 'test');

    const response = await get(app);

    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
  });

  it('admits, when optional, a request that presents nothing', async () => {
    const app = appWith({ optional: true }, (req, res) => res.json({ tenant: req.tenantAws?.tenantId ?? null }));

    const response = await get(app);

    expect(response.body).toEqual({ tenant: null });
  });

  it('calls the handler before STS if it is not eager', async () => {
    aws.faults.sts({ down: true });
    const handler = vi.fn(writeNote);
    const app = appWith({ eager: false }, handler);

    const response = await get(app, asAcme);

    expect(handler).toHaveBeenCalledOnce();
    expect(response.body.code).toBe('sts_unavailable');
  });

  it('calls STS once for the requests of one tenant', async () => {
    const app = appWith();
    const authorization = await asAcme();
    for (let sent = 0; sent < 2; sent += 1) await get(app, async () => authorization);

    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('uses the machine that it is given, and does not close it', async () => {
    const tvm = TokenVendingMachine.fromEnvironment();
    const given = tenantCredentials({ tvm });
    const app = express().use(given).get('/', writeNote);

    const response = await get(app, asAcme);
    await given.close();

    expect(given.tvm).toBe(tvm);
    expect(response.status).toBe(200);
    await expect(tvm.vend({ tenantId: 'globex', claims: {}, source: 'claims' })).resolves.toHaveProperty('accessKeyId');
    await tvm.close();
  });

  it('closes the machine that it made', async () => {
    const middleware = createMiddleware();
    await middleware.close();

    await expect(middleware.tvm.vend({ tenantId: 'acme', claims: {}, source: 'claims' })).rejects.toMatchObject({
      code: 'sts_unavailable',
    });
  });

  it('responds with 503 after close(), for known and unknown tokens', async () => {
    const middleware = createMiddleware();
    const app = express().use(middleware).get('/', writeNote).use(problemDetails());
    const known = await asAcme();
    expect((await get(app, async () => known)).status).toBe(200);

    await middleware.close();

    for (const authorization of [async () => known, asAcme]) {
      const response = await get(app, authorization);
      expect(response).toMatchObject({
        status: 503,
        body: { code: 'sts_unavailable', title: 'AWS credentials are temporarily unavailable' },
      });
      expect(response.headers['retry-after']).toBe('1');
    }
  });

  it('is ready when base credentials and keys are available', async () => {
    await expect(createMiddleware().ready()).resolves.toBeUndefined();
  });

  it('is not ready with `probe` where the role cannot be assumed', async () => {
    const middleware = createMiddleware({ roleArn: 'arn:aws:iam::000000000000:role/TenantAcces' });

    await expect(middleware.ready()).resolves.toBeUndefined();
    await expect(middleware.ready({ probe: true })).rejects.toMatchObject({
      code: 'configuration_invalid',
      faults: [expect.stringContaining('the role `TenantAcces` exists in the account 000000000000')],
    });
  });

  it('is not ready when the keys are unavailable', async () => {
    const { url, audience } = aws.issuer;
    const identity = bearerToken({ issuer: url, audience, jwksUri: NOBODY_LISTENS });

    await expect(createMiddleware({ identity }).ready()).rejects.toMatchObject({ code: 'keys_unavailable' });
  });

  it('explains the mistake if it is mounted without a call', async () => {
    const app = express()
      .use(tenantCredentials as unknown as RequestHandler)
      .use(sendMessage);

    const response = await get(app);

    expect(response.status).toBe(500);
    expect(response.text).toContain('`tenantCredentials()`');
  });

  it('has a name in stack traces', () => {
    expect(createMiddleware().name).toBe('tenantCredentials');
  });
});

it('names every missing variable when it is created', () => {
  for (const name of Object.keys(tenantAwsVariables(aws))) vi.stubEnv(name, undefined);

  const create = () => tenantCredentials();

  expect(create).toThrow(ConfigurationError);
  for (const name of ['TENANT_AWS_ROLE_ARN', 'TENANT_AWS_TEMPLATES', 'TENANT_AWS_JWT_ISSUER', 'TENANT_AWS_JWT_AUDIENCE'])
    expect(create).toThrow(name);
  vi.unstubAllEnvs();
});
