import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { notesTable } from './tables.ts';

const TableName = 'notes';
const Key = { tenant: { S: 'acme' }, id: { S: '1' } };

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable]);
});

/** A value of this many levels. */
function nested(levels: number, kind: 'M' | 'L' = 'M'): AttributeValue {
  let value: AttributeValue = { S: 'leaf' };
  for (let level = 1; level < levels; level += 1) value = kind === 'M' ? { M: { n: value } } : { L: [value] };
  return value;
}

const rejected = (request: Promise<unknown>) =>
  request.then(
    () => 'accepted',
    ({ name, message }: Error) => `${name}: ${message}`,
  );

const put = (more: Record<string, AttributeValue>) => harness.client.send(new PutItemCommand({ TableName, Item: { ...Key, ...more } }));
const stored = async () => (await harness.client.send(new GetItemCommand({ TableName, Key }))).Item;

function update(UpdateExpression: string, v: AttributeValue, ExpressionAttributeNames?: Record<string, string>) {
  const ExpressionAttributeValues = { ':v': v };
  return harness.client.send(
    new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression,
      ExpressionAttributeValues,
      ...(ExpressionAttributeNames && { ExpressionAttributeNames }),
    }),
  );
}

describe('an attribute', () => {
  it.each(['M', 'L'] as const)('may have 32 levels: %s', async (kind) => {
    await put({ v: nested(32, kind) });
    expect(await rejected(put({ v: nested(33, kind) }))).toMatch(/^ValidationException: Nesting Levels have exceeded supported limits/);
    expect(await stored()).toMatchObject({ v: nested(32, kind) });
  });

  it('may not have more in a batch, a transaction, an operand, or after an update', async () => {
    const Item = { ...Key, v: nested(33) };
    const tooDeep = /^ValidationException: Nesting Levels/;
    const transaction = new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item } }] });
    expect(await rejected(harness.client.send(new BatchWriteItemCommand({ RequestItems: { notes: [{ PutRequest: { Item } }] } })))).toMatch(
      tooDeep,
    );
    expect(await rejected(harness.client.send(transaction))).toMatch(tooDeep);
    expect(await rejected(update('SET v = :v', nested(33)))).toMatch(tooDeep);
    await put({ v: nested(32) });
    const path = `v${'.n'.repeat(31)}`;
    expect(await rejected(update(`SET ${path} = :v`, { M: { n: { S: '' } } }))).toMatch(tooDeep);
    expect(await stored()).toMatchObject({ v: nested(32) });
  });
});

describe('a computed number', () => {
  it.each([
    ['SET n = n + :v', '9.9e125', '9.9e125', 'overflow'],
    ['SET n = n - :v', '-9.9e125', '9.9e125', 'overflow'],
    ['ADD n :v', '9.9e125', '9.9e125', 'overflow'],
    ['ADD m.n :v', '9.9e125', '9.9e125', 'overflow'],
    ['SET n = n - :v', '1.1e-130', '1e-130', 'underflow'],
  ])('must be in the range of DynamoDB: %s', async (expression, before, v, fault) => {
    await put({ n: { N: before }, m: { M: { n: { N: before } } } });
    const unchanged = await stored();

    expect(await rejected(update(expression, { N: v }))).toMatch(`ValidationException: Number ${fault}`);
    expect(await stored()).toEqual(unchanged);
  });

  it.each([
    ['9.9e125', '-9.9e125', '0'],
    ['9e125', '9e124', `99${'0'.repeat(124)}`],
    ['1e-130', '1e-130', `0.${'0'.repeat(129)}2`],
    ['-5', '5', '0'],
  ])('may be any other: %s + %s', async (before, v, after) => {
    await put({ n: { N: before } });
    await update('SET n = n + :v', { N: v });

    expect(await stored()).toMatchObject({ n: { N: after } });
  });
});

describe('the key of an index', () => {
  const empty = /^ValidationException: .* secondary index key .* empty string value\. IndexName: by-status, IndexKey: status$/;
  const Item = { ...Key, status: { S: '' } };

  it('may not be empty, in any write', async () => {
    const batch = new BatchWriteItemCommand({
      RequestItems: { notes: [{ PutRequest: { Item: { tenant: { S: 'acme' }, id: { S: '2' } } } }, { PutRequest: { Item } }] },
    });
    const transaction = new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item } }] });
    expect(await rejected(put({ status: { S: '' } }))).toMatch(empty);
    expect(await rejected(harness.client.send(batch))).toMatch(empty);
    expect(await rejected(harness.client.send(transaction))).toMatch(empty);
    expect(await rejected(update('SET #s = :v', { S: '' }, { '#s': 'status' }))).toMatch(empty);
    expect((await harness.client.send(new ScanCommand({ TableName }))).Count).toBe(0);
  });

  it('may be absent, and empty strings may be elsewhere', async () => {
    await put({ text: { S: '' }, nested: { M: { status: { S: '' } } } });
    expect(await stored()).toMatchObject({ text: { S: '' } });
  });
});

