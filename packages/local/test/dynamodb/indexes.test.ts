import {
  type AttributeValue,
  DeleteItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { notesTable } from './tables.ts';

const TableName = 'notes';

const table = {
  ...notesTable,
  GlobalSecondaryIndexes: [
    {
      IndexName: 'with-text',
      KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['text'] },
    },
  ],
};

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([table]);
});

const keyOf = (id: string) => ({ tenant: { S: 'acme' }, id: { S: id } });
const put = (id: string, more: Record<string, AttributeValue> = {}) =>
  harness.client.send(new PutItemCommand({ TableName, Item: { ...keyOf(id), ...more } }));
const open = { status: { S: 'open' }, time: { N: '1' } };

async function query(input: Partial<QueryCommandInput> = {}) {
  const { Items = [] } = await harness.client.send(
    new QueryCommand({
      TableName,
      IndexName: 'with-text',
      KeyConditionExpression: '#s = :s',
      ExpressionAttributeNames: { '#s': 'status' },
      ExpressionAttributeValues: { ':s': { S: 'open' } },
      ...input,
    }),
  );
  return Items;
}

async function scan(input: Partial<ScanCommandInput> = {}) {
  const { Items = [] } = await harness.client.send(new ScanCommand({ TableName, IndexName: 'with-text', ...input }));
  return Items;
}

describe('an index that includes some attributes', () => {
  it('returns an item that does not have them, without them', async () => {
    await put('1', open);
    const expected = [{ ...keyOf('1'), status: open.status }];

    expect(await query()).toEqual(expected);
    expect(await scan()).toEqual(expected);
    expect(await scan({ FilterExpression: 'attribute_exists(#t)', ExpressionAttributeNames: { '#t': 'text' } })).toEqual([]);
    expect(await scan({ ProjectionExpression: '#t, id', ExpressionAttributeNames: { '#t': 'text' } })).toEqual([{ id: { S: '1' } }]);
  });

  it('returns those that an item has, and no others', async () => {
    await put('1', { ...open, text: { S: 'anvils' }, other: { S: 'x' } });

    expect(await query()).toEqual([{ ...keyOf('1'), status: open.status, text: { S: 'anvils' } }]);
  });

  it('has no item without its key', async () => {
    await put('1', { text: { S: 'anvils' } });

    expect(await scan()).toEqual([]);
  });
});

describe('an index that was read before', () => {
  const idsOf = (items: readonly Record<string, AttributeValue>[]) =>
    items.map(({ id }) => id?.S ?? '').toSorted((a, b) => a.localeCompare(b));

  it('follows puts, updates and deletes', async () => {
    await put('1', open);
    await put('2', { status: { S: 'done' } });
    expect(idsOf(await query())).toEqual(['1']);

    await put('3', open);
    await put('1', { status: { S: 'done' } });
    expect(idsOf(await query())).toEqual(['3']);

    const UpdateExpression = 'SET #s = :s';
    const names = { ExpressionAttributeNames: { '#s': 'status' } };
    await harness.client.send(
      new UpdateItemCommand({ TableName, Key: keyOf('2'), UpdateExpression, ...names, ExpressionAttributeValues: { ':s': { S: 'open' } } }),
    );
    expect(idsOf(await query())).toEqual(['2', '3']);

    await harness.client.send(new UpdateItemCommand({ TableName, Key: keyOf('2'), UpdateExpression: 'REMOVE #s', ...names }));
    await harness.client.send(new DeleteItemCommand({ TableName, Key: keyOf('3') }));
    expect(await query()).toEqual([]);
    expect(idsOf(await scan())).toEqual(['1']);
  });

  it('returns the present attributes of an item whose key of the index did not change', async () => {
    await put('1', { ...open, text: { S: 'old' } });
    await query();
    await put('1', { ...open, text: { S: 'new' } });

    expect(await query()).toMatchObject([{ text: { S: 'new' } }]);
  });

  it('is as before a transaction that failed', async () => {
    await put('1', open);
    await query();
    const failed = harness.client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Delete: { TableName, Key: keyOf('1') } },
          { Put: { TableName, Item: { ...keyOf('2'), ...open } } },
          { ConditionCheck: { TableName, Key: keyOf('none'), ConditionExpression: 'attribute_exists(id)' } },
        ],
      }),
    );

    await expect(failed).rejects.toThrowError(expect.objectContaining({ name: 'TransactionCanceledException' }));
    expect(idsOf(await query())).toEqual(['1']);
  });

  it('has items whose keys of the index are equal', async () => {
    for (const id of ['1', '2', '3']) await put(id, open);
    await query();
    await harness.client.send(new DeleteItemCommand({ TableName, Key: keyOf('2') }));

    expect(idsOf(await query())).toEqual(['1', '3']);
  });
});

