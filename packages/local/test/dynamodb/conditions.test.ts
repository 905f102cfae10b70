import {
  type AttributeValue,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { outcomeOf } from '../start-aws.ts';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { notesTable } from './tables.ts';

const TableName = 'notes';
const Key = { tenant: { S: 'acme' }, id: { S: '1' } };
const map: AttributeValue = { M: { x: { N: '1' }, y: { L: [{ S: 'a' }, { M: {} }] } } };
const reordered: AttributeValue = { M: { y: { L: [{ S: 'a' }, { M: {} }] }, x: { N: '1.0' } } };
const list: AttributeValue = { L: [{ S: 'a' }, map] };
const item = {
  ...Key,
  m: map,
  l: list,
  e: { S: '' },
  ss: { SS: ['a', 'b'] },
  b: { B: Buffer.from([0xff, 1]) },
  n: { N: '5' },
  t: { BOOL: true },
};

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable]);
  await harness.client.send(new PutItemCommand({ TableName, Item: item }));
});

const comparisons: [string, AttributeValue | undefined, boolean][] = [
  ['m = :v', map, true],
  ['m = :v', reordered, true],
  ['m = :v', { M: { x: { N: '1' } } }, false],
  ['m = :v', { M: { x: { N: '1' }, y: { L: [{ M: {} }, { S: 'a' }] } } }, false],
  ['m <> :v', map, false],
  ['m <> :v', list, true],
  ['m IN (:v)', map, true],
  ['l = :v', list, true],
  ['l = :v', { L: [map, { S: 'a' }] }, false],
  ['l <> :v', list, false],
  ['contains(l, :v)', map, true],
  ['contains(l, :v)', { M: {} }, false],
  ['contains(l, :v)', { S: 'a' }, true],
  ['m.y[1] = :v', { M: {} }, true],
  ['ss = :v', { SS: ['b', 'a'] }, true],
  ['ss = :v', { SS: ['b', 'c'] }, false],
  ['t = :v', { BOOL: true }, true],
  ['absent = :v', map, false],
  ['absent <> :v', map, true],
  ['size(e) = :v', { N: '0' }, true],
  ['size(m) = :v', { N: '2' }, true],
  ['size(absent) = :v', { N: '0' }, false],
  ['begins_with(b, :v)', { B: Buffer.from([0xff]) }, true],
  ['begins_with(b, :v)', { B: Buffer.from([0xfe]) }, false],
  ['contains(b, :v)', { B: Buffer.from([1]) }, true],
  ['contains(b, :v)', { B: Buffer.from([0xfe]) }, false],
  ['n > :v AND NOT n > n2', { N: '4' }, true],
];

function valuesOf(value: AttributeValue | undefined) {
  return value === undefined ? {} : { ExpressionAttributeValues: { ':v': value } };
}

describe('a condition', () => {
  it.each(comparisons)('compares values of every type: %s with %j is %s', async (expression, value, expected) => {
    const { client } = harness;
    const scan = new ScanCommand({ TableName, FilterExpression: expression, ...valuesOf(value), ProjectionExpression: 'id, m.x' });
    const { Items, Count, ScannedCount } = await client.send(scan);
    expect([Items, Count, ScannedCount]).toEqual(expected ? [[{ id: { S: '1' }, m: { M: { x: { N: '1' } } } }], 1, 1] : [[], 0, 1]);
    const outcome = expected ? 'allowed' : 'ConditionalCheckFailedException';
    const condition = { ConditionExpression: expression, ...valuesOf(value) };
    const update = new UpdateItemCommand({ TableName, Key, UpdateExpression: 'REMOVE extra', ...condition });
    const check = new TransactWriteItemsCommand({ TransactItems: [{ ConditionCheck: { TableName, Key, ...condition } }] });
    expect(await outcomeOf(client.send(update))).toBe(outcome);
    expect(await outcomeOf(client.send(new PutItemCommand({ TableName, Item: item, ...condition })))).toBe(outcome);
    expect(await outcomeOf(client.send(check))).toBe(expected ? 'allowed' : 'TransactionCanceledException');
    expect(await outcomeOf(client.send(new DeleteItemCommand({ TableName, Key, ...condition })))).toBe(outcome);
    expect((await client.send(new GetItemCommand({ TableName, Key }))).Item === undefined).toBe(expected);
  });

  it('compares documents in the legacy form too', async () => {
    const scan = async (ComparisonOperator: 'EQ' | 'NE', value: AttributeValue) => {
      const ScanFilter = { m: { ComparisonOperator, AttributeValueList: [value] } };
      return (await harness.client.send(new ScanCommand({ TableName, ScanFilter }))).Count;
    };
    const put = (value: AttributeValue) =>
      outcomeOf(
        harness.client.send(new PutItemCommand({ TableName, Item: item, Expected: { m: { Value: value }, zz: { Exists: false } } })),
      );
    expect([await put(reordered), await put(list)]).toEqual(['allowed', 'ConditionalCheckFailedException']);
    expect(await outcomeOf(scan('EQ', map))).toBe('ValidationException'); // DynamoDB allows scalars and sets here
  });

  it('filters a query after its limit, and counts', async () => {
    for (const id of ['2', '3']) await harness.client.send(new PutItemCommand({ TableName, Item: { ...item, id: { S: id }, m: list } }));
    const query = (more: object) =>
      harness.client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'tenant = :t',
          FilterExpression: 'm = :v',
          ExpressionAttributeValues: { ':t': { S: 'acme' }, ':v': list },
          ...more,
        }),
      );
    expect(await query({ Limit: 2 })).toMatchObject({
      Count: 1,
      ScannedCount: 2,
      Items: [{ id: { S: '2' } }],
      LastEvaluatedKey: { id: { S: '2' } },
    });
    const counted = await query({ Select: 'COUNT' });
    expect(counted).toMatchObject({ Count: 2, ScannedCount: 3 });
    expect(counted).not.toHaveProperty('Items');
    await expect(query({ FilterExpression: 'id = :v' })).rejects.toThrow('Filter Expression can only contain non-primary key attributes');
  });

  it('is not evaluated for a table that does not exist', async () => {
    const put = new PutItemCommand({ TableName: 'absent', Item: Key, ConditionExpression: 'attribute_exists(id)' });
    expect(await outcomeOf(harness.client.send(put))).toBe('ResourceNotFoundException');
  });
});
