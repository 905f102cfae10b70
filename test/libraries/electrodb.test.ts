import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { type LocalAws, startLocalAws } from '@tenant-aws/local';
import { Entity, Service } from 'electrodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stsAt } from '../support/sts-at.ts';

const roleArn = 'arn:aws:iam::000000000000:role/TenantAccess';
const table = 'app';
const tableArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${table}`;

/** A single table: the partition keys of the table and of its index begin with the tenant. */
const appTable = {
  TableName: table,
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  GlobalSecondaryIndexes: [
    {
      IndexName: 'gsi1',
      KeySchema: [
        { AttributeName: 'gsi1pk', KeyType: 'HASH' },
        { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
} as const;

const attributes = {
  tenant: { type: 'string', required: true },
  id: { type: 'string', required: true },
  status: { type: ['open', 'done'] as const, required: true },
  total: { type: 'number', default: 0 },
  lines: { type: 'list', items: { type: 'map', properties: { sku: { type: 'string' }, count: { type: 'number' } } } },
} as const;

function entityOf(entity: 'order' | 'invoice') {
  return {
    model: { entity, version: '1', service: 'shop' },
    attributes,
    indexes: {
      primary: {
        pk: { field: 'pk', composite: ['tenant'], template: `\${tenant}#${entity}`, casing: 'none' },
        sk: { field: 'sk', composite: ['id'], casing: 'none' },
      },
      byStatus: {
        index: 'gsi1',
        pk: { field: 'gsi1pk', composite: ['tenant', 'status'], template: `\${tenant}#${entity}#\${status}`, casing: 'none' },
        sk: { field: 'gsi1sk', composite: ['id'], casing: 'none' },
      },
    },
  } as const;
}

function appOf(client: DynamoDBClient) {
  const orders = new Entity(entityOf('order'), { client, table });
  const invoices = new Entity(entityOf('invoice'), { client, table });
  return { orders, invoices, service: new Service({ orders, invoices }, { client, table }) };
}

