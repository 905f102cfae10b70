import {
  paginateQuery,
  paginateScan,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { hashTable, notesTable } from './tables.ts';

const TABLE = 'arn:aws:dynamodb:eu-central-1:000000000000:table/notes';
const values = { ':t': { S: 'acme' }, ':i': { S: '1' } };

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable, hashTable('numbers', 'N')]);
  for (const tenant of ['acme', 'globex']) {
    for (const n of [1, 2, 3]) {
      const Item = {
        tenant: { S: tenant },
        id: { S: String(n) },
        status: { S: 'open' },
        time: { N: String(10 - n) },
        text: { S: `${tenant} ${n}` },
      };
      await harness.client.send(new PutItemCommand({ TableName: 'notes', Item }));
    }
  }
  harness.iamRequests.length = 0;
});

async function query(input: Partial<QueryCommandInput>) {
  const { Items = [] } = await harness.client.send(new QueryCommand({ TableName: 'notes', ...input }));
  return Items.map(({ tenant, id }) => `${tenant?.S} ${id?.S}`);
}

describe('Query', () => {
  it.each<[string, Partial<QueryCommandInput>]>([
    ['plain', { KeyConditionExpression: 'tenant = :t' }],
    ['by names', { KeyConditionExpression: '#t = :t', ExpressionAttributeNames: { '#t': 'tenant' } }],
    ['reversed', { KeyConditionExpression: ':t = tenant' }],
    ['in parentheses', { KeyConditionExpression: '(tenant = :t)' }],
    ['with a range first', { KeyConditionExpression: 'id >= :i AND tenant = :t', ExpressionAttributeValues: values }],
    ['with BETWEEN', { KeyConditionExpression: 'tenant = :t AND id BETWEEN :i AND :t', ExpressionAttributeValues: values }],
    ['with begins_with', { KeyConditionExpression: 'tenant = :t AND begins_with(id, :i)', ExpressionAttributeValues: values }],
  ])('finds the leading key and the same items for every form of condition: %s', async (_, input) => {
    const found = await query({ ExpressionAttributeValues: { ':t': { S: 'acme' } }, ...input });
    expect(found).toContain('acme 1');
    expect(found.filter((item) => !item.startsWith('acme'))).toEqual([]);
    expect(harness.iamRequests[0]).toMatchObject({
      action: 'dynamodb:Query',
      resource: TABLE,
      context: { 'dynamodb:LeadingKeys': ['acme'] },
    });
  });

  it('finds the leading key in the legacy form', async () => {
    const KeyConditions: QueryCommandInput['KeyConditions'] = { tenant: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'acme' }] } };
    expect(await query({ KeyConditions })).toEqual(['acme 1', 'acme 2', 'acme 3']);
    expect(harness.iamRequests[0]?.context['dynamodb:LeadingKeys']).toEqual(['acme']);
  });

  it.each<[string, Partial<QueryCommandInput>]>([
    ['only the range key', { KeyConditionExpression: 'id = :i', ExpressionAttributeValues: { ':i': { S: '1' } } }],
    ['a range of leading keys', { KeyConditionExpression: 'tenant > :t', ExpressionAttributeValues: { ':t': { S: 'a' } } }],
    ['a prefix of leading keys', { KeyConditionExpression: 'begins_with(tenant, :t)', ExpressionAttributeValues: { ':t': { S: 'a' } } }],
    ['a leading key of another type', { KeyConditionExpression: 'tenant = :t', ExpressionAttributeValues: { ':t': { N: '1' } } }],
    ['two values', { KeyConditions: { tenant: { ComparisonOperator: 'IN', AttributeValueList: [{ S: 'acme' }, { S: 'globex' }] } } }],
    [
      'an index that is not there',
      { IndexName: 'nowhere', KeyConditionExpression: 'tenant = :t', ExpressionAttributeValues: { ':t': { S: 'acme' } } },
    ],
  ])('has no leading key for %s, and executes nothing', async (_, input) => {
    await expect(query(input)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(harness.iamRequests).toHaveLength(1);
    expect(harness.iamRequests[0]?.context).not.toHaveProperty('dynamodb:LeadingKeys');
  });

  it.each([
    ['OR', 'tenant = :t OR tenant = :i'],
    ['IN', 'tenant IN (:t, :i)'],
    ['two conditions on one key', 'tenant = :t AND tenant = :i'],
    ['a nested path', 'tenant.x = :t AND id = :i'],
    ['NOT', 'NOT tenant = :t AND id = :i'],
  ])('rejects %s before any IAM request', async (_, KeyConditionExpression) => {
    await expect(query({ KeyConditionExpression, ExpressionAttributeValues: values })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect(harness.iamRequests).toEqual([]);
  });

  it('makes an IAM request with the ARN and the leading key of a global index', async () => {
    const found = await query({
      IndexName: 'by-status',
      KeyConditionExpression: '#s = :s',
      ExpressionAttributeNames: { '#s': 'status' },
      ExpressionAttributeValues: { ':s': { S: 'open' } },
    });
    expect(found).toHaveLength(6);
    expect(harness.iamRequests[0]).toMatchObject({ resource: `${TABLE}/index/by-status`, context: { 'dynamodb:LeadingKeys': ['open'] } });
  });

  it('makes a numeric leading key canonical', async () => {
    await query({ TableName: 'numbers', KeyConditionExpression: 'tenant = :t', ExpressionAttributeValues: { ':t': { N: '02.0e0' } } });
    expect(harness.iamRequests[0]?.context['dynamodb:LeadingKeys']).toEqual(['2']);
  });

  it('returns all attributes from a local index that contains only keys', async () => {
    const input = {
      TableName: 'notes',
      IndexName: 'by-time',
      KeyConditionExpression: 'tenant = :t',
      ExpressionAttributeValues: { ':t': { S: 'acme' } },
    };
    const projected = await harness.client.send(new QueryCommand(input));
    expect(projected.Items?.[0]).toEqual({ tenant: { S: 'acme' }, id: { S: '3' }, time: { N: '7' } });
    const whole = await harness.client.send(new QueryCommand({ ...input, Select: 'ALL_ATTRIBUTES' }));
    expect(whole.Items?.map(({ text }) => text?.S)).toEqual(['acme 3', 'acme 2', 'acme 1']);
  });

  it('stays in its partition on every page, forwards and backwards', async () => {
    for (const ScanIndexForward of [true, false]) {
      const seen: string[] = [];
      const input = {
        TableName: 'notes',
        Limit: 1,
        ScanIndexForward,
        KeyConditionExpression: 'tenant = :t',
        ExpressionAttributeValues: { ':t': { S: 'acme' } },
      };
      for await (const { Items = [] } of paginateQuery({ client: harness.client }, input)) seen.push(...Items.map(({ id }) => id?.S ?? ''));
      expect(seen).toEqual(ScanIndexForward ? ['1', '2', '3'] : ['3', '2', '1']);
    }
  });

  it('rejects a start key of another partition', async () => {
    const foreign = { tenant: { S: 'globex' }, id: { S: '1' } };
    await expect(
      query({ KeyConditionExpression: 'tenant = :t', ExpressionAttributeValues: { ':t': { S: 'acme' } }, ExclusiveStartKey: foreign }),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('Scan', () => {
  it('has no leading key', async () => {
    const { Count } = await harness.client.send(
      new ScanCommand({ TableName: 'notes', FilterExpression: 'tenant = :t', ExpressionAttributeValues: { ':t': { S: 'acme' } } }),
    );
    expect(Count).toBe(3);
    expect(harness.iamRequests).toEqual([
      { action: 'dynamodb:Scan', resource: TABLE, context: { 'dynamodb:Attributes': ['tenant'], 'dynamodb:Select': 'ALL_ATTRIBUTES' } },
    ]);
  });

  it('accepts ConsistentRead', async () => {
    expect((await harness.client.send(new ScanCommand({ TableName: 'notes', ConsistentRead: true }))).Count).toBe(6);
    const ofIndex = new ScanCommand({ TableName: 'notes', IndexName: 'by-status', ConsistentRead: true });
    await expect(harness.client.send(ofIndex)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('makes an IAM request with the ARN of the scanned index', async () => {
    await harness.client.send(new ScanCommand({ TableName: 'notes', IndexName: 'by-status' }));
    expect(harness.iamRequests[0]).toMatchObject({
      resource: `${TABLE}/index/by-status`,
      context: { 'dynamodb:Select': 'ALL_PROJECTED_ATTRIBUTES' },
    });
  });

  it('returns every item once, in pages and in segments', async () => {
    const seen: string[] = [];
    for (const Segment of [0, 1, 2]) {
      const input = { TableName: 'notes', Limit: 1, Segment, TotalSegments: 3 };
      for await (const { Items = [] } of paginateScan({ client: harness.client }, input))
        seen.push(...Items.map(({ text }) => text?.S ?? ''));
    }
    expect(seen.toSorted()).toEqual(['acme 1', 'acme 2', 'acme 3', 'globex 1', 'globex 2', 'globex 3']);
  });

  it('rejects a missing operand, wherever it is evaluated', async () => {
    const TableName = 'notes';
    const filter = {
      FilterExpression: '#x BETWEEN :l AND nowhere',
      ExpressionAttributeNames: { '#x': 'time' },
      ExpressionAttributeValues: { ':l': { N: '1' } },
    };
    const { FilterExpression: ConditionExpression, ...rest } = filter;
    const ofTenant = { KeyConditionExpression: 'tenant = :t', ExpressionAttributeValues: { ':l': { N: '1' }, ':t': { S: 'acme' } } };
    const Key = { tenant: { S: 'acme' }, id: { S: '1' } };
    const whole = { IndexName: 'by-time', Select: 'ALL_ATTRIBUTES' as const };
    for (const request of [
      () => harness.client.send(new ScanCommand({ TableName, ...filter })),
      () => harness.client.send(new QueryCommand({ TableName, ...filter, ...ofTenant })),
      () => harness.client.send(new UpdateItemCommand({ TableName, Key, ...rest, ConditionExpression, UpdateExpression: 'SET a = :l' })),
    ]) {
      await expect(request()).rejects.toMatchObject({ name: 'ValidationException' });
    }
    // `time` is a key of the index, and dynalite allows no filter on a key.
    const beyond = { ...ofTenant, FilterExpression: 'n BETWEEN :l AND nowhere', ...whole };
    await harness.client.send(
      new UpdateItemCommand({ TableName, Key, UpdateExpression: 'SET n = :l', ExpressionAttributeValues: { ':l': { N: '1' } } }),
    );
    await expect(harness.client.send(new QueryCommand({ TableName, ...beyond }))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it.each([
    ['NOT ', ''],
    ['(', ')'],
  ])('rejects %j nested so deeply that parsing it would take minutes', async (open, close) => {
    const FilterExpression = `${open.repeat(500)}a = :v${close.repeat(500)}`;
    const scan = new ScanCommand({ TableName: 'notes', FilterExpression, ExpressionAttributeValues: { ':v': { S: 'v' } } });
    await expect(harness.client.send(scan)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
