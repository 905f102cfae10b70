import {
  type AttributeValue,
  BatchGetItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { decide, type IamRequest } from '@tenant-aws/prover/evaluator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws, RoleOptions } from '../src/index.ts';
import { assume, clientConfig, start, stsClient } from './start-aws.ts';
import { Random } from '../../../test/support/random.ts';

/** `TENANT_AWS_LONG=1` runs ten times as many cases; `TENANT_AWS_SEED` selects the seed, to repeat a run. */
const COUNT = process.env['TENANT_AWS_LONG'] ? 5000 : 500;
const SEED = Number(process.env['TENANT_AWS_SEED'] ?? 1);
const BUCKET = 'arn:aws:s3:::pool';
const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/orders';
const TENANTS = ['acme', 'acme-2', 'globex'] as const;

type Document = Extract<RoleOptions['policy'], { readonly Version: string }>;
type Statement = Extract<Document['Statement'], { readonly Effect: string }>;

/** A request, and the IAM requests that AWS derives from it, written by hand. */
interface RandomRequest {
  readonly name: string;
  readonly send: (clients: { readonly s3: S3Client; readonly dynamodb: DynamoDBClient }) => Promise<unknown>;
  readonly tuples: readonly IamRequest[];
}

function randomRequest(random: Random): RandomRequest {
  const Key = `${random.pick(TENANTS)}/f`;
  const id = random.pick(TENANTS);
  const other = random.pick(TENANTS);
  const item: Record<string, AttributeValue> = { pk: { S: id } };
  const object = (action: string, key = Key): IamRequest => ({ action: `s3:${action}`, resource: `${BUCKET}/${key}`, context: {} });
  const keys = (action: string, ...LeadingKeys: string[]): IamRequest => ({
    action: `dynamodb:${action}`,
    resource: TABLE,
    context: LeadingKeys.length > 0 ? { 'dynamodb:LeadingKeys': LeadingKeys } : {},
  });
  const s3 = { Bucket: 'pool', Key };
  const table = { TableName: 'orders' };
  const prefix = random.pick(['acme/', 'acme', 'globex/', '', undefined]);
  const listing: IamRequest = { action: 's3:ListBucket', resource: BUCKET, context: prefix === undefined ? {} : { 's3:prefix': prefix } };
  const source = `${other}/f`;
  return random.pick<RandomRequest>([
    { name: 'GetObject', send: (c) => c.s3.send(new GetObjectCommand(s3)), tuples: [object('GetObject')] },
    { name: 'HeadObject', send: (c) => c.s3.send(new HeadObjectCommand(s3)), tuples: [object('GetObject')] },
    { name: 'PutObject', send: (c) => c.s3.send(new PutObjectCommand({ ...s3, Body: 'x' })), tuples: [object('PutObject')] },
    {
      name: 'PutObject',
      send: (c) => c.s3.send(new PutObjectCommand({ ...s3, Body: 'x', ServerSideEncryption: 'AES256' })),
      tuples: [{ ...object('PutObject'), context: { 's3:x-amz-server-side-encryption': 'AES256' } }],
    },
    {
      name: 'DeleteObject',
      send: (c) => c.s3.send(new DeleteObjectCommand({ ...s3, Key: `${id}/gone` })),
      tuples: [object('DeleteObject', `${id}/gone`)],
    },
    {
      name: 'CopyObject',
      send: (c) => c.s3.send(new CopyObjectCommand({ ...s3, CopySource: `pool/${source}`, MetadataDirective: 'REPLACE' })),
      tuples: [object('GetObject', source), object('PutObject')],
    },
    { name: 'ListObjectsV2', send: (c) => c.s3.send(new ListObjectsV2Command({ Bucket: 'pool', Prefix: prefix })), tuples: [listing] },
    {
      name: 'ListBuckets',
      send: (c) => c.s3.send(new ListBucketsCommand({})),
      tuples: [{ action: 's3:ListAllMyBuckets', resource: '*', context: {} }],
    },
    { name: 'GetItem', send: (c) => c.dynamodb.send(new GetItemCommand({ ...table, Key: item })), tuples: [keys('GetItem', id)] },
    { name: 'PutItem', send: (c) => c.dynamodb.send(new PutItemCommand({ ...table, Item: item })), tuples: [keys('PutItem', id)] },
    { name: 'UpdateItem', send: (c) => c.dynamodb.send(new UpdateItemCommand({ ...table, Key: item })), tuples: [keys('UpdateItem', id)] },
    { name: 'DeleteItem', send: (c) => c.dynamodb.send(new DeleteItemCommand({ ...table, Key: item })), tuples: [keys('DeleteItem', id)] },
    { name: 'Scan', send: (c) => c.dynamodb.send(new ScanCommand(table)), tuples: [keys('Scan')] },
    {
      name: 'Query',
      send: (c) =>
        c.dynamodb.send(new QueryCommand({ ...table, KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: id } } })),
      tuples: [keys('Query', id)],
    },
    {
      name: 'BatchGetItem',
      send: (c) =>
        c.dynamodb.send(
          new BatchGetItemCommand({ RequestItems: { orders: { Keys: [...new Set([id, other])].map((S) => ({ pk: { S } })) } } }),
        ),
      tuples: [keys('BatchGetItem', ...new Set([id, other]))],
    },
    {
      name: 'TransactWriteItems',
      send: (c) =>
        c.dynamodb.send(
          new TransactWriteItemsCommand({
            TransactItems: [{ Put: { ...table, Item: item } }, { Delete: { ...table, Key: { pk: { S: `${other}-none` } } } }],
          }),
        ),
      tuples: [keys('PutItem', id), keys('DeleteItem', `${other}-none`)],
    },
  ]);
}

