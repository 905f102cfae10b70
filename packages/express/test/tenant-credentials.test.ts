import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { bearerToken, ConfigurationError, TokenVendingMachine } from '@tenant-aws/core';
import type { LocalAws } from '@tenant-aws/local';
import type { Express, RequestHandler } from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notesAws } from '../../../test/aws-of-a-file.ts';
import { assumesOf, bucket, roleArn, tenantAwsVariables } from '../../../test/notes-aws.ts';
import { problemDetails, type TenantCredentialsMiddleware, type TenantCredentialsOptions, tenantCredentials } from '../src/index.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

/** Port 1 is no one's: a connection to it is refused. */
const NOBODY_LISTENS = 'http://127.0.0.1:1/jwks.json';
const bearer = (token: Parameters<LocalAws['issuer']['token']>[0]) => async () => `Bearer ${await aws.issuer.token(token)}`;

interface Refusal {
  readonly when: string;
  readonly status: number;
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorization?: () => Promise<string>;
  readonly options?: () => TenantCredentialsOptions;
  readonly fault?: () => void;
}
const refusals: readonly Refusal[] = [
  { when: 'nothing is presented', status: 401, code: 'token_missing', headers: { 'www-authenticate': 'Bearer' } },
  {
    when: 'the token is malformed',
    status: 401,
    code: 'token_invalid',
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    authorization: async () => 'Bearer not a token',
  },
  {
    when: 'the token has expired',
    status: 401,
    code: 'token_invalid',
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    authorization: bearer({ tenant: 'acme', expiresInSeconds: -60 }),
  },
  {
    when: 'the token names no tenant',
    status: 403,
    code: 'tenant_missing',
    authorization: bearer({ tenant: 'acme', claims: { 'custom:tenant_id': undefined } }),
  },
  { when: 'the tenant id is not acceptable', status: 403, code: 'tenant_invalid', authorization: bearer({ tenant: '*' }) },
  {
    when: "the issuer's keys cannot be had",
    status: 503,
    code: 'keys_unavailable',
    headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) },
    authorization: bearer({ tenant: 'acme' }),
    options: () => ({ identity: bearerToken({ ...issuer(), jwksUri: NOBODY_LISTENS }) }),
  },
  {
    when: 'STS is down',
    status: 503,
    code: 'sts_unavailable',
    headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) },
    authorization: bearer({ tenant: 'acme' }),
    fault: () => aws.faults.sts({ down: true }),
  },
  {
    when: 'STS never answers',
    status: 503,
    code: 'sts_unavailable',
    headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) },
    authorization: bearer({ tenant: 'acme' }),
    options: () => ({ assumeTimeoutMs: 50 }),
    fault: () => aws.faults.sts({ hang: true }),
  },
  {
    when: 'the role does not trust us',
    status: 500,
    code: 'sts_rejected',
    authorization: bearer({ tenant: 'acme' }),
    options: () => ({ roleArn: `${roleArn}Elsewhere` }),
  },
];

