import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { notesTable } from './tables.ts';

const TableName = 'notes';
const Key = { tenant: { S: 'acme' }, id: { S: '1' } };
const ofTenant = { KeyConditionExpression: 'tenant = :t', ExpressionAttributeValues: { ':t': { S: 'acme' } } };

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable]);
});

/** `accepted`, or the message of a ValidationException. */
async function outcome(operation: string, parameters: object): Promise<unknown> {
  const { status, body } = await harness.send(`DynamoDB_20120810.${operation}`, JSON.stringify({ TableName, ...parameters }));
  if (status === 200) return 'accepted';
  return String(body['__type']).endsWith('#ValidationException') ? body['message'] : body;
}

describe('Select', () => {
  it.each([
    [
      { Select: 'ALL_ATTRIBUTES', ProjectionExpression: 'id' },
      'Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES',
    ],
    [{ Select: 'COUNT', ProjectionExpression: 'id' }, 'Cannot specify the ProjectionExpression when choosing to get only the Count'],
    [
      { Select: 'ALL_PROJECTED_ATTRIBUTES', ProjectionExpression: 'id' },
      'Cannot specify the ProjectionExpression when choosing to get ALL_PROJECTED_ATTRIBUTES',
    ],
    [
      { Select: 'SPECIFIC_ATTRIBUTES' },
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    ],
    [{ Select: 'ALL_PROJECTED_ATTRIBUTES' }, 'ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName'],
    [{ Select: 'SPECIFIC_ATTRIBUTES', ProjectionExpression: 'id' }, 'accepted'],
    [{ Select: 'ALL_ATTRIBUTES' }, 'accepted'],
    [{ Select: 'COUNT' }, 'accepted'],
    [{ Select: 'ALL_PROJECTED_ATTRIBUTES', IndexName: 'by-time' }, 'accepted'],
  ])('of a Query and a Scan is checked together with the projection: %j', async (parameters, expected) => {
    expect(await outcome('Query', { ...ofTenant, ...parameters })).toBe(expected);
    expect(await outcome('Scan', parameters)).toBe(expected);
  });

  it('may not be COUNT together with AttributesToGet', async () => {
    const message = 'Cannot specify the AttributesToGet when choosing to get only the Count';
    expect(await outcome('Scan', { Select: 'COUNT', AttributesToGet: ['id'] })).toBe(message);
  });
});

describe('Segment', () => {
  it.each([0, 1])('may not be %i without TotalSegments', async (Segment) => {
    expect(await outcome('Scan', { Segment })).toBe(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  });
});

describe('ConditionalOperator', () => {
  const one = { a: { Exists: false } };
  const filter = { a: { ComparisonOperator: 'NULL' } };

  it.each([
    ['PutItem', { Item: Key }, 'Expected', one],
    ['UpdateItem', { Key }, 'Expected', one],
    ['DeleteItem', { Key }, 'Expected', one],
    ['Query', { KeyConditions: { tenant: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'acme' }] } } }, 'QueryFilter', filter],
    ['Scan', {}, 'ScanFilter', filter],
  ])('of %s needs two conditions to join', async (operation, parameters, name, condition) => {
    const withOperator = { ...parameters, ConditionalOperator: 'OR' };
    expect(await outcome(operation, withOperator)).toBe('ConditionalOperator cannot be used without Filter or Expected');
    expect(await outcome(operation, { ...withOperator, [name]: {} })).toBe('ConditionalOperator cannot be used without Filter or Expected');
    expect(await outcome(operation, { ...withOperator, [name]: condition })).toBe(
      'ConditionalOperator can only be used when Filter or Expected has two or more elements',
    );
    expect(await outcome(operation, { ...withOperator, [name]: { ...condition, b: condition.a } })).toBe('accepted');
  });

  it.each([
    ['PutItem', { Item: Key, ConditionExpression: 'attribute_not_exists(a)' }, 'ConditionExpression'],
    ['UpdateItem', { Key, UpdateExpression: 'REMOVE a' }, 'UpdateExpression'],
    ['DeleteItem', { Key, ConditionExpression: 'attribute_not_exists(a)' }, 'ConditionExpression'],
  ])('of %s may not be used together with an expression', async (operation, parameters, expression) => {
    expect(await outcome(operation, { ...parameters, ConditionalOperator: 'AND' })).toBe(
      'Can not use both expression and non-expression parameters in the same request: ' +
        `Non-expression parameters: {ConditionalOperator} Expression parameters: {${expression}}`,
    );
  });
});

