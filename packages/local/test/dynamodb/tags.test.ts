import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTagsOfResourceCommand,
  QueryCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, clientConfig, outcomeOf, start } from '../start-aws.ts';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { hashTable, notesTable } from './tables.ts';

const arnOf = (table: string, region = 'eu-central-1', account = '000000000000') => `arn:aws:dynamodb:${region}:${account}:table/${table}`;
const tagsOf = (tags: Readonly<Record<string, string>>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

describe('the tags of a table', () => {
  let harness: DynamoDbHarness;
  beforeEach(async () => {
    harness = await dynamodbHarness([notesTable]);
  });

  const listed = async (table = 'notes') => (await harness.client.send(new ListTagsOfResourceCommand({ ResourceArn: arnOf(table) }))).Tags;
  const tag = (Tags: object[], ResourceArn = arnOf('notes')) =>
    harness.send('DynamoDB_20120810.TagResource', JSON.stringify({ ResourceArn, Tags }));

  it('are those of CreateTable, TagResource and UntagResource', async () => {
    await harness.client.send(new CreateTableCommand({ ...hashTable('people', 'S'), Tags: tagsOf({ tenant: 'acme', env: 'test' }) }));
    const ResourceArn = arnOf('people');
    await harness.client.send(new TagResourceCommand({ ResourceArn, Tags: tagsOf({ env: 'prod', constructor: '' }) }));
    expect(await listed('people')).toEqual(tagsOf({ tenant: 'acme', env: 'prod', constructor: '' }));
    await harness.client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['env', 'absent'] }));
    expect(await listed('people')).toEqual(tagsOf({ tenant: 'acme', constructor: '' }));
    expect((await harness.client.send(new DescribeTableCommand({ TableName: 'people' }))).Table).not.toHaveProperty('Tags');
    expect(await listed()).toEqual([]);
  });

  it('do not belong to a later table of the same name', async () => {
    await tag(tagsOf({ tenant: 'acme' }));
    await harness.client.send(new DeleteTableCommand({ TableName: 'notes' }));
    await harness.client.send(new CreateTableCommand(notesTable));
    expect(await listed()).toEqual([]);
  });

  it('are condition keys of every action on the table and its indexes', async () => {
    const tags = { tenant: 'acme', __proto: 'x' };
    await tag(tagsOf(tags));
    const ofTable = { 'aws:ResourceTag/tenant': 'acme', 'aws:ResourceTag/__proto': 'x' };
    harness.iamRequests.length = 0;
    await harness.client.send(new GetItemCommand({ TableName: 'notes', Key: { tenant: { S: 'acme' }, id: { S: '1' } } }));
    await harness.client.send(
      new QueryCommand({
        TableName: 'notes',
        IndexName: 'by-status',
        KeyConditionExpression: '#s = :s',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':s': { S: 'open' } },
      }),
    );
    await tag(tagsOf({ env: 'test' }));
    await harness.client.send(new UntagResourceCommand({ ResourceArn: arnOf('notes'), TagKeys: ['env'] }));
    expect(harness.iamRequests).toMatchObject([
      { action: 'dynamodb:GetItem', context: ofTable },
      { action: 'dynamodb:Query', resource: `${arnOf('notes')}/index/by-status`, context: ofTable },
      {
        action: 'dynamodb:TagResource',
        resource: arnOf('notes'),
        context: { ...ofTable, 'aws:RequestTag/env': 'test', 'aws:TagKeys': ['env'] },
      },
      { action: 'dynamodb:UntagResource', context: { ...ofTable, 'aws:ResourceTag/env': 'test', 'aws:TagKeys': ['env'] } },
    ]);
    expect(harness.iamRequests[3]?.context).not.toHaveProperty('aws:RequestTag/env');
  });

  it('need the permission dynamodb:TagResource in CreateTable too', async () => {
    harness.allows = ({ action }) => action !== 'dynamodb:TagResource';
    const create = (more: object) => harness.client.send(new CreateTableCommand({ ...hashTable('people', 'S'), ...more }));
    await expect(create({ Tags: tagsOf({ tenant: 'acme' }) })).rejects.toThrow('dynamodb:TagResource');
    await expect(create({})).resolves.toBeDefined();
  });

  it.each([
    [[{ Key: '', Value: 'x' }], 'The Tag Key provided is invalid, Key: '],
    [[{ Key: 'k'.repeat(129), Value: 'x' }], 'The Tag Key provided is invalid, Key: k'],
    [[{ Key: 'a*', Value: 'x' }], 'The Tag Key provided is invalid, Key: a*'],
    [[{ Value: 'x' }], 'The Tag Key provided is invalid, Key: null'],
    [[{ Key: 'AWS:tenant', Value: 'x' }], 'Tag Key cannot be prefixed with aws:, Key: AWS:tenant'],
    [[{ Key: 'a', Value: 'v'.repeat(257) }], 'The Tag Value provided is invalid, Value: v'],
    [[{ Key: 'a' }], 'The Tag Value provided is invalid, Value: null'],
    [[{ Key: 'a', Value: '${aws:username}' }], 'The Tag Value provided is invalid, Value: $'],
    [tagsOf({ a: '1' }).concat(tagsOf({ a: '2' })), 'Duplicate Tag Keys provided as input: Duplicate Tag Key found a'],
    [[], 'Atleast one Tag needs to be provided as Input.'],
    [Array.from({ length: 51 }, (_, at) => ({ Key: `k${at}`, Value: '' })), 'Number of Tags exceed the current limit'],
  ])('may not be %j', async (tags, message) => {
    const { status, body } = await tag(tags);
    expect([status, body['message']]).toEqual([400, expect.stringContaining(message)]);
    expect(await listed()).toEqual([]);
  });

  it('may not differ only in the case of their keys, because a condition key ignores the case', async () => {
    await tag(tagsOf({ tenant: 'acme' }));
    expect((await tag(tagsOf({ Tenant: 'globex' }))).status).toBe(501);
    expect(await listed()).toEqual(tagsOf({ tenant: 'acme' }));
    const create = new CreateTableCommand({ ...hashTable('people', 'S'), Tags: tagsOf({ tenant: 'acme', TENANT: 'globex' }) });
    await expect(harness.client.send(create)).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  it.each([
    'notes',
    arnOf('notes', 'us-east-1'),
    arnOf('notes', 'eu-central-1', '111111111111'),
    `${arnOf('notes')}/index/by-status`,
    `${arnOf('notes')}/stream/2026-03-01T00:00:00.000`,
    arnOf('no'),
    arnOf('*'),
  ])('are not those of %s', async (arn) => {
    const { status, body } = await tag(tagsOf({ a: 'b' }), arn);
    expect([status, body['message']]).toEqual([400, `Invalid TableArn: Invalid ResourceArn provided as input ${arn}`]);
    expect(harness.iamRequests).toEqual([]);
  });

  it('are reported missing for a table that does not exist, only to a caller with the permission', async () => {
    expect((await tag(tagsOf({ a: 'b' }), arnOf('people'))).body['__type']).toMatch(/#ResourceNotFoundException$/);
    harness.allows = () => false;
    expect((await tag(tagsOf({ a: 'b' }), arnOf('people'))).body['__type']).toMatch(/#AccessDeniedException$/);
  });
});

describe('a session that may access the tables with its tag', () => {
  let aws: LocalAws;
  let admin: DynamoDBClient;
  let acme: DynamoDBClient;
  beforeAll(async () => {
    aws = await start({
      tables: ['acme', 'globex'].map((tenant) => ({ ...hashTable(`${tenant}-notes`, 'S'), Tags: tagsOf({ tenant }) })),
    });
    admin = new DynamoDBClient(clientConfig(aws, aws.admin));
    const Statement = [
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:UntagResource'],
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/tenant': 'acme' } },
      },
      {
        Effect: 'Allow',
        Action: ['dynamodb:CreateTable', 'dynamodb:TagResource'],
        Resource: '*',
        Condition: {
          StringEquals: { 'aws:RequestTag/tenant': 'acme' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['tenant'] },
          StringEqualsIfExists: { 'aws:ResourceTag/tenant': 'acme' },
        },
      },
    ];
    const keys = await assume(aws, { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
    acme = new DynamoDBClient(clientConfig(aws, keys));
  });
  afterAll(() => aws.close());

  const get = (TableName: string, client = acme) => outcomeOf(client.send(new GetItemCommand({ TableName, Key: { tenant: { S: 'x' } } })));
  const tag = (table: string, tags: Readonly<Record<string, string>>) =>
    outcomeOf(acme.send(new TagResourceCommand({ ResourceArn: arnOf(table, 'us-east-1'), Tags: tagsOf(tags) })));

  it('reads its own tables, and those of no other tenant', async () => {
    expect(await get('acme-notes')).toBe('allowed');
    expect(await get('globex-notes')).toBe('AccessDeniedException');
  });

  it("cannot give itself another tenant's table by a tag, or remove the tag", async () => {
    expect(await tag('globex-notes', { tenant: 'acme' })).toBe('AccessDeniedException');
    const untag = new UntagResourceCommand({ ResourceArn: arnOf('globex-notes', 'us-east-1'), TagKeys: ['tenant'] });
    expect(await outcomeOf(acme.send(untag))).toBe('AccessDeniedException');
    expect(await get('globex-notes')).toBe('AccessDeniedException');
  });

  it('creates tables with its own tag only', async () => {
    const create = (table: string, tags: Readonly<Record<string, string>>) =>
      outcomeOf(acme.send(new CreateTableCommand({ ...hashTable(table, 'S'), Tags: tagsOf(tags) })));
    expect(await create('foreign', { tenant: 'globex' })).toBe('AccessDeniedException');
    expect(await create('both', { tenant: 'acme', owner: 'acme' })).toBe('AccessDeniedException');
    expect(await create('own', { tenant: 'acme' })).toBe('allowed');
    expect(await get('own')).toBe('allowed');
  });

  it('loses access when the tag is removed', async () => {
    await admin.send(new CreateTableCommand({ ...hashTable('short', 'S'), Tags: tagsOf({ tenant: 'acme' }) }));
    expect(await get('short')).toBe('allowed');
    await admin.send(new UntagResourceCommand({ ResourceArn: arnOf('short', 'us-east-1'), TagKeys: ['tenant'] }));
    expect(await get('short')).toBe('AccessDeniedException');
    expect(await get('short', admin)).toBe('allowed');
  });
});