function sessionPolicy(tenant: string): string {
  const names = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'ConditionCheckItem'];
  const Statement = {
    Effect: 'Allow',
    Action: names.map((name) => `dynamodb:${name}`),
    Resource: [tableArn, `${tableArn}/index/*`],
    Condition: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': `${tenant}#*` },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  };
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

let aws: LocalAws;
let admin: ReturnType<typeof appOf>;
let acme: ReturnType<typeof appOf>;
beforeAll(async () => {
  aws = await startLocalAws({
    roles: { [roleArn]: { policy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' } } } },
    tables: [appTable],
  });
  const base = { endpoint: aws.url, region: 'us-east-1', maxAttempts: 1 };
  const { Credentials } = await stsAt(aws.url, aws).send(
    new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'acme', Policy: sessionPolicy('acme') }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  acme = appOf(new DynamoDBClient({ ...base, credentials }));
  admin = appOf(new DynamoDBClient({ ...base, credentials: aws.admin }));
});
afterAll(() => aws.close());

const order = (tenant: string, id = '1', more: object = {}) => ({ tenant, id, status: 'open' as const, total: 5, ...more });

beforeEach(async () => {
  for (const tenant of ['acme', 'globex']) {
    const { data } = await admin.orders.match({ tenant }).go({ pages: 'all' });
    for (const { id } of data) await admin.orders.delete({ tenant, id }).go();
    await admin.orders.put(order(tenant)).go();
  }
  aws.calls.length = 0;
});

/** `allowed`, or the name of AWS's error, which ElectroDB reports as the cause. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'allowed';
  } catch (error) {
    const { cause } = error as Error;
    return cause instanceof Error ? cause.name : String(error);
  }
}

describe('ElectroDB in a tenant session', () => {
  it("creates, reads, changes and deletes the tenant's entities", async () => {
    const lines = [{ sku: 'anvil', count: 2 }];
    await acme.orders.create(order('acme', '2', { lines })).go();
    expect(await outcomeOf(acme.orders.create(order('acme', '2')).go())).toBe('ConditionalCheckFailedException');
    const patched = await acme.orders
      .patch({ tenant: 'acme', id: '2' })
      .add({ total: 4 })
      .append({ lines: [{ sku: 'rope', count: 1 }] })
      .go({ response: 'all_new' });
    expect(patched.data).toMatchObject({ total: 9, lines: [...lines, { sku: 'rope', count: 1 }] });
    const { data } = await acme.orders.get({ tenant: 'acme', id: '2' }).go({ attributes: ['total', 'lines'] });
    expect(data).toEqual({ total: 9, lines: patched.data.lines });
    await acme.orders.delete({ tenant: 'acme', id: '2' }).go();
    expect((await acme.orders.get({ tenant: 'acme', id: '2' }).go()).data).toBeNull();
  });

  it('queries the table and its index, in pages', async () => {
    for (const id of ['2', '3', '4']) await acme.orders.put(order('acme', id, { status: id === '3' ? 'done' : 'open' })).go();
    const all = await acme.orders.query
      .primary({ tenant: 'acme' })
      .where(({ total }, { gte }) => gte(total, 5))
      .go({ pages: 'all', limit: 1 });
    expect(all.data.map(({ id }) => id)).toEqual(['1', '2', '3', '4']);
    const open = await acme.orders.query.byStatus({ tenant: 'acme', status: 'open' }).gt({ id: '1' }).go();
    expect(open.data.map(({ id }) => id)).toEqual(['2', '4']);
    expect(aws.calls.at(-1)).toMatchObject({ operation: 'Query', decision: 'allowed' });
  });

  it('writes and reads a batch', async () => {
    const ids = Array.from({ length: 30 }, (_, at) => String(at + 10));
    expect((await acme.orders.put(ids.map((id) => order('acme', id))).go()).unprocessed).toEqual([]);
    const { data, unprocessed } = await acme.orders.get(ids.map((id) => ({ tenant: 'acme', id }))).go();
    expect([data.length, unprocessed.length]).toEqual([30, 0]);
  });

  it('writes all or nothing in a transaction of two entities', async () => {
    const transfer = (id: string) =>
      acme.service.transaction
        .write(({ orders, invoices }) => [
          orders.patch({ tenant: 'acme', id: '1' }).set({ status: 'done' }).commit(),
          invoices.create(order('acme', id)).commit(),
        ])
        .go();
    expect((await transfer('1')).canceled).toBe(false);
    await acme.orders.patch({ tenant: 'acme', id: '1' }).set({ status: 'open' }).go();
    expect((await transfer('1')).canceled).toBe(true);
    const read = await acme.service.transaction
      .get(({ orders, invoices }) => [orders.get({ tenant: 'acme', id: '1' }).commit(), invoices.get({ tenant: 'acme', id: '1' }).commit()])
      .go();
    expect(read.data.map(({ item }) => item?.status)).toEqual(['open', 'open']);
    await admin.invoices.delete({ tenant: 'acme', id: '1' }).go();
  });
});

describe("ElectroDB in another tenant's session", () => {
  const globex = { tenant: 'globex', id: '1' };

  it.each<[string, () => Promise<unknown>]>([
    ['get', () => acme.orders.get(globex).go()],
    ['put', () => acme.orders.put(order('globex')).go()],
    ['create', () => acme.orders.create(order('globex', '2')).go()],
    ['patch', () => acme.orders.patch(globex).set({ status: 'done' }).go()],
    ['upsert', () => acme.orders.upsert(order('globex')).go()],
    ['delete', () => acme.orders.delete(globex).go()],
    ['query', () => acme.orders.query.primary({ tenant: 'globex' }).go()],
    ['query of the index', () => acme.orders.query.byStatus({ tenant: 'globex', status: 'open' }).go()],
    ['scan', () => acme.orders.scan.go()],
    ['batch get', () => acme.orders.get([{ tenant: 'acme', id: '1' }, globex]).go()],
    ['batch put', () => acme.orders.put([order('acme', '2'), order('globex')]).go()],
    [
      'transaction',
      () => acme.service.transaction.write(({ orders }) => [orders.put(order('acme', '2')).commit(), orders.delete(globex).commit()]).go(),
    ],
    [
      'condition check',
      () =>
        acme.service.transaction
          .write(({ orders }) => [
            orders.put(order('acme', '2')).commit(),
            orders
              .check(globex)
              .where(({ total }, { gt }) => gt(total, 1))
              .commit(),
          ])
          .go(),
    ],
    ["a tenant's name that contains the tenant", () => acme.orders.get({ tenant: 'acme2', id: '1' }).go()],
    ['no tenant', () => acme.orders.get({ tenant: '', id: '1' }).go()],
  ])('is denied: %s', async (_, request) => {
    expect(await outcomeOf(request())).toBe('AccessDeniedException');
    expect(aws.calls.map(({ decision }) => decision)).toEqual(['denied']);
    expect((await admin.orders.get(globex).go()).data).toMatchObject(order('globex'));
    expect((await admin.orders.get({ tenant: 'acme', id: '2' }).go()).data).toBeNull();
  });
});