function randomPolicy(random: Random, generous: boolean): Document {
  const statements = Array.from({ length: 1 + random.below(3) }, () => randomStatement(random));
  const all: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };
  return { Version: '2012-10-17', Statement: generous ? [all, ...statements.slice(0, 1)] : statements };
}

function randomStatement(random: Random): Statement {
  const Effect = random.chance(15) ? 'Deny' : 'Allow';
  const Action = random.pick<string | string[]>([
    '*',
    's3:*',
    'dynamodb:*',
    's3:Get*',
    's3:*Object',
    's3:List*',
    ['s3:PutObject', 's3:GetObject'],
    'dynamodb:*Item',
    ['dynamodb:Query', 'dynamodb:Scan'],
    's3:listbucket',
  ]);
  const Resource = random.pick<string | string[]>([
    '*',
    `${BUCKET}/acme/*`,
    `${BUCKET}/acme*`,
    `${BUCKET}/*`,
    [BUCKET, `${BUCKET}/globex/?`],
    TABLE,
    'arn:aws:dynamodb:*:*:table/ord*',
    [TABLE, `${BUCKET}*`],
  ]);
  const Condition = random.pick<Statement['Condition'] | undefined>([
    undefined,
    undefined,
    { StringLike: { 's3:prefix': 'acme/*' } },
    { StringEqualsIfExists: { 's3:prefix': ['acme/', ''] } },
    { Null: { 's3:prefix': 'true' } },
    { Null: { 's3:x-amz-server-side-encryption': 'true' } },
    { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } },
    { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['acme'] } },
    { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': ['acme', 'acme-2'] } },
    { 'ForAllValues:StringLike': { 'dynamodb:leadingkeys': 'acme*' }, Null: { 'dynamodb:LeadingKeys': 'false' } },
  ]);
  return random.chance(10) && typeof Action === 'string' && Action !== '*'
    ? { Effect, NotAction: Action, Resource, ...(Condition && { Condition }) }
    : { Effect, Action, Resource, ...(Condition && { Condition }) };
}

const random = new Random(SEED);
const cases = Array.from({ length: COUNT }, (_, index) => ({
  roleArn: `arn:aws:iam::000000000000:role/Random${index}`,
  role: randomPolicy(random, random.chance(50)),
  session: random.chance(20) ? undefined : randomPolicy(random, random.chance(20)),
  request: randomRequest(random),
}));

let aws: LocalAws;
beforeAll(async () => {
  aws = await start({
    roles: Object.fromEntries(cases.map(({ roleArn, role }) => [roleArn, { policy: role }])),
    tables: [
      {
        TableName: 'orders',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      },
    ],
  });
  const s3 = new S3Client(clientConfig(aws, aws.admin));
  for (const tenant of TENANTS) await s3.send(new PutObjectCommand({ Bucket: 'pool', Key: `${tenant}/f`, Body: 'x' }));
});
afterAll(() => aws.close());

describe(`${COUNT} random requests under random policies, seed ${SEED}`, () => {
  it('are allowed and denied as the evaluator decides on the IAM requests written by hand', { timeout: 300_000 }, async () => {
    const sts = stsClient(aws);
    const seen = new Map<string, number>();
    for (const { roleArn, role, session, request } of cases) {
      const expected = request.tuples.every((tuple) => decide(tuple, { role: [role], ...(session && { session }) }).decision === 'allow')
        ? 'allowed'
        : 'denied';
      const keys = await assume(aws, { RoleArn: roleArn, ...(session && { Policy: JSON.stringify(session) }) }, sts);
      const config = clientConfig(aws, keys);
      const outcome = await request
        .send({ s3: new S3Client(config), dynamodb: new DynamoDBClient(config) })
        .then(() => 'allowed', outcomeOfError);
      expect(outcome, JSON.stringify({ request: request.name, tuples: request.tuples, role, session })).toBe(expected);
      expect(aws.calls.at(-1)).toMatchObject({ operation: request.name, decision: expected });
      seen.set(expected, (seen.get(expected) ?? 0) + 1);
    }
    // A run in which nearly all requests are denied would test very little.
    expect(Math.min(...seen.values())).toBeGreaterThan(COUNT / 5);
  });
});

function outcomeOfError(error: Error & { readonly $metadata?: { readonly httpStatusCode?: number } }): string {
  if (error.name === 'AccessDeniedException' || error.$metadata?.httpStatusCode === 403) return 'denied';
  return `${error.name}: ${error.message}`;
}