describe('the names and values of an expression', () => {
  it.each([
    ['ExpressionAttributeNames', (name: string) => ({ ExpressionAttributeNames: { [name]: 'a' } }), '#'],
    ['ExpressionAttributeValues', (name: string) => ({ ExpressionAttributeValues: { [name]: { S: 'a' } } }), ':'],
  ])('have at most 255 bytes in %s', async (_, parameters, prefix) => {
    const expression = (name: string) => (prefix === '#' ? `attribute_exists(${name})` : `a = ${name}`);
    const scan = (length: number) => {
      const name = prefix + 'n'.repeat(length - 1);
      return outcome('Scan', { FilterExpression: expression(name), ...parameters(name) });
    };
    expect(await scan(255)).toBe('accepted');
    expect(await scan(256)).toMatch(/^ExpressionAttribute.* has a name of more than 255 bytes/);
  });

  it('have at most 2 MB together', async () => {
    const scan = (length: number) =>
      outcome('Scan', { FilterExpression: 'a = :v', ExpressionAttributeValues: { ':v': { S: 'x'.repeat(length) } } });
    expect(await scan(2 * 1024 * 1024 - 2)).toBe('accepted');
    expect(await scan(2 * 1024 * 1024)).toMatch('have more than 2 MB');
  });
});

describe('the size of an item and of a key', () => {
  const put = (more: Record<string, AttributeValue>) => outcome('PutItem', { Item: { ...Key, ...more } });
  const tooLarge = 'Item size has exceeded the maximum allowed size';
  const hashTooLong = 'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes';
  const rangeTooLong =
    'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes';

  it('is counted in bytes of UTF-8, in every write', async () => {
    const text = { S: 'é'.repeat(204_700) };
    expect(await put({ text })).toBe('accepted');
    const larger = { S: 'é'.repeat(204_800) };
    expect(await put({ text: larger })).toBe(tooLarge);
    expect(
      await outcome('BatchWriteItem', {
        RequestItems: { notes: [{ PutRequest: { Item: { ...Key, text: larger } } }] },
        TableName: undefined,
      }),
    ).toBe(tooLarge);
    const update = {
      Key,
      UpdateExpression: 'SET #t = :v',
      ExpressionAttributeNames: { '#t': 'text' },
      ExpressionAttributeValues: { ':v': larger },
    };
    expect(await outcome('UpdateItem', update)).toBe('Item size to update has exceeded the maximum allowed size');
    expect((await harness.send('DynamoDB_20120810.GetItem', JSON.stringify({ TableName, Key }))).body['Item']).toMatchObject({ text });
  });

  it.each([
    ['a hash key', { tenant: { S: 'é'.repeat(1024) } }, { tenant: { S: 'é'.repeat(1025) } }, hashTooLong],
    ['a range key', { id: { S: 'é'.repeat(512) } }, { id: { S: 'é'.repeat(513) } }, rangeTooLong],
    ['a hash key of an index', { status: { S: 'é'.repeat(1024) } }, { status: { S: 'é'.repeat(1025) } }, hashTooLong],
  ])('is limited for %s', async (_, accepted, rejected, message) => {
    expect(await put(accepted)).toBe('accepted');
    expect(await put(rejected)).toBe(message);
  });

  it('is limited for the key of a read, a delete and an update', async () => {
    const long = { ...Key, id: { S: 'é'.repeat(513) } };
    for (const operation of ['GetItem', 'DeleteItem', 'UpdateItem']) expect(await outcome(operation, { Key: long })).toBe(rangeTooLong);
    const batch = { TableName: undefined, RequestItems: { notes: { Keys: [long] } } };
    expect(await outcome('BatchGetItem', batch)).toBe(rangeTooLong);
  });

  it('is 1 to 65,535 bytes for the name of an attribute', async () => {
    const invalid = 'One or more parameter values were invalid: The name of an attribute must have 1 to 65535 bytes';
    expect(await put({ ['n'.repeat(65_535)]: { S: '' } })).toBe('accepted');
    expect(await put({ ['n'.repeat(65_536)]: { S: '' } })).toBe(invalid);
    expect(await put({ '': { S: '' } })).toBe(invalid);
  });
});