describe.each(frameworks)('tenantCredentials on %s', (_name, express) => {
  let handled = 0;
  let middleware: TenantCredentialsMiddleware | undefined;
  beforeEach(() => {
    handled = 0;
  });
  afterEach(async () => {
    await middleware?.close();
    middleware = undefined;
  });

  const writesNote: RequestHandler = (req, res, next) => {
    handled += 1;
    req.tenantAws
      .client(S3Client)
      .send(new PutObjectCommand({ Bucket: bucket, Key: `${req.tenantAws.tenantId}/note`, Body: 'anvils' }))
      .then(() => res.json({ tenant: req.tenantAws.tenantId }), next);
  };

  function appWith(options: TenantCredentialsOptions = {}, handler: RequestHandler = writesNote): Express {
    middleware = tenantCredentials(options);
    return express().use(middleware).get('/', handler).use(problemDetails());
  }

  it("hangs AWS, as the token's tenant, on the request", async () => {
    const response = await request(appWith())
      .get('/')
      .auth(await aws.issuer.token({ tenant: 'acme' }), { type: 'bearer' });

    expect(response.body).toEqual({ tenant: 'acme' });
    expect(aws.calls).toEqual([
      expect.objectContaining({ service: 'sts', operation: 'AssumeRole', decision: 'allowed' }),
      expect.objectContaining({ service: 's3', operation: 'PutObject', decision: 'allowed', tenantSession: 'acme' }),
    ]);
  });

  it("leaves what is the neighbour's to AWS, which denies it", async () => {
    const app = appWith({}, (req, res) => {
      req.tenantAws
        .client(S3Client)
        .send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/note' }))
        .then(
          () => res.end('leak'),
          (error: Error) => res.status(403).end(error.name),
        );
    });

    const response = await request(app)
      .get('/')
      .auth(await aws.issuer.token({ tenant: 'acme' }), { type: 'bearer' });

    expect(response).toMatchObject({ status: 403, text: 'AccessDenied' });
    expect(aws.calls.at(-1)).toMatchObject({ operation: 'GetObject', decision: 'denied', tenantSession: 'acme' });
  });

  it.each(refusals)('answers $status $code when $when, and reaches no handler', async ({ status, code, headers = {}, ...given }) => {
    const app = appWith(given.options?.());
    given.fault?.();

    const sent = request(app).get('/');
    const response = await (given.authorization ? sent.set('authorization', await given.authorization()) : sent);

    expect(response).toMatchObject({ status, type: 'application/problem+json', headers });
    expect(response.body).toEqual({ type: `urn:tenant-aws:error:${code}`, title: expect.any(String), status, code });
    expect(handled).toBe(0);
    expect(aws.calls.filter(({ service }) => service !== 'sts')).toEqual([]);
    if (status < 500) expect(aws.calls).toEqual([]);
  });

  it('shows its status and headers through the error handler of Express itself', async () => {
    middleware = tenantCredentials();
    const app = express().use(middleware).set('env', 'test');

    const response = await request(app).get('/');

    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
  });

  it('admits, when optional, a request that presents nothing', async () => {
    const app = appWith({ optional: true }, (req, res) => res.json({ tenant: req.tenantAws?.tenantId ?? null }));

    const response = await request(app).get('/');

    expect(response.body).toEqual({ tenant: null });
  });

  it.each([
    ['a malformed token', async () => 'Bearer x', 'token_invalid'],
    ['an expired token', bearer({ tenant: 'acme', expiresInSeconds: -60 }), 'token_invalid'],
    ['a token without a tenant', bearer({ tenant: 'acme', claims: { 'custom:tenant_id': undefined } }), 'tenant_missing'],
    ['a hostile tenant', bearer({ tenant: '../globex' }), 'tenant_invalid'],
  ])('refuses %s when optional, as ever', async (_what, authorization, code) => {
    const app = appWith({ optional: true });

    const response = await request(app)
      .get('/')
      .set('authorization', await authorization());

    expect(response.body.code).toBe(code);
    expect(handled).toBe(0);
  });

  it('reaches the handler before STS is asked when it is not eager', async () => {
    aws.faults.sts({ down: true });
    const app = appWith({ eager: false });

    const response = await request(app)
      .get('/')
      .set('authorization', await bearer({ tenant: 'acme' })());

    expect(handled).toBe(1);
    expect(response.body.code).toBe('sts_unavailable');
  });

  it('asks STS once for the requests of one tenant', async () => {
    const app = appWith();
    const authorization = await bearer({ tenant: 'acme' })();
    await request(app).get('/').set({ authorization });
    await request(app).get('/').set({ authorization });

    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('uses the machine it is given, and leaves it open', async () => {
    const tvm = TokenVendingMachine.fromEnvironment();
    const given = tenantCredentials({ tvm });
    const app = express().use(given).get('/', writesNote);

    const response = await request(app)
      .get('/')
      .set('authorization', await bearer({ tenant: 'acme' })());
    await given.close();

    expect(given.tvm).toBe(tvm);
    expect(response.status).toBe(200);
    await expect(tvm.vend({ tenantId: 'globex', claims: {}, source: 'claims' })).resolves.toHaveProperty('accessKeyId');
    await tvm.close();
  });

  it('closes the machine that it made', async () => {
    appWith();
    await middleware?.close();

    await expect(middleware?.tvm.vend({ tenantId: 'acme', claims: {}, source: 'claims' })).rejects.toThrow();
  });

  it('is ready when base credentials and keys can be had', async () => {
    appWith();
    await expect(middleware?.ready()).resolves.toBeUndefined();
  });

  it('is not ready when the keys cannot be had', async () => {
    appWith({ identity: bearerToken({ ...issuer(), jwksUri: NOBODY_LISTENS }) });
    await expect(middleware?.ready()).rejects.toMatchObject({ code: 'keys_unavailable' });
  });

  it('explains what is wrong where it is mounted without the call', async () => {
    const app = express()
      .use(tenantCredentials as unknown as RequestHandler)
      .use(problemDetails());

    const response = await request(app).get('/');

    expect(response.status).toBe(500);
    expect(response.body.title).toContain('`tenantCredentials()`');
  });

  it('has a name in stack traces', () => {
    appWith();
    expect(middleware?.name).toBe('tenantCredentials');
  });
});

it('names all that is missing at once, when it is created', () => {
  for (const name of Object.keys(tenantAwsVariables(aws))) vi.stubEnv(name, undefined);

  const create = () => tenantCredentials();

  expect(create).toThrow(ConfigurationError);
  for (const name of ['TENANT_AWS_ROLE_ARN', 'TENANT_AWS_TEMPLATES', 'TENANT_AWS_JWT_ISSUER', 'TENANT_AWS_JWT_AUDIENCE'])
    expect(create).toThrow(name);
  vi.unstubAllEnvs();
});

function issuer(): { issuer: string; audience: string } {
  return { issuer: aws.issuer.url, audience: aws.issuer.audience };
}
