import { BatchGetItemCommand, BatchWriteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { hashTable, notesTable } from './tables.ts';

const NOTES = 'arn:aws:dynamodb:eu-central-1:000000000000:table/notes';
const note = (tenant: string, id = '1') => ({ tenant: { S: tenant }, id: { S: id } });

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable, hashTable('people', 'S')]);
});

describe('BatchGetItem', () => {
  it('makes one IAM request per table, with the set of its keys', async () => {
    await harness.client.send(
      new BatchGetItemCommand({
        RequestItems: {
          notes: {
            Keys: [note('acme'), note('globex'), note('acme', '2')],
            ProjectionExpression: '#t',
            ExpressionAttributeNames: { '#t': 'text' },
          },
          people: { Keys: [{ tenant: { S: 'acme' } }] },
        },
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    expect(harness.iamRequests.map(({ action, resource, context }) => [action, resource.split('/')[1], context])).toEqual([
      [
        'dynamodb:BatchGetItem',
        'notes',
        {
          'dynamodb:LeadingKeys': ['acme', 'globex'],
          'dynamodb:Attributes': ['tenant', 'id', 'text'],
          'dynamodb:Select': 'SPECIFIC_ATTRIBUTES',
          'dynamodb:ReturnConsumedCapacity': 'TOTAL',
        },
      ],
      [
        'dynamodb:BatchGetItem',
        'people',
        {
          'dynamodb:LeadingKeys': ['acme'],
          'dynamodb:Attributes': ['tenant'],
          'dynamodb:Select': 'ALL_ATTRIBUTES',
          'dynamodb:ReturnConsumedCapacity': 'TOTAL',
        },
      ],
    ]);
  });

  it('adds a key that no policy lists if some keys have no leading key', async () => {
    const mixed = new BatchGetItemCommand({ RequestItems: { notes: { Keys: [note('acme'), { id: { S: '1' } }] } } });
    await expect(harness.client.send(mixed)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(harness.iamRequests[0]?.context['dynamodb:LeadingKeys']).toEqual(['acme', '']);
    const neither = new BatchGetItemCommand({ RequestItems: { notes: { Keys: [{ id: { S: '1' } }, { id: { S: '2' } }] } } });
    await expect(harness.client.send(neither)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(harness.iamRequests[1]?.context).not.toHaveProperty('dynamodb:LeadingKeys');
  });

  it('limits the length of an expression as for a single read', async () => {
    const long = Array.from({ length: 1000 }, (_, i) => `attribute${i}`).join(',');
    const batch = new BatchGetItemCommand({ RequestItems: { notes: { Keys: [note('acme')], ProjectionExpression: long } } });
    await expect(harness.client.send(batch)).rejects.toThrow('Expression size has exceeded the maximum allowed size');
  });

  it('returns items under the table name of the request', async () => {
    await harness.client.send(new PutItemCommand({ TableName: 'notes', Item: note('acme') }));
    const { Responses } = await harness.client.send(new BatchGetItemCommand({ RequestItems: { [NOTES]: { Keys: [note('acme')] } } }));
    expect(Responses).toEqual({ [NOTES]: [note('acme')] });
  });

  it('rejects one table with two names', async () => {
    const twice = new BatchGetItemCommand({ RequestItems: { notes: { Keys: [note('acme')] }, [NOTES]: { Keys: [note('globex')] } } });
    await expect(harness.client.send(twice)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(harness.iamRequests).toEqual([]);
  });

  it('returns the projection with unprocessed keys', async () => {
    const text = { S: 'x'.repeat(390_000) };
    for (const id of ['1', '2', '3', '4', '5'])
      await harness.client.send(new PutItemCommand({ TableName: 'notes', Item: { ...note('acme', id), text } }));
    const request = {
      Keys: ['1', '2', '3', '4', '5'].map((id) => note('acme', id)),
      ProjectionExpression: '#t',
      ExpressionAttributeNames: { '#t': 'text' },
    };
    const { UnprocessedKeys } = await harness.client.send(new BatchGetItemCommand({ RequestItems: { notes: request } }));
    expect(UnprocessedKeys?.['notes']).toMatchObject({ ProjectionExpression: '#t', ExpressionAttributeNames: { '#t': 'text' } });
  });
});

describe('BatchWriteItem', () => {
  it('makes an IAM request with the keys of puts and deletes', async () => {
    await harness.client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          notes: [{ PutRequest: { Item: { ...note('acme'), text: { S: 'x' } } } }, { DeleteRequest: { Key: note('globex') } }],
        },
      }),
    );
    expect(harness.iamRequests).toEqual([
      {
        action: 'dynamodb:BatchWriteItem',
        resource: NOTES,
        context: { 'dynamodb:LeadingKeys': ['acme', 'globex'], 'dynamodb:Attributes': ['tenant', 'id', 'text'] },
      },
    ]);
  });

  it('rejects an element with a put and a delete', async () => {
    const both = { PutRequest: { Item: note('acme') }, DeleteRequest: { Key: note('globex') } };
    const command = new BatchWriteItemCommand({ RequestItems: { notes: [both] } });
    await expect(harness.client.send(command)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(harness.iamRequests).toEqual([]);
  });

  it('rejects more than 25 writes in all tables together', async () => {
    const puts = (n: number) => Array.from({ length: n }, (_, i) => ({ PutRequest: { Item: note('acme', String(i)) } }));
    const people = Array.from({ length: 13 }, (_, i) => ({ PutRequest: { Item: { tenant: { S: `t${i}` } } } }));
    const command = new BatchWriteItemCommand({ RequestItems: { notes: puts(13), people } });
    await expect(harness.client.send(command)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('writes nothing if one key is invalid for its table', async () => {
    const requests = [{ PutRequest: { Item: note('acme') } }, { PutRequest: { Item: { tenant: { S: 'acme' } } } }];
    await expect(harness.client.send(new BatchWriteItemCommand({ RequestItems: { notes: requests } }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect((await harness.client.send(new GetItemCommand({ TableName: 'notes', Key: note('acme') }))).Item).toBeUndefined();
  });
});
