import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type LocalAws, startLocalAws } from '@tenant-aws/local';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppModule } from '../app.module.ts';

const roleArn = 'arn:aws:iam::000000000000:role/TenantAccess';
const storage = { bucket: 'notes', table: 'orders' };

/** The policy of the role: everything that the app may do for any tenant. The session policy limits it to one tenant. */
const policy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], Resource: 'arn:aws:s3:::notes/*' },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::notes' },
    { Effect: 'Allow', Action: 'dynamodb:*', Resource: 'arn:aws:dynamodb:*:*:table/orders' },
  ],
} as const;

const keys = ['customer', 'id'] as const;
const table = {
  TableName: storage.table,
  KeySchema: keys.map((name, index) => ({ AttributeName: name, KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const) })),
  AttributeDefinitions: keys.map((name) => ({ AttributeName: name, AttributeType: 'S' as const })),
  BillingMode: 'PAY_PER_REQUEST' as const,
};

describe('AppModule (e2e)', () => {
  let aws: LocalAws;
  let app: INestApplication;

  beforeAll(async () => {
    aws = await startLocalAws({ roles: { [roleArn]: { policy } }, buckets: [storage.bucket], tables: [table] });
    for (const name of aws.unset) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries({
      ...aws.env,
      TENANT_AWS_ROLE_ARN: roleArn,
      TENANT_AWS_TEMPLATES: 's3-folder-per-tenant,dynamodb-leading-keys',
      TENANT_AWS_VAR_BUCKET: storage.bucket,
      TENANT_AWS_VAR_TABLE: storage.table,
      TENANT_AWS_JWT_ISSUER: aws.issuer.url,
      TENANT_AWS_JWT_AUDIENCE: aws.issuer.audience,
    })) {
      vi.stubEnv(name, value);
    }
    const testing = await Test.createTestingModule({ imports: [AppModule.forRoot(storage)] }).compile();
    app = testing.createNestApplication();
    app.useLogger(false);
    await app.init();
  });

  afterAll(async () => {
    await app.close();
    vi.unstubAllEnvs();
    await aws.close();
  });

  async function as(tenant: string, method: 'get' | 'put' | 'post' | 'delete', path: string, body?: object): Promise<request.Response> {
    const sent = request(app.getHttpServer())[method](path);
    return sent.auth(await aws.issuer.token({ tenant }), { type: 'bearer' }).send(body);
  }

  it('refuses a request without a token', async () => {
    const response = await request(app.getHttpServer()).get('/notes');

    expect([response.status, response.headers['www-authenticate'], response.body.code]).toEqual([401, 'Bearer', 'token_missing']);
  });

  it("writes, reads, lists and deletes a tenant's notes", async () => {
    expect((await as('acme', 'put', '/notes/plan', { text: 'sell more anvils' })).status).toBe(201);
    expect((await as('acme', 'get', '/notes/plan')).body).toEqual({ id: 'plan', text: 'sell more anvils' });
    expect((await as('acme', 'get', '/notes')).body).toEqual({ notes: ['plan'] });
    expect((await as('globex', 'get', '/notes')).body).toEqual({ notes: [] });
    expect((await as('acme', 'delete', '/notes/plan')).status).toBe(204);
    expect((await as('acme', 'get', '/notes')).body).toEqual({ notes: [] });
  });

  it("denies every access to another tenant's file", async () => {
    await as('globex', 'put', '/files/content?key=globex/plan', { text: 'secret' });

    const attempts = [
      await as('acme', 'get', '/files/content?key=globex/plan'),
      await as('acme', 'get', '/files?prefix=globex/'),
      await as('acme', 'put', '/files/content?key=globex/plan', { text: 'overwritten' }),
      await as('acme', 'delete', '/files/content?key=globex/plan'),
      await as('acme', 'post', '/files/copy', { from: 'globex/plan', to: 'acme/plan' }),
    ];

    expect(attempts.map(({ status, body }) => [status, body.code])).toEqual(attempts.map(() => [403, 'aws_access_denied']));
    expect((await as('globex', 'get', '/files/content?key=globex/plan')).body).toEqual({ key: 'globex/plan', text: 'secret' });
    expect((await as('globex', 'get', '/files?prefix=globex/')).body).toEqual({ files: [{ key: 'globex/plan', size: 6 }] });
  });

  it("denies every access to another tenant's order", async () => {
    const order = { customer: 'globex', id: '1', product: 'anvil' };
    expect((await as('globex', 'put', '/orders/globex/1', { product: 'anvil' })).body).toEqual({ customer: 'globex', id: '1' });

    const attempts = [
      await as('acme', 'get', '/orders?customer=globex'),
      await as('acme', 'get', '/orders/globex/1'),
      await as('acme', 'put', '/orders/globex/1', { product: 'feather' }),
      await as('acme', 'get', '/orders/search?text=anvil'),
      await as('acme', 'post', '/orders/lookup', { keys: [order] }),
      await as('acme', 'post', '/orders/import', { orders: [order] }),
    ];

    expect(attempts.map(({ status, body }) => [status, body.code])).toEqual(attempts.map(() => [403, 'aws_access_denied']));
    expect((await as('globex', 'get', '/orders/globex/1')).body).toEqual(order);
    expect((await as('globex', 'get', '/orders/globex/2')).body).toEqual({ error: 'no such order' });
    expect((await as('globex', 'post', '/orders/lookup', { keys: [order] })).body).toEqual({ orders: [order] });
    expect((await as('globex', 'post', '/orders/import', { orders: [{ ...order, id: '3' }] })).body).toEqual({ imported: 1 });
    expect((await as('globex', 'get', '/orders?customer=globex')).body).toEqual({ orders: [order, { ...order, id: '3' }] });
  });

  it('writes a report after the request, as the tenant of the request', async () => {
    await as('acme', 'put', '/orders/acme/1', { product: 'rocket' });

    expect((await as('acme', 'post', '/reports/globex')).status).toBe(202); // AWS denies the consumer the orders of globex
    const { status, body } = await as('acme', 'post', '/reports/acme');
    expect([status, body]).toEqual([202, { key: 'acme/reports/acme' }]);

    const written = await vi.waitUntil(async () => {
      const response = await as('acme', 'get', `/files/content?key=${body.key}`);
      return response.status === 200 ? response.body.text : undefined;
    }, 10_000);
    expect(written).toBe('1 rocket\n');
    expect((await as('acme', 'get', '/files?prefix=acme/reports/')).body.files).toHaveLength(1);
    expect(aws.calls.filter(({ decision, operation }) => decision === 'denied' && operation === 'Query').at(-1)?.tenantSession).toBe(
      'acme',
    );
  });
});
