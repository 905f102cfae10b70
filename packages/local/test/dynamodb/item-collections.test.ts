import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { hashTable, notesTable } from './tables.ts';

const TableName = 'notes';
const key = (tenant: string, id = '1') => ({ tenant: { S: tenant }, id: { S: id } });
const collection = (tenant: string) => ({ ItemCollectionKey: { tenant: { S: tenant } }, SizeEstimateRangeGB: [0, 1] });
const size = { ReturnItemCollectionMetrics: 'SIZE' as const };

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable, hashTable('people', 'S')]);
});

describe('ReturnItemCollectionMetrics', () => {
  it('returns the item collection of a written item, whose table has a local index', async () => {
    const { client } = harness;
    const put = await client.send(new PutItemCommand({ TableName, Item: key('acme'), ...size }));
    const updated = await client.send(
      new UpdateItemCommand({
        TableName,
        Key: key('acme'),
        UpdateExpression: 'SET n = :n',
        ExpressionAttributeValues: { ':n': { N: '1' } },
        ...size,
      }),
    );
    const deleted = await client.send(new DeleteItemCommand({ TableName, Key: key('acme'), ...size }));
    for (const { ItemCollectionMetrics } of [put, updated, deleted]) expect(ItemCollectionMetrics).toEqual(collection('acme'));
  });

  it('returns each item collection of a batch and of a transaction once', async () => {
    const items = [key('acme', '1'), key('acme', '2'), key('globex')];
    const people = { tenant: { S: 'acme' } };
    const batch = new BatchWriteItemCommand({
      RequestItems: { notes: items.map((Item) => ({ PutRequest: { Item } })), people: [{ PutRequest: { Item: people } }] },
      ...size,
    });
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [
        ...items.map((Key) => ({ Delete: { TableName, Key } })),
        { ConditionCheck: { TableName, Key: key('initech'), ConditionExpression: 'attribute_not_exists(id)' } },
        { Put: { TableName: 'people', Item: people } },
      ],
      ...size,
    });
    const expected = { notes: [collection('acme'), collection('globex')] };
    expect((await harness.client.send(batch)).ItemCollectionMetrics).toEqual(expected);
    expect((await harness.client.send(transaction)).ItemCollectionMetrics).toEqual(expected);
  });

  it('returns none for NONE, and for a table without a local index', async () => {
    const none = await harness.client.send(new PutItemCommand({ TableName, Item: key('acme'), ReturnItemCollectionMetrics: 'NONE' }));
    const people = await harness.client.send(new PutItemCommand({ TableName: 'people', Item: { tenant: { S: 'acme' } }, ...size }));
    for (const result of [none, people]) expect(result).not.toHaveProperty('ItemCollectionMetrics');
  });
});
