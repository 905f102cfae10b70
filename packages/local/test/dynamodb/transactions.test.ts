import {
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { hashTable, notesTable } from './tables.ts';

const key = (tenant: string, id = '1') => ({ tenant: { S: tenant }, id: { S: id } });
const TableName = 'notes';

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable, hashTable('people', 'S')]);
});

async function allItems() {
  const { Items = [] } = await harness.client.send(new ScanCommand({ TableName }));
  return Items;
}

function write(...TransactItems: TransactWriteItem[]) {
  return harness.client.send(new TransactWriteItemsCommand({ TransactItems }));
}

describe('TransactWriteItems', () => {
  it('executes all elements', async () => {
    await harness.client.send(new PutItemCommand({ TableName, Item: { ...key('acme', '2'), n: { N: '1' } } }));
    await harness.client.send(new PutItemCommand({ TableName, Item: key('acme', '3') }));
    await write(
      { Put: { TableName, Item: key('acme', '1') } },
      { Update: { TableName, Key: key('acme', '2'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } } },
      { Delete: { TableName, Key: key('acme', '3') } },
      { ConditionCheck: { TableName, Key: key('acme', '4'), ConditionExpression: 'attribute_not_exists(id)' } },
    );
    expect(await allItems()).toEqual([key('acme', '1'), { ...key('acme', '2'), n: { N: '2' } }]);
  });

  it('executes no element if one condition fails, and returns a reason for each', async () => {
    await harness.client.send(new PutItemCommand({ TableName, Item: { ...key('acme', '2'), n: { N: '1' } } }));
    const cancelled = write(
      { Put: { TableName, Item: key('acme', '1') } },
      {
        Put: {
          TableName,
          Item: key('acme', '2'),
          ConditionExpression: 'attribute_not_exists(id)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
      { Update: { TableName, Key: key('acme', '5'), UpdateExpression: 'SET a = b' } },
      { Put: { TableName: 'people', Item: { tenant: { S: 'acme' } } } },
    );
    await expect(cancelled).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message: expect.stringContaining('[None, ConditionalCheckFailed, ValidationError, None]'),
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { ...key('acme', '2'), n: { N: '1' } } },
        { Code: 'ValidationError' },
        { Code: 'None' },
      ],
    });
    expect(await allItems()).toEqual([{ ...key('acme', '2'), n: { N: '1' } }]);
    expect((await harness.client.send(new ScanCommand({ TableName: 'people' }))).Items).toEqual([]);
  });

  it('makes one IAM request per action and table, with the set of keys', async () => {
    await write(
      { Put: { TableName, Item: key('acme') } },
      { Put: { TableName, Item: { ...key('globex'), text: { S: '' } } } },
      { Put: { TableName: 'people', Item: { tenant: { S: 'acme' } } } },
      { ConditionCheck: { TableName, Key: key('initech'), ConditionExpression: 'attribute_not_exists(a.b)' } },
    );
    const EnclosingOperation = { 'dynamodb:EnclosingOperation': 'TransactWriteItems' };
    expect(harness.iamRequests.map(({ action, resource, context }) => [action, resource.split('/')[1], context])).toEqual([
      [
        'dynamodb:PutItem',
        'notes',
        { 'dynamodb:LeadingKeys': ['acme', 'globex'], 'dynamodb:Attributes': ['tenant', 'id', 'text'], ...EnclosingOperation },
      ],
      ['dynamodb:PutItem', 'people', { 'dynamodb:LeadingKeys': ['acme'], 'dynamodb:Attributes': ['tenant'], ...EnclosingOperation }],
      [
        'dynamodb:ConditionCheckItem',
        'notes',
        { 'dynamodb:LeadingKeys': ['initech'], 'dynamodb:Attributes': ['tenant', 'id', 'a'], ...EnclosingOperation },
      ],
    ]);
  });

  it('shows in the IAM request that a failed condition would return an item', async () => {
    await write(
      { Delete: { TableName, Key: key('acme'), ReturnValuesOnConditionCheckFailure: 'NONE' } },
      { Delete: { TableName, Key: key('acme', '2'), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
    );
    expect(harness.iamRequests[0]?.context['dynamodb:ReturnValues']).toBe('ALL_OLD');
  });

  it('executes nothing if one element is denied', async () => {
    harness.allows = ({ action }) => action !== 'dynamodb:ConditionCheckItem';
    const check = { TableName, Key: key('globex'), ConditionExpression: 'attribute_not_exists(id)' };
    await expect(write({ Put: { TableName, Item: key('acme') } }, { ConditionCheck: check })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    expect(await allItems()).toEqual([]);
  });

  it('rejects two operations on one item, also with two forms of its key', async () => {
    await expect(write({ Put: { TableName, Item: key('acme') } }, { Delete: { TableName, Key: key('acme') } })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('multiple operations on one item'),
    });
    harness = await dynamodbHarness([hashTable('numbers', 'N')]);
    const put = (N: string) => ({ Put: { TableName: 'numbers', Item: { tenant: { N } } } });
    await expect(write(put('1'), put('1.0'))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it.each<[string, TransactWriteItem]>([
    ['two kinds in one element', { Put: { TableName, Item: key('acme') }, Delete: { TableName, Key: key('globex') } }],
    ['no kind in an element', {}],
    ['an update without its expression', { Update: { TableName, Key: key('acme'), UpdateExpression: undefined } }],
    ['a check without its condition', { ConditionCheck: { TableName, Key: key('acme'), ConditionExpression: undefined } }],
  ])('rejects %s', async (_, element) => {
    await expect(write(element)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(harness.iamRequests).toEqual([]);
  });

  describe('with items of about 4 MB together', () => {
    const tooLarge = { name: 'ValidationException', message: 'The aggregate size of the items in the transaction exceeds 4 MB' };
    const text = (bytes: number) => ({ S: 'é'.repeat(bytes / 2) });
    const put = (count: number) =>
      Array.from({ length: count }, (_, id) => ({ Put: { TableName, Item: { ...key('acme', `${id}`), text: text(380_000) } } }));

    it('accepts items of 4 MB, and writes nothing of larger ones', async () => {
      await expect(write(...put(12))).rejects.toMatchObject(tooLarge);
      expect(await allItems()).toEqual([]);
      await write(...put(11));
      const last = new GetItemCommand({ TableName, Key: key('acme', '10'), ProjectionExpression: 'id' });
      expect((await harness.client.send(last)).Item).toEqual({ id: { S: '10' } });
    });

    it('counts an updated item as a whole, and only the key of one that is deleted or checked', async () => {
      await write(...put(11));
      const others = Array.from({ length: 10 }, (_, id) => key('acme', `${id}`));
      const update = (Key: ReturnType<typeof key>) => ({ Update: { TableName, Key, UpdateExpression: 'REMOVE n' } });
      const check = (Key: ReturnType<typeof key>) => ({ ConditionCheck: { TableName, Key, ConditionExpression: 'attribute_exists(id)' } });
      const more = { Put: { TableName, Item: { ...key('globex'), text: text(396_000) } } };
      await expect(
        write(...others.map(update), more, { Put: { TableName, Item: { ...key('initech'), text: text(10_000) } } }),
      ).rejects.toMatchObject(tooLarge);
      await write(...others.map(check), { Delete: { TableName, Key: key('acme', '10') } }, more);
    });

    it('is refused as a read too', async () => {
      await write(...put(6));
      await write(...put(6).map(({ Put }) => ({ Put: { ...Put, Item: { ...Put.Item, ...key('globex', Put.Item.id.S) } } })));
      const keys = ['acme', 'globex'].flatMap((tenant) => ['0', '1', '2', '3', '4', '5'].map((id) => key(tenant, id)));
      const read = (count: number) =>
        harness.client.send(
          new TransactGetItemsCommand({ TransactItems: keys.slice(0, count).map((Key) => ({ Get: { TableName, Key } })) }),
        );
      await expect(read(12)).rejects.toMatchObject(tooLarge);
      expect((await read(11)).Responses).toHaveLength(11);
    });
  });

  it('rejects more than a hundred elements', async () => {
    const puts = Array.from({ length: 101 }, (_, id) => ({ Put: { TableName, Item: key('acme', String(id)) } }));
    await expect(write(...puts)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('rejects a table that does not exist, and executes nothing', async () => {
    await expect(
      write({ Put: { TableName, Item: key('acme') } }, { Put: { TableName: 'nowhere', Item: key('acme') } }),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(await allItems()).toEqual([]);
  });

  it('executes a transaction once that is sent twice with one token within ten minutes', async () => {
    const add = (by: string) =>
      harness.client.send(
        new TransactWriteItemsCommand({
          ClientRequestToken: 'token',
          TransactItems: [
            { Update: { TableName, Key: key('acme'), UpdateExpression: 'ADD n :n', ExpressionAttributeValues: { ':n': { N: by } } } },
          ],
        }),
      );
    await add('1');
    await add('1');
    expect(await allItems()).toMatchObject([{ n: { N: '1' } }]);
    await expect(add('2')).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
    harness.now = new Date(harness.now.getTime() + 600_001);
    await add('2');
    expect(await allItems()).toMatchObject([{ n: { N: '3' } }]);
  });

  it('is isolated from concurrent writes', async () => {
    await harness.client.send(new PutItemCommand({ TableName, Item: { ...key('acme'), n: { N: '0' } } }));
    const move = (i: number) =>
      write(
        { Update: { TableName, Key: key('acme'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } } },
        { Put: { TableName, Item: key('acme', `log-${i % 25}`), ConditionExpression: 'attribute_not_exists(id)' } },
      );
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, i) => move(i)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(25);
    expect((await harness.client.send(new GetItemCommand({ TableName, Key: key('acme') }))).Item?.['n']).toEqual({ N: '25' });
  });
});

describe('TransactGetItems', () => {
  const get = (tenant: string, id = '1', more: object = {}) => ({ Get: { TableName, Key: key(tenant, id), ...more } });

  it('returns items in the order of the request, with an empty element for a missing item', async () => {
    await harness.client.send(new PutItemCommand({ TableName, Item: { ...key('acme', '2'), text: { S: 'x' } } }));
    const { Responses, ConsumedCapacity } = await harness.client.send(
      new TransactGetItemsCommand({
        TransactItems: [get('acme', '1'), get('acme', '2', { ProjectionExpression: '#t', ExpressionAttributeNames: { '#t': 'text' } })],
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    expect(Responses).toEqual([{}, { Item: { text: { S: 'x' } } }]);
    expect(ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 4 }]);
  });

  it('makes one IAM request for GetItem with the set of keys and the widest selection', async () => {
    const specific = { ProjectionExpression: 'a' };
    await harness.client.send(new TransactGetItemsCommand({ TransactItems: [get('acme', '1', specific), get('globex')] }));
    expect(harness.iamRequests).toEqual([
      {
        action: 'dynamodb:GetItem',
        resource: 'arn:aws:dynamodb:eu-central-1:000000000000:table/notes',
        context: {
          'dynamodb:LeadingKeys': ['acme', 'globex'],
          'dynamodb:Attributes': ['tenant', 'id', 'a'],
          'dynamodb:Select': 'ALL_ATTRIBUTES',
          'dynamodb:EnclosingOperation': 'TransactGetItems',
        },
      },
    ]);
  });

  it('rejects the same item twice', async () => {
    await expect(harness.client.send(new TransactGetItemsCommand({ TransactItems: [get('acme'), get('acme')] }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
