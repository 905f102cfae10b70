import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { tenantCredentials } from '@tenant-aws/koa';
import { type IsolationTest, type IsolationTestOptions, startIsolationTest } from '@tenant-aws/local/testing';
import Koa from 'koa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notesApp } from './notes-app.ts';

const env = { TENANT_AWS_TEMPLATES: 's3-folder-per-tenant?bucket=notes' };
const objects = { notes: { 'acme/plan': 'sell anvils', 'globex/plan': 'secret' } };

let test: IsolationTest | undefined;
async function start(options: IsolationTestOptions = {}): Promise<IsolationTest> {
  return (test = await startIsolationTest({ app: () => notesApp(), env, objects, ...options }));
}

let before: NodeJS.ProcessEnv;
beforeEach(() => {
  before = { ...process.env };
});
afterEach(async () => {
  await test?.stop();
  test = undefined;
  expect(process.env).toEqual(before);
  vi.unstubAllEnvs();
});

describe('an isolation test', () => {
  it('passes for an app that only the session policy of a tenant limits', async () => {
    const { as, expectDenied } = await start();

    expect(await as('acme').get('/files?key=acme/plan')).toMatchObject({ status: 200, text: 'sell anvils' });
    expect(await expectDenied(() => as('acme').get('/files?key=globex/plan'))).toMatchObject([
      { operation: 'GetObject', resource: 'arn:aws:s3:::notes/globex/plan', tenantSession: 'acme', decision: 'denied' },
    ]);
    expect((await as('globex').get('/files?key=globex/plan')).text).toBe('secret');
  });

  it('fails for an app with a template that is too wide, and names what AWS allowed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tenant-aws-wide-'));
    const wide = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::notes/*' };
    await writeFile(join(folder, 'wide.json'), JSON.stringify(wide));
    const { as, expectDenied } = await start({
      app: () => notesApp({ shared: ['wide'] }),
      env: { TENANT_AWS_TEMPLATE_SOURCE: folder, TENANT_AWS_TEMPLATES: 'wide' },
    });

    await expect(expectDenied(() => as('acme').get('/files?key=globex/plan'))).rejects.toThrow(
      'AWS allowed GetObject on arn:aws:s3:::notes/globex/plan for the session acme. The app responded 200: secret',
    );
    await rm(folder, { recursive: true });
  });

  it.each([
    ['/nothing', 'AWS received no call that it could deny. The app responded 404'],
    ['/tenant', 'AWS received no call that it could deny. The app responded 200'],
    ['/files?key=acme/plan', 'AWS allowed GetObject on arn:aws:s3:::notes/acme/plan'],
    ['/own-credentials?key=globex/plan', "signed with the app's own credentials"],
  ])('fails for %s: AWS did not deny a call of the tenant', async (path, message) => {
    const { as, expectDenied } = await start();
    await expect(expectDenied(() => as('acme').get(path))).rejects.toThrow(message);
  });

  it('fails for a token that the app does not accept', async () => {
    const { as, expectDenied } = await start();
    const stranger = as('acme', { claims: { aud: 'another-app' } });
    await expect(expectDenied(() => stranger.get('/files?key=globex/plan'))).rejects.toThrow('The app responded 401');
  });

  it('fails for a role that the local AWS does not have', async () => {
    const { as, expectDenied } = await start({ app: () => notesApp({ roleArn: 'arn:aws:iam::000000000000:role/Other' }) });
    await expect(expectDenied(() => as('acme').get('/files?key=globex/plan'))).rejects.toThrow(
      'the app got no credentials: AWS denied AssumeRole on arn:aws:iam::000000000000:role/Other',
    );
  });

  it('creates tables and items, and tests AWS SDK calls without an app', async () => {
    const { as, expectDenied } = await start({
      env: { ...env, TENANT_AWS_TEMPLATES: `${env.TENANT_AWS_TEMPLATES},dynamodb-leading-keys?table=orders` },
      tables: { orders: ['customer', 'id'] },
      items: {
        orders: [
          { customer: 'acme', id: '1', count: 2, tags: ['a', { b: null }], sent: true, bytes: Buffer.from('x'), none: undefined },
          { customer: 'globex', id: '1' },
        ],
      },
    });

    expect((await as('acme').get('/orders/acme/1')).json).toEqual({
      customer: 'acme',
      id: '1',
      count: 2,
      tags: ['a', { b: null }],
      sent: true,
      bytes: expect.anything(),
    });
    expect(await expectDenied(() => as('acme').get('/orders/globex/1'))).toMatchObject([{ service: 'dynamodb', operation: 'GetItem' }]);
    await expect(expectDenied(() => new S3Client().send(new GetObjectCommand({ Bucket: 'notes', Key: 'globex/plan' })))).rejects.toThrow(
      "signed with the app's own credentials",
    );
  });

  it('creates secrets, parameters and keys', async () => {
    const { aws } = await start({ secrets: { 'acme/db': 'secret' }, parameters: { '/acme/url': 'x' }, keys: ['tenants'] });
    const config = { endpoint: aws.url, region: 'us-east-1', credentials: aws.admin };
    const secret = await new SecretsManagerClient(config).send(new GetSecretValueCommand({ SecretId: 'acme/db' }));
    const parameter = await new SSMClient(config).send(new GetParameterCommand({ Name: '/acme/url' }));
    const key = await new KMSClient(config).send(new DescribeKeyCommand({ KeyId: 'alias/tenants' }));
    expect([secret.SecretString, parameter.Parameter?.Value, key.KeyMetadata?.KeyState]).toEqual(['secret', 'x', 'Enabled']);
  });

  it("uses the role, the region, the audience, the tenant claim and the kind of token of the app's environment", async () => {
    const roleArn = 'arn:aws:iam::123456789012:role/Notes';
    const { as, aws, expectDenied } = await start({
      env: {
        ...env,
        AWS_REGION: 'eu-central-1',
        TENANT_AWS_ROLE_ARN: roleArn,
        TENANT_AWS_JWT_AUDIENCE: 'notes, admin',
        TENANT_AWS_TENANT_CLAIM: 'org',
        TENANT_AWS_JWT_ISSUER: 'https://login.example.com',
        TENANT_AWS_JWT_ALGORITHMS: 'ES256',
      },
    });

    expect((await as('acme').get('/tenant')).json).toEqual({ tenant: 'acme' });
    expect(aws.env['AWS_REGION']).toBe('eu-central-1');
    expect(process.env['TENANT_AWS_ROLE_ARN']).toBe(roleArn);
    expect(await expectDenied(() => as('acme').get('/files?key=globex/plan'))).toHaveLength(1);
  });

  it.each([
    ['AWS_PROFILE', 'production'],
    ['AWS_SESSION_TOKEN', 'stale'],
    ['AWS_ENDPOINT_URL_S3', 'http://127.0.0.1:9'],
    ['AWS_ENDPOINT_URL_STS', 'http://127.0.0.1:9'],
    ['TENANT_AWS_JWT_ISSUER', 'https://login.example.com'],
    ['TENANT_AWS_JWKS_URI', 'https://login.example.com/keys'],
  ])('works although %s is set in the shell', async (name, value) => {
    vi.stubEnv(name, value);
    before = { ...process.env };
    const { as } = await start();
    expect((await as('acme').get('/files?key=acme/plan')).text).toBe('sell anvils');
  });
});

describe('the app', () => {
  const answer = (text: string) => createServer((_, res) => res.end(text));
  const onAddress = async (address: string) => {
    const server = answer('here').listen(0, address);
    await once(server, 'listening');
    return server;
  };

  it.each<[string, () => unknown]>([
    ['a listener', () => (_: unknown, res: { end(text: string): void }) => res.end('here')],
    ['an http.Server', () => answer('here')],
    ['a server that listens', () => onAddress('127.0.0.1')],
    ['a Koa app', () => new Koa().use((ctx) => void (ctx.body = 'here'))],
    ['a module that exports `app`', async () => ({ app: new Koa().use((ctx) => void (ctx.body = 'here')) })],
    ['a CommonJS module that exports `app`', async () => ({ default: { app: answer('here') } })],
    ['a module with `default`', async () => ({ default: new Koa().use((ctx) => void (ctx.body = 'here')) })],
    ['a server on another address of this computer', () => onAddress('::1')],
    ['a module that listens itself', async () => void answer('here').listen(process.env['PORT'])],
    ['a module that listens after it is loaded', () => void setImmediate(() => answer('here').listen(process.env['PORT']))],
  ])('can be %s', async (_, app) => {
    const { as, url } = await start({ app });
    expect(await as('acme').get('/')).toMatchObject({ status: 200, text: 'here' });
    await test?.stop();
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it.each([(url: string) => url, (url: string) => new URL(url), (url: string) => () => url])(
    'can be a URL, which is not closed',
    async (form) => {
      const server = await onAddress('127.0.0.1');
      const address = server.address();
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
      const { as } = await start({ app: form(url) });
      expect((await as('acme').get('/')).text).toBe('here');
      await test?.stop();
      expect(await (await fetch(url)).text()).toBe('here');
      server.close();
    },
  );

  it('has the verified tenant with Koa, too', async () => {
    const app = () => new Koa().use(tenantCredentials()).use((ctx) => void (ctx.body = ctx.tenantAws.tenantId));
    const { as } = await start({ app });
    expect((await as('globex').get('/')).text).toBe('globex');
  });

  it('is refused if it was created before the local AWS started', async () => {
    const message = /`app` must be a function that loads the app/;
    for (const app of [new Koa(), answer(''), (_req: unknown, _res: unknown) => undefined])
      await expect(startIsolationTest({ app: app as never })).rejects.toThrow(message);
    const express = (await import('express')).default();
    await expect(startIsolationTest({ app: express as never })).rejects.toThrow(message);
  });

  it('is refused if an earlier test has loaded it: it would use a local AWS that has stopped', async () => {
    const module = { app: new Koa() };
    await (await start({ app: () => module })).stop();
    await expect(start({ app: () => module })).rejects.toThrow('an app of an earlier isolation test');
  });

  it('stops everything if it cannot be loaded, and restores the variables that it has set', async () => {
    const app = () => {
      process.env['SET_BY_THE_APP'] = '1';
      answer('').listen(0);
      throw new Error('no database');
    };
    await expect(startIsolationTest({ app })).rejects.toThrow('no database');
    expect(process.env['SET_BY_THE_APP']).toBeUndefined();
    await (await startIsolationTest()).stop();
  });

  it('is needed for `as`', async () => {
    const { as, aws } = (test = await startIsolationTest());
    await expect(as('acme').get('/')).rejects.toThrow('the test has no `app`');
    expect(aws.calls).toEqual([]);
    expect(() => as(undefined as never)).toThrow('`as` needs the id of a tenant');
  });
});

describe('a tenant client', () => {
  it.each(['/echo/../files', '/echo/%2e%2e/globex', '/echo//a', '/echo/%2E/a?x=%00'])('sends the path %s as it is', async (path) => {
    const { as } = await start();
    expect((await as('acme').get(path)).json).toMatchObject({ url: path });
  });

  it.each<[string, unknown, string, unknown]>([
    ['a string as text', 'hello', 'text/plain; charset=utf-8', 'hello'],
    ['an object as JSON', { a: 1 }, 'application/json', { a: 1 }],
    ['an array as JSON', [1], 'application/json', [1]],
  ])('sends %s', async (_, body, type, expected) => {
    const { as } = await start();
    for (const method of ['post', 'put', 'patch'] as const) {
      const { json } = await as('acme')[method]('/echo', body, { headers: { 'X-Request': '1' } });
      expect(json).toMatchObject({ method: method.toUpperCase(), body: expected, headers: { 'content-type': type, 'x-request': '1' } });
    }
  });

  it('sends no body with get and delete, and lets a test replace the token', async () => {
    const { as } = await start();
    expect((await as('acme').delete('/echo')).json).toMatchObject({ method: 'DELETE' });
    const { status, headers, json } = await as('acme').get('/echo', { headers: { Authorization: 'Bearer x' } });
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"']);
    expect(json).toMatchObject({ code: 'token_invalid' });
  });

  it('reports a body that is not JSON as text only', async () => {
    const { as } = await start();
    expect(await as('acme').get('/files?key=acme/plan')).toMatchObject({ text: 'sell anvils', json: undefined });
  });

  it('refuses a path without a slash', async () => {
    const { as } = await start();
    await expect(as('acme').get('files')).rejects.toThrow('the path must start with a slash, not be "files"');
    await expect(as('acme').get('https://example.com/')).rejects.toThrow('must start with a slash');
  });
});

describe('startIsolationTest', () => {
  it('needs no options', async () => {
    test = await startIsolationTest();
    expect(test.aws.calls).toEqual([]);
  });

  it('refuses a second test in one process, which would change the environment of the first', async () => {
    const [first, second] = await Promise.allSettled([startIsolationTest(), startIsolationTest()]);
    test = first.status === 'fulfilled' ? first.value : undefined;
    expect(second).toMatchObject({ reason: { message: expect.stringContaining('an isolation test is running in this process') } });
    await test?.stop();
    test = await startIsolationTest();
  });

  it.each<[string, object]>([
    ['`object` is not an option: did you mean `objects`?', { object: {} }],
    ['the keys of the table `orders`', { env: { TENANT_AWS_TEMPLATES: 'dynamodb-leading-keys?table=orders' } }],
    ['the keys of the table `orders`', { items: { orders: [] } }],
    ['an item of the table `orders` cannot be created: ', { tables: { orders: ['id'] }, items: { orders: [{ id: 5 }] } }],
    ['an item can have strings, numbers', { tables: { orders: ['id'] }, items: { orders: [{ id: 'a', at: new Date() }] } }],
    ['the buckets and tables cannot be read from `TENANT_AWS_TEMPLATES`: ', { env: { TENANT_AWS_TEMPLATES: 's3-folder' } }],
    ['Bad_Bucket', { objects: { Bad_Bucket: {} } }],
    ["`roles['TenantAccess']` is not the ARN of a role", { roles: { TenantAccess: {} } }],
    ['`region` must be an AWS region', { env: { AWS_REGION: 'moon' } }],
  ])('rejects, leaves nothing running and restores the environment: %s', async (message, options) => {
    await expect(startIsolationTest(options)).rejects.toThrow(message);
    expect(process.env).toEqual(before);
    test = await startIsolationTest();
  });

  it('creates objects with any key', async () => {
    const { aws } = await start({ objects: { notes: { 'acme/../a b/ü%2e?x=1': 'x' } } });
    const s3 = new S3Client({ endpoint: aws.url, region: 'us-east-1', credentials: aws.admin });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'notes', Key: 'acme/../a b/ü%2e?x=1' }));
    expect(await Body?.transformToString()).toBe('x');
    s3.destroy();
  });

  it('creates a bucket of the templates with the properties that the options define', async () => {
    const { aws } = await start({ buckets: [{ Bucket: 'notes', Versioning: 'Enabled' }] });
    const s3 = new S3Client({ endpoint: aws.url, region: 'us-east-1', credentials: aws.admin });
    expect((await s3.send(new GetObjectCommand({ Bucket: 'notes', Key: 'acme/plan' }))).VersionId).toMatch(/^[\w-]{32}$/);
    s3.destroy();
  });

  it('can be stopped twice, and by `await using`', async () => {
    const { stop, aws } = await start();
    await Promise.all([stop(), stop()]);
    await expect(fetch(aws.url)).rejects.toThrow('fetch failed');
    {
      await using running = await start();
      expect(process.env['AWS_ENDPOINT_URL']).toBe(running.aws.url);
    }
    expect(process.env).toEqual(before);
  });
});