describe('a query', () => {
  it.each([
    ['tenant = :e', 'tenant'],
    ['tenant = :t AND id = :e', 'id'],
    ['tenant = :t AND id > :e', 'id'],
    ['tenant = :t AND id BETWEEN :e AND :t', 'id'],
  ])('may not name an empty key: %s', async (KeyConditionExpression, key) => {
    const all = { ':e': { S: '' }, ':t': { S: 'acme' } };
    const ExpressionAttributeValues = Object.fromEntries(Object.entries(all).filter(([name]) => KeyConditionExpression.includes(name)));
    const query = new QueryCommand({ TableName, KeyConditionExpression, ExpressionAttributeValues });

    expect(await rejected(harness.client.send(query))).toMatch(new RegExp(`^ValidationException: .* empty string value\\. Key: ${key}$`));
  });
});

describe('a condition', () => {
  const operands = (count: number) => Array.from({ length: count }, (_, index) => `:v${index}`);
  const valuesOf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, { S: name }]));

  it('may have IN with 100 operands', async () => {
    const scan = (count: number) => {
      const names = operands(count);
      return new ScanCommand({ TableName, FilterExpression: `id IN (${names.join(',')})`, ExpressionAttributeValues: valuesOf(names) });
    };
    expect(await rejected(harness.client.send(scan(100)))).toBe('accepted');
    expect(await rejected(harness.client.send(scan(101)))).toBe(
      'ValidationException: Invalid FilterExpression: The IN operator is provided with too many operands; number of operands: 101',
    );
  });

  it('may have 300 operators', async () => {
    const remove = (terms: number) =>
      new DeleteItemCommand({
        TableName,
        Key,
        ConditionExpression: Array.from({ length: terms }, () => 'a=:v').join(' OR '),
        ExpressionAttributeValues: { ':v': { S: 'x' } },
      });
    expect(await rejected(harness.client.send(remove(150)))).toMatch('ConditionalCheckFailedException'); // 150 comparisons, 149 ORs
    expect(await rejected(harness.client.send(remove(151)))).toBe(
      'ValidationException: Invalid ConditionExpression: The expression contains too many operators; operator count: 301',
    );
  });
});

describe('a parameter', () => {
  it.each(['ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'] as const)('ReturnValues of DeleteItem may not be %s', async (ReturnValues) => {
    await put({});
    expect(await rejected(harness.client.send(new DeleteItemCommand({ TableName, Key, ReturnValues })))).toBe(
      'ValidationException: ReturnValues can only be ALL_OLD or NONE',
    );
    expect(await stored()).toEqual(Key);
  });

  it('TotalSegments may be 1,000,000', async () => {
    const scan = (TotalSegments: number) => harness.client.send(new ScanCommand({ TableName, Segment: 0, TotalSegments }));
    expect(await rejected(scan(1_000_000))).toBe('accepted');
    expect(await rejected(scan(1_000_001))).toMatch(/^ValidationException: .*'totalSegments' failed to satisfy constraint/);
  });

  it.each([
    ['GlobalSecondaryIndexes', undefined, 'ProjectionType is INCLUDE, but NonKeyAttributes is not specified'],
    ['LocalSecondaryIndexes', undefined, 'ProjectionType is INCLUDE, but NonKeyAttributes is not specified'],
    ['GlobalSecondaryIndexes', Array.from({ length: 21 }, (_, index) => `a${index}`), 'at most 20 NonKeyAttributes'],
  ])('%s with INCLUDE needs 1 to 20 attributes', async (indexes, NonKeyAttributes, message) => {
    const KeySchema = [
      { AttributeName: 'tenant', KeyType: 'HASH' as const },
      { AttributeName: 'status', KeyType: 'RANGE' as const },
    ];
    const { GlobalSecondaryIndexes: _global, LocalSecondaryIndexes: _local, AttributeDefinitions = [], ...table } = notesTable;
    const Projection = { ProjectionType: 'INCLUDE' as const, ...(NonKeyAttributes && { NonKeyAttributes }) };
    const create = new CreateTableCommand({
      ...table,
      TableName: 'other',
      AttributeDefinitions: AttributeDefinitions.filter(({ AttributeName }) => AttributeName !== 'time'),
      [indexes]: [{ IndexName: 'some', KeySchema, Projection }],
    });

    expect(await rejected(harness.client.send(create))).toMatch(message);
  });
});