describe('CreateTable', () => {
  const Projection = { ProjectionType: 'ALL' };
  const hash = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' }];
  const defined = (...names: string[]) => names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
  const index = (more: object = {}) => ({ IndexName: 'by-a', KeySchema: hash('a'), Projection, ...more });
  const include = (...NonKeyAttributes: string[]) => ({ ProjectionType: 'INCLUDE', NonKeyAttributes });
  const create = (more: object) =>
    outcome('CreateTable', {
      TableName: 'other',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: hash('tenant'),
      ...more,
    });
  const prefix = 'One or more parameter values were invalid: ';

  it.each([
    [
      'a definition of an attribute that no key uses',
      { AttributeDefinitions: defined('tenant', 'a', 'b'), GlobalSecondaryIndexes: [index()] },
      `${prefix}Some AttributeDefinitions are not used. AttributeDefinitions: [tenant, a, b], keys used: [tenant, a]`,
    ],
    [
      'two definitions of one attribute',
      { AttributeDefinitions: defined('tenant', 'a', 'a'), GlobalSecondaryIndexes: [index()] },
      'Attribute Name is duplicated: a',
    ],
    [
      'an index without the throughput that PROVISIONED needs',
      {
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
        AttributeDefinitions: defined('tenant', 'a'),
        GlobalSecondaryIndexes: [index()],
      },
      `${prefix}ProvisionedThroughput is not specified for index: by-a`,
    ],
    [
      'a projected attribute twice',
      { AttributeDefinitions: defined('tenant', 'a'), GlobalSecondaryIndexes: [index({ Projection: include('x', 'x') })] },
      `${prefix}Duplicate element in NonKeyAttributes: x`,
    ],
    [
      'the name of a key attribute with 256 bytes',
      { AttributeDefinitions: defined('n'.repeat(256)), KeySchema: hash('n'.repeat(256)) },
      `${prefix}The name of a key attribute or of a projected attribute must have 1 to 255 bytes`,
    ],
    [
      'the name of a projected attribute with 256 bytes',
      { AttributeDefinitions: defined('tenant', 'a'), GlobalSecondaryIndexes: [index({ Projection: include('é'.repeat(128)) })] },
      `${prefix}The name of a key attribute or of a projected attribute must have 1 to 255 bytes`,
    ],
    [
      'more than 100 projected attributes in all indexes together',
      {
        AttributeDefinitions: defined('tenant', 'a'),
        GlobalSecondaryIndexes: Array.from({ length: 6 }, (_, at) =>
          index({ IndexName: `by-a-${at}`, Projection: include(...Array.from({ length: 17 }, (_, name) => `x${name}`)) }),
        ),
      },
      `${prefix}all indexes together can have at most 100 NonKeyAttributes`,
    ],
  ])('rejects %s', async (_, table, message) => {
    expect(await create(table)).toBe(message);
  });

  it('accepts names of 255 bytes and 100 projected attributes', async () => {
    const long = 'n'.repeat(255);
    const GlobalSecondaryIndexes = Array.from({ length: 5 }, (_, at) =>
      index({ IndexName: `by-a-${at}`, Projection: include(...Array.from({ length: 20 }, (_, name) => `x${name}`)) }),
    );
    expect(await create({ AttributeDefinitions: defined(long, 'a'), KeySchema: hash(long), GlobalSecondaryIndexes })).toBe('accepted');
  });
});
