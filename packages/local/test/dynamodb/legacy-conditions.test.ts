import {
  DeleteItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { notesTable } from './tables.ts';

const TableName = 'notes';
const key = (id: string) => ({ tenant: { S: 'acme' }, id: { S: id } });

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable]);
  for (const [id, n, text] of [
    ['1', '1', 'one'],
    ['2', '2', 'two'],
    ['3', '3', 'three'],
  ] as const) {
    await harness.client.send(new PutItemCommand({ TableName, Item: { ...key(id), n: { N: n }, text: { S: text } } }));
  }
  harness.iamRequests.length = 0;
});

async function put(Expected: PutItemCommandInput['Expected'], ConditionalOperator?: 'AND' | 'OR') {
  const input = { TableName, Item: key('1'), Expected, ...(ConditionalOperator && { ConditionalOperator }) };
  return harness.client.send(new PutItemCommand(input)).then(
    () => 'written',
    (error: Error) => error.name,
  );
}

describe('legacy conditions', () => {
  it('decides a write by Expected', async () => {
    expect(await put({ n: { Value: { N: '2' } } })).toBe('ConditionalCheckFailedException');
    expect(await put({ n: { Exists: false } })).toBe('ConditionalCheckFailedException');
    expect(await put({ n: { ComparisonOperator: 'BETWEEN', AttributeValueList: [{ N: '1' }, { N: '2' }] } })).toBe('written');
  });

  it('compares numbers as numbers', async () => {
    expect(await put({ n: { Value: { N: '1.0' } } })).toBe('written');
    expect(await put({ n: { ComparisonOperator: 'LT', AttributeValueList: [{ N: 'one' }] } })).toBe('ValidationException');
  });

  it('joins conditions by AND, or by OR if requested', async () => {
    const wrongThenRight = { text: { Value: { S: 'two' } }, n: { Value: { N: '1' } } };
    expect(await put(wrongThenRight)).toBe('ConditionalCheckFailedException');
    expect(await put(wrongThenRight, 'OR')).toBe('written');
    const bothWrong = { text: { Exists: true, Value: { S: 'two' } }, n: { ComparisonOperator: 'NOT_NULL' as const } };
    expect(await put(bothWrong, 'OR')).toBe('ConditionalCheckFailedException');
  });

  it('filters queries and scans by OR', async () => {
    const filter = {
      text: { ComparisonOperator: 'EQ' as const, AttributeValueList: [{ S: 'two' }] },
      n: { ComparisonOperator: 'GE' as const, AttributeValueList: [{ N: '3' }] },
    };
    const KeyConditions = { tenant: { ComparisonOperator: 'EQ' as const, AttributeValueList: [{ S: 'acme' }] } };
    const queried = await harness.client.send(
      new QueryCommand({ TableName, KeyConditions, QueryFilter: filter, ConditionalOperator: 'OR' }),
    );
    const scanned = await harness.client.send(new ScanCommand({ TableName, ScanFilter: filter, ConditionalOperator: 'OR' }));
    expect([queried, scanned].map(({ Items }) => Items?.map(({ id }) => id?.S))).toEqual([
      ['2', '3'],
      ['2', '3'],
    ]);
  });

  it('has all their attributes in the IAM request', async () => {
    await harness.client.send(
      new UpdateItemCommand({
        TableName,
        Key: key('1'),
        AttributeUpdates: { a: { Action: 'PUT', Value: { S: '' } } },
        Expected: { b: { Exists: false }, c: { ComparisonOperator: 'NULL' } },
        ConditionalOperator: 'OR',
      }),
    );
    await harness.client.send(new DeleteItemCommand({ TableName, Key: key('1'), Expected: { d: { Exists: false } } }));
    expect(harness.iamRequests.map(({ context }) => context['dynamodb:Attributes'])).toEqual([
      ['tenant', 'id', 'b', 'c', 'a'],
      ['tenant', 'id', 'd'],
    ]);
  });
});