describe('a page', () => {
  /** The values that are read from the store, which are JSON. */
  async function readsOf(act: () => Promise<unknown>): Promise<number> {
    const parse = vi.spyOn(JSON, 'parse');
    try {
      await act();
      return parse.mock.calls.length;
    } finally {
      parse.mockRestore();
    }
  }

  const acme = { IndexName: undefined, KeyConditionExpression: 'tenant = :t', ExpressionAttributeNames: undefined };

  it.each<[string, () => Promise<unknown>]>([
    ['Query', () => query({ ...acme, ExpressionAttributeValues: { ':t': { S: 'acme' } }, Limit: 1 })],
    ['Query from the end', () => query({ ...acme, ExpressionAttributeValues: { ':t': { S: 'acme' } }, Limit: 1, ScanIndexForward: false })],
    ['Query of an index', () => query({ Limit: 1 })],
    ['Scan', () => scan({ IndexName: undefined, Limit: 1 })],
    ['Scan of an index', () => scan({ Limit: 1 })],
  ])('reads as much of a large table as of a small one: %s', async (_name, read) => {
    for (let count = 0; count < 5; count += 1) await put(`a-${count}`, open);
    await read(); // builds the index
    const few = await readsOf(read);
    for (let count = 0; count < 300; count += 1) await put(`b-${count}`, open);

    expect(await readsOf(read)).toBe(few);
  });
});

describe('an attribute that an index does not contain', () => {
  const text = { S: 'x'.repeat(5000) };
  const byTime = {
    IndexName: 'by-time',
    KeyConditionExpression: 'tenant = :t',
    ExpressionAttributeNames: { '#t': 'text' },
    ExpressionAttributeValues: { ':t': { S: 'acme' } },
    ProjectionExpression: 'id, #t, extra',
  };
  beforeEach(async () => {
    for (const id of ['1', '2', '3']) await put(id, { ...open, time: { N: id }, text, extra: { M: { a: { S: id } } } });
  });

  it('comes from the table if the index is local: Query', async () => {
    const expected = ['1', '2', '3'].map((id) => ({ id: { S: id }, text, extra: { M: { a: { S: id } } } }));
    expect(await query(byTime)).toEqual(expected);
    expect(await query({ ...byTime, ProjectionExpression: 'extra.a', ExpressionAttributeNames: undefined, Limit: 1 })).toEqual([
      { extra: { M: { a: { S: '1' } } } },
    ]);
    const legacy = { tenant: { ComparisonOperator: 'EQ' as const, AttributeValueList: [{ S: 'acme' }] } };
    const { Items } = await harness.client.send(
      new QueryCommand({ TableName, IndexName: 'by-time', KeyConditions: legacy, AttributesToGet: ['text'] }),
    );
    expect(Items).toEqual([{ text }, { text }, { text }]);
  });

  it('comes from the table if the index is local: Scan', async () => {
    const extras = await scan({ IndexName: 'by-time', ProjectionExpression: 'extra' });
    expect(extras.map(({ extra }) => extra?.M?.['a']?.S)).toEqual(['1', '2', '3']);
    expect((await scan({ IndexName: 'by-time', Select: 'ALL_ATTRIBUTES' }))[0]).toMatchObject({ text, status: open.status });
  });

  it('is refused if the index is global', async () => {
    const message = 'One or more parameter values were invalid: Global secondary index with-text does not project [extra, more]';
    const projection = { ProjectionExpression: 'id, extra.a, #t, more', ExpressionAttributeNames: { '#t': 'text' } };
    await expect(scan(projection)).rejects.toMatchObject({ name: 'ValidationException', message });
    await expect(query({ ...projection, ExpressionAttributeNames: { '#t': 'text', '#s': 'status' } })).rejects.toMatchObject({
      name: 'ValidationException',
      message,
    });
    await expect(scan({ AttributesToGet: ['extra', 'more'] })).rejects.toMatchObject({ message });
    expect(
      await scan({ ProjectionExpression: 'tenant, id, #t, #s', ExpressionAttributeNames: { '#t': 'text', '#s': 'status' } }),
    ).toHaveLength(3);
  });

  it('is not named to a caller that may not read the index', async () => {
    harness.allows = () => false;
    await expect(scan({ ProjectionExpression: 'extra' })).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it.each([
    [{}, { CapacityUnits: 2.5, Table: { CapacityUnits: 2 }, LocalSecondaryIndexes: { 'by-time': { CapacityUnits: 0.5 } } }],
    [
      { ConsistentRead: true },
      { CapacityUnits: 5, Table: { CapacityUnits: 4 }, LocalSecondaryIndexes: { 'by-time': { CapacityUnits: 1 } } },
    ],
    [{ Limit: 1 }, { CapacityUnits: 1.5, Table: { CapacityUnits: 1 }, LocalSecondaryIndexes: { 'by-time': { CapacityUnits: 0.5 } } }],
  ])('consumes capacity of the table too: %j', async (more, expected) => {
    const command = (ReturnConsumedCapacity: 'INDEXES' | 'TOTAL') =>
      harness.client.send(new QueryCommand({ TableName, ...byTime, ...more, ReturnConsumedCapacity }));
    expect((await command('INDEXES')).ConsumedCapacity).toEqual({ TableName, ...expected });
    expect((await command('TOTAL')).ConsumedCapacity).toEqual({ TableName, CapacityUnits: expected.CapacityUnits });
  });
});
