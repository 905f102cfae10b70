import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, clientConfig, start } from '../start-aws.ts';
import { hashTable, notesTable } from './tables.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/notes';
const ACTIONS = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'ConditionCheckItem'];
const TableName = 'notes';
const note = (tenant: string, id = '1') => ({ tenant: { S: tenant }, id: { S: id } });

function statement(condition: object, more: object = {}) {
  return { Effect: 'Allow', Action: ACTIONS.map((name) => `dynamodb:${name}`), Resource: TABLE, Condition: condition, ...more };
}

const leadingKeys = (tenant: string) => ({
  'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [tenant] },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});

let aws: LocalAws;
let admin: DynamoDBClient;
beforeAll(async () => {
  aws = await start({ tables: [notesTable, hashTable('numbers', 'N')] });
  admin = new DynamoDBClient(clientConfig(aws, aws.admin));
});
afterAll(() => aws.close());
beforeEach(async () => {
  for (const tenant of ['acme', 'globex']) {
    await admin.send(new PutItemCommand({ TableName, Item: { ...note(tenant), status: { S: 'open' }, text: { S: tenant } } }));
  }
});

async function session(...Statement: object[]): Promise<DynamoDBClient> {
  const keys = await assume(aws, { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
  return new DynamoDBClient(clientConfig(aws, keys));
}

const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };
const put = (tenant: string) => ({ PutRequest: { Item: note(tenant, '2') } });

describe("a session with a tenant's leading key", () => {
  const requests = (tenant: string): [string, { send(client: DynamoDBClient): Promise<unknown> }][] => [
    ['GetItem', { send: (client) => client.send(new GetItemCommand({ TableName, Key: note(tenant) })) }],
    ['GetItem by ARN', { send: (client) => client.send(new GetItemCommand({ TableName: TABLE, Key: note(tenant) })) }],
    ['PutItem', { send: (client) => client.send(new PutItemCommand({ TableName, Item: note(tenant, '2') })) }],
    ['UpdateItem', { send: (client) => client.send(new UpdateItemCommand({ TableName, Key: note(tenant) })) }],
    [
      'Query',
      {
        send: (client) =>
          client.send(
            new QueryCommand({ TableName, KeyConditionExpression: 'tenant = :t', ExpressionAttributeValues: { ':t': { S: tenant } } }),
          ),
      },
    ],
    [
      'BatchGetItem',
      {
        send: (client) => client.send(new BatchGetItemCommand({ RequestItems: { notes: { Keys: [note('acme', '2'), note(tenant)] } } })),
      },
    ],
    [
      'BatchWriteItem',
      {
        send: (client) =>
          client.send(new BatchWriteItemCommand({ RequestItems: { notes: [{ DeleteRequest: { Key: note('acme', '3') } }, put(tenant)] } })),
      },
    ],
    [
      'TransactGetItems',
      {
        send: (client) =>
          client.send(
            new TransactGetItemsCommand({
              TransactItems: [{ Get: { TableName, Key: note('acme', '2') } }, { Get: { TableName, Key: note(tenant) } }],
            }),
          ),
      },
    ],
    [
      'TransactWriteItems with a check',
      {
        send: (client) =>
          client.send(
            new TransactWriteItemsCommand({
              TransactItems: [
                { Put: { TableName, Item: note('acme', '2') } },
                { ConditionCheck: { TableName, Key: note(tenant, '4'), ConditionExpression: 'attribute_not_exists(id)' } },
              ],
            }),
          ),
      },
    ],
  ];

  it.each(requests('acme'))('may do %s with its own items', async (_, request) => {
    await expect(request.send(await session(statement(leadingKeys('acme'))))).resolves.toMatchObject({
      $metadata: { httpStatusCode: 200 },
    });
  });

  it.each(requests('globex'))("may not do %s with another tenant's items", async (_, request) => {
    await expect(request.send(await session(statement(leadingKeys('acme'))))).rejects.toMatchObject(denied);
    const { Count } = await admin.send(
      new ScanCommand({ TableName, FilterExpression: 'tenant = :t', ExpressionAttributeValues: { ':t': { S: 'globex' } } }),
    );
    expect(Count).toBe(1);
  });

  it('may not make requests without a leading key, or with another one', async () => {
    const client = await session(statement(leadingKeys('acme')));
    const byStatus = {
      TableName,
      IndexName: 'by-status',
      KeyConditionExpression: '#s = :s',
      ExpressionAttributeNames: { '#s': 'status' },
      ExpressionAttributeValues: { ':s': { S: 'open' } },
    };
    await expect(client.send(new ScanCommand({ TableName }))).rejects.toMatchObject(denied);
    await expect(client.send(new QueryCommand(byStatus))).rejects.toMatchObject(denied);
    await expect(client.send(new ListTablesCommand({}))).rejects.toMatchObject(denied);
    await expect(client.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject(denied);
    await expect(client.send(new DeleteTableCommand({ TableName }))).rejects.toMatchObject(denied);
    await expect(client.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM notes' }))).rejects.toMatchObject(denied);
    expect(aws.calls.slice(-6).map(({ operation, decision }) => `${operation} ${decision}`)).toEqual([
      'Scan denied',
      'Query denied',
      'ListTables denied',
      'DescribeTable denied',
      'DeleteTable denied',
      'ExecuteStatement denied',
    ]);
  });

  it('gets the error message of AWS', async () => {
    const client = await session(statement(leadingKeys('acme')));
    await expect(client.send(new GetItemCommand({ TableName, Key: note('globex') }))).rejects.toThrow(
      `User: arn:aws:sts::000000000000:assumed-role/TenantAccess/acme is not authorized to perform: dynamodb:GetItem on resource: ${TABLE} because no session policy allows the dynamodb:GetItem action`,
    );
  });
});

describe('a policy with ForAllValues but without a Null condition', () => {
  const { Null: _, ...alone } = leadingKeys('acme');

  it('denies a transaction with a key without a leading key, and reveals no item of another tenant', async () => {
    const client = await session(statement(alone));
    const check = (Key: object) => ({
      ConditionCheck: {
        TableName,
        Key,
        ConditionExpression: 'attribute_not_exists(tenant)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    });
    const TransactItems = [check(note('globex')), check({ id: { S: '1' } })] as TransactWriteItem[];
    const failure: unknown = await client.send(new TransactWriteItemsCommand({ TransactItems })).catch((error: unknown) => error);
    expect(JSON.stringify(failure)).not.toContain('open');
    expect(failure).toMatchObject(denied);
  });

  it.each([[[{ id: { S: '1' } }, note('globex')]], [[{ tenant: { N: '1' }, id: { S: '1' } }, note('globex')]]])(
    'denies a batch of %j, in which one key has no leading key',
    async (Keys) => {
      const client = await session(statement(alone));
      await expect(client.send(new BatchGetItemCommand({ RequestItems: { notes: { Keys } } }))).rejects.toMatchObject(denied);
    },
  );
});

describe('a policy that allows cross-tenant access on AWS', () => {
  it('allows a scan with ForAllValues alone', async () => {
    const { Null: _, ...alone } = leadingKeys('acme');
    const client = await session(statement(alone, { Action: 'dynamodb:*' }));
    expect((await client.send(new ScanCommand({ TableName }))).Items?.map(({ tenant }) => tenant?.S)).toContain('globex');
  });

  it("allows another tenant's key in a batch with ForAnyValue", async () => {
    const client = await session(statement({ 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': ['acme'] } }));
    const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { notes: { Keys: [note('acme'), note('globex')] } } }));
    expect(Responses?.['notes']).toHaveLength(2);
  });
});

describe('a denied numeric leading key', () => {
  it.each(['2', '2.0', '02', '2e0'])('is denied when written as %s', async (N) => {
    const Resource = TABLE.replace('notes', 'numbers');
    const deny = {
      Effect: 'Deny',
      Action: 'dynamodb:*',
      Resource,
      Condition: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': ['2'] } },
    };
    const client = await session({ Effect: 'Allow', Action: 'dynamodb:*', Resource }, deny);
    await expect(client.send(new PutItemCommand({ TableName: 'numbers', Item: { tenant: { N } } }))).rejects.toMatchObject(denied);
    await expect(client.send(new PutItemCommand({ TableName: 'numbers', Item: { tenant: { N: '3' } } }))).resolves.toBeDefined();
  });
});

describe('a session that may access some attributes', () => {
  it('reads and writes those attributes only', async () => {
    const condition = {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['acme'], 'dynamodb:Attributes': ['tenant', 'id', 'text'] },
      Null: { 'dynamodb:LeadingKeys': 'false', 'dynamodb:Attributes': 'false' },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES', 'dynamodb:ReturnValues': 'NONE' },
    };
    const client = await session(statement(condition));
    const Key = note('acme');
    const get = (more: object) => client.send(new GetItemCommand({ TableName, Key, ...more }));
    const update = (UpdateExpression: string, more: object = {}) =>
      client.send(new UpdateItemCommand({ TableName, Key, UpdateExpression, ...more }));
    const names = { '#t': 'text' };
    await expect(get({ ProjectionExpression: '#t', ExpressionAttributeNames: names })).resolves.toMatchObject({
      Item: { text: { S: 'acme' } },
    });
    await expect(get({})).rejects.toMatchObject(denied);
    await expect(get({ ProjectionExpression: 'secret' })).rejects.toMatchObject(denied);
    await expect(get({ ProjectionExpression: '#s', ExpressionAttributeNames: { '#s': 'secret' } })).rejects.toMatchObject(denied);
    await expect(update('SET #t = secret', { ExpressionAttributeNames: names })).rejects.toMatchObject(denied);
    await expect(update('REMOVE #t', { ExpressionAttributeNames: names, ConditionExpression: 'secret.pin = #t' })).rejects.toMatchObject(
      denied,
    );
    await expect(update('REMOVE #t', { ExpressionAttributeNames: names, ReturnValues: 'ALL_NEW' })).rejects.toMatchObject(denied);
    await expect(update('REMOVE #t', { ExpressionAttributeNames: names })).resolves.toBeDefined();
  });
});
