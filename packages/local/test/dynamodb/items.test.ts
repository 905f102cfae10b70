import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { hashTable, notesTable } from './tables.ts';

const NOTES = 'arn:aws:dynamodb:eu-central-1:000000000000:table/notes';
const acme = { tenant: { S: 'acme' }, id: { S: '1' } };

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable, hashTable('numbers', 'N'), hashTable('bytes', 'B')]);
});

describe('item operations', () => {
  it('writes, updates, reads and deletes an item', async () => {
    const { client } = harness;
    await client.send(new PutItemCommand({ TableName: 'notes', Item: { ...acme, text: { S: 'hello' } } }));
    const updated = await client.send(
      new UpdateItemCommand({
        TableName: 'notes',
        Key: acme,
        UpdateExpression: 'SET #t = :t, n = if_not_exists(n, :zero) + :one',
        ExpressionAttributeNames: { '#t': 'text' },
        ExpressionAttributeValues: { ':t': { S: 'bye' }, ':zero': { N: '0' }, ':one': { N: '1' } },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(updated.Attributes).toEqual({ ...acme, text: { S: 'bye' }, n: { N: '1' } });
    const { Item } = await client.send(new GetItemCommand({ TableName: 'notes', Key: acme, ProjectionExpression: 'n' }));
    expect(Item).toEqual({ n: { N: '1' } });
    const deleted = await client.send(new DeleteItemCommand({ TableName: 'notes', Key: acme, ReturnValues: 'ALL_OLD' }));
    expect(deleted.Attributes).toMatchObject({ n: { N: '1' } });
    expect((await client.send(new GetItemCommand({ TableName: 'notes', Key: acme }))).Item).toBeUndefined();
  });

  it('makes an IAM request with the leading key, the attributes and the returned values', async () => {
    await harness.client
      .send(
        new UpdateItemCommand({
          TableName: 'notes',
          Key: acme,
          UpdateExpression: 'SET a = b.c, d = if_not_exists(e, :v) REMOVE f.g',
          ConditionExpression: 'attribute_not_exists(h) OR begins_with(i, :v)',
          ExpressionAttributeValues: { ':v': { S: 'v' } },
          ReturnValues: 'ALL_NEW',
          ReturnConsumedCapacity: 'TOTAL',
        }),
      )
      .catch(() => {});
    expect(harness.iamRequests).toEqual([
      {
        action: 'dynamodb:UpdateItem',
        resource: NOTES,
        context: {
          'dynamodb:LeadingKeys': ['acme'],
          'dynamodb:Attributes': expect.arrayContaining(['tenant', 'id', 'a', 'b', 'd', 'e', 'f', 'h', 'i']),
          'dynamodb:ReturnValues': 'ALL_NEW',
          'dynamodb:ReturnConsumedCapacity': 'TOTAL',
        },
      },
    ]);
  });

  it('makes an IAM request that shows whether a read selects attributes', async () => {
    await harness.client.send(new GetItemCommand({ TableName: 'notes', Key: acme }));
    await harness.client.send(new GetItemCommand({ TableName: 'notes', Key: acme, ProjectionExpression: 'a, b.c[0]' }));
    await harness.client.send(new GetItemCommand({ TableName: 'notes', Key: acme, AttributesToGet: ['z'] }));
    expect(harness.iamRequests.map(({ context }) => [context['dynamodb:Select'], context['dynamodb:Attributes']])).toEqual([
      ['ALL_ATTRIBUTES', ['tenant', 'id']],
      ['SPECIFIC_ATTRIBUTES', ['tenant', 'id', 'a', 'b']],
      ['SPECIFIC_ATTRIBUTES', ['tenant', 'id', 'z']],
    ]);
  });

  it('does not execute a denied request, and returns the error message of AWS', async () => {
    harness.allows = () => false;
    await expect(harness.client.send(new PutItemCommand({ TableName: 'notes', Item: acme }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:sts::000000000000:assumed-role/TenantAccess/acme is not authorized to perform: dynamodb:PutItem on resource: ${NOTES} because no session policy allows the dynamodb:PutItem action`,
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/./) },
    });
    expect(harness.executed).toEqual([]);
  });

  it.each(['2', '2.0', '02', '2e0', '0.2e1', '20e-1'])('makes the number %s canonical in the leading key', async (N) => {
    await harness.client.send(new PutItemCommand({ TableName: 'numbers', Item: { tenant: { N } } }));
    expect(harness.iamRequests[0]?.context['dynamodb:LeadingKeys']).toEqual(['2']);
    expect((await harness.client.send(new GetItemCommand({ TableName: 'numbers', Key: { tenant: { N: '2' } } }))).Item).toEqual({
      tenant: { N: '2' },
    });
  });

  it.each(['0', '-0', '0.0', '-0e5'])('makes the zero %s canonical in the leading key', async (N) => {
    await harness.client.send(new GetItemCommand({ TableName: 'numbers', Key: { tenant: { N } } }));
    expect(harness.iamRequests[0]?.context['dynamodb:LeadingKeys']).toEqual(['0']);
  });

  it('encodes a binary leading key as base64', async () => {
    await harness.client.send(new GetItemCommand({ TableName: 'bytes', Key: { tenant: { B: Buffer.from('acme') } } }));
    expect(harness.iamRequests[0]?.context['dynamodb:LeadingKeys']).toEqual(['YWNtZQ==']);
  });

  it.each([
    ['of another type', { tenant: { N: '1' }, id: { S: '1' } }],
    ['that is absent', { id: { S: '1' } }],
  ])('has no leading key for a key %s, and executes nothing', async (_, Key) => {
    await expect(harness.client.send(new GetItemCommand({ TableName: 'notes', Key }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect(harness.iamRequests[0]?.context).not.toHaveProperty('dynamodb:LeadingKeys');
  });

  it('accepts only the ARN of a table of this account and region', async () => {
    await harness.client.send(new PutItemCommand({ TableName: NOTES, Item: acme }));
    expect(harness.iamRequests[0]?.resource).toBe(NOTES);
    for (const foreign of [
      NOTES.replace('000000000000', '111111111111'),
      NOTES.replace('eu-central-1', 'us-east-1'),
      `${NOTES}/index/by-status`,
      NOTES.replace('table/', 'table/x/'),
    ]) {
      await expect(harness.client.send(new PutItemCommand({ TableName: foreign, Item: acme }))).rejects.toMatchObject({
        name: 'ValidationException',
      });
    }
    expect(harness.executed).toEqual(['PutItem']);
  });

  it('checks a condition and writes atomically', async () => {
    const put = () =>
      harness.client.send(new PutItemCommand({ TableName: 'notes', Item: acme, ConditionExpression: 'attribute_not_exists(tenant)' }));
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, put));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('returns the item that failed a condition if requested', async () => {
    await harness.client.send(new PutItemCommand({ TableName: 'notes', Item: { ...acme, n: { N: '7' } } }));
    const put = (more: object) =>
      harness.client.send(new PutItemCommand({ TableName: 'notes', Item: acme, ConditionExpression: 'attribute_not_exists(id)', ...more }));
    await expect(put({})).rejects.not.toHaveProperty('Item.n');
    await expect(put({ ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { ...acme, n: { N: '7' } },
    });
    expect(harness.iamRequests.at(-1)?.context['dynamodb:ReturnValues']).toBe('ALL_OLD');
    await expect(put({ ReturnValues: 'NONE', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })).rejects.toHaveProperty('Item');
    expect(harness.iamRequests.at(-1)?.context['dynamodb:ReturnValues']).toBe('ALL_OLD');
  });
});
