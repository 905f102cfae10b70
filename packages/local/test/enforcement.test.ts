import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CopyObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../src/index.ts';
import {
  assume,
  baseKeys,
  type ClientKeys,
  clientConfig,
  folderPolicy,
  outcomeOf,
  POOL_ROLE,
  ROLE_ARN,
  start,
  stsClient,
} from './start-aws.ts';

const OTHER_ACCOUNT = 'arn:aws:iam::111111111111:role/Elsewhere';
const TABLE = {
  TableName: 'orders',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
} as const;

let aws: LocalAws;
beforeAll(async () => {
  aws = await start({
    roles: {
      [ROLE_ARN]: POOL_ROLE,
      [OTHER_ACCOUNT]: {
        ...POOL_ROLE,
        trust: { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' } },
      },
    },
    tables: [TABLE],
  });
  await s3(aws.admin).send(new PutObjectCommand({ Bucket: 'pool', Key: 'globex/f', Body: 'globex' }));
});
afterAll(() => aws.close());

function s3(keys: ClientKeys): S3Client {
  return new S3Client(clientConfig(aws, keys));
}

function dynamodb(keys: ClientKeys): DynamoDBClient {
  return new DynamoDBClient(clientConfig(aws, keys));
}

describe('a session', () => {
  it('can access only what both the role and the session policy allow', async () => {
    const acme = s3(await assume(aws, { Policy: folderPolicy('acme') }));
    await acme.send(new PutObjectCommand({ Bucket: 'pool', Key: 'acme/f', Body: 'acme' }));
    const { Body } = await acme.send(new GetObjectCommand({ Bucket: 'pool', Key: 'acme/f' }));
    expect(await Body?.transformToString()).toBe('acme');
    expect(await outcomeOf(acme.send(new GetObjectCommand({ Bucket: 'pool', Key: 'globex/f' })))).toBe('AccessDenied');
    expect(await outcomeOf(acme.send(new CopyObjectCommand({ Bucket: 'pool', Key: 'acme/g', CopySource: 'pool/globex/f' })))).toBe(
      'AccessDenied',
    );
    expect(await outcomeOf(acme.send(new ListObjectsV2Command({ Bucket: 'pool', Prefix: 'acme/' })))).toBe('allowed');
    for (const Prefix of ['globex/', 'acme', undefined]) {
      expect(await outcomeOf(acme.send(new ListObjectsV2Command({ Bucket: 'pool', Prefix })))).toBe('AccessDenied');
    }
    expect(await outcomeOf(acme.send(new ListBucketsCommand({})))).toBe('AccessDenied');
  });

  it('gains no permission from a session policy that is wider than the role', async () => {
    const wide = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });
    const keys = await assume(aws, { Policy: wide });
    expect(await outcomeOf(stsClient(aws, keys).send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'again' })))).toBe(
      'AccessDenied',
    );
  });

  it('of another account cannot access the buckets and tables of this account', async () => {
    const keys = await assume(aws, { RoleArn: OTHER_ACCOUNT });
    expect(await outcomeOf(s3(keys).send(new GetObjectCommand({ Bucket: 'pool', Key: 'globex/f' })))).toBe('AccessDenied');
    expect(await outcomeOf(dynamodb(keys).send(new GetItemCommand({ TableName: 'orders', Key: { pk: { S: 'a' } } })))).toBe(
      'AccessDeniedException',
    );
  });
});

describe('base keys', () => {
  it('can call STS and access no data, so that tests detect code that uses them by mistake', async () => {
    const keys = baseKeys(aws);
    expect((await stsClient(aws).send(new GetCallerIdentityCommand({}))).Arn).toBe('arn:aws:iam::000000000000:user/base');
    expect(await outcomeOf(s3(keys).send(new GetObjectCommand({ Bucket: 'pool', Key: 'globex/f' })))).toBe('AccessDenied');
    expect(await outcomeOf(s3(keys).send(new ListBucketsCommand({})))).toBe('AccessDenied');
    expect(await outcomeOf(dynamodb(keys).send(new PutItemCommand({ TableName: 'orders', Item: { pk: { S: 'a' } } })))).toBe(
      'AccessDeniedException',
    );
  });

  it('are random: they differ between two starts, and no well-known key is accepted', async () => {
    const other = await start();
    try {
      expect(other.env['AWS_ACCESS_KEY_ID']).not.toBe(aws.env['AWS_ACCESS_KEY_ID']);
      for (const id of ['test', 'root', 'AKIAIOSFODNN7EXAMPLE', 'constructor', '__proto__']) {
        const keys = { accessKeyId: id, secretAccessKey: 'test' };
        expect(await outcomeOf(s3(keys).send(new ListBucketsCommand({})))).toMatch(/InvalidAccessKeyId|AuthorizationHeaderMalformed/);
      }
      expect(await outcomeOf(new S3Client(clientConfig(other, aws.admin)).send(new ListBucketsCommand({})))).toBe('InvalidAccessKeyId');
    } finally {
      await other.close();
    }
  });
});

describe('admin', () => {
  it('has all permissions, but cannot assume a role that trusts only the base keys', async () => {
    expect(await outcomeOf(s3(aws.admin).send(new ListBucketsCommand({})))).toBe('allowed');
    expect(await outcomeOf(dynamodb(aws.admin).send(new PutItemCommand({ TableName: 'orders', Item: { pk: { S: 'a' } } })))).toBe(
      'allowed',
    );
    expect(await outcomeOf(stsClient(aws, aws.admin).send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'admin' })))).toBe(
      'AccessDenied',
    );
  });

  it('is not in the environment', () => {
    expect(Object.values(aws.env)).not.toContain(aws.admin.accessKeyId);
    expect(Object.values(aws.env)).not.toContain(aws.admin.secretAccessKey);
  });
});

describe('calls', () => {
  it('record the decision and the session of each request', async () => {
    const keys = await assume(aws, { Policy: folderPolicy('acme') });
    aws.calls.length = 0;
    await outcomeOf(s3(keys).send(new PutObjectCommand({ Bucket: 'pool', Key: 'acme/f', Body: 'x' })));
    await outcomeOf(s3(keys).send(new GetObjectCommand({ Bucket: 'pool', Key: 'globex/f' })));
    await outcomeOf(s3({ ...keys, sessionToken: 'x' }).send(new GetObjectCommand({ Bucket: 'pool', Key: 'acme/f' })));
    await outcomeOf(dynamodb(keys).send(new GetItemCommand({ TableName: 'orders', Key: { pk: { S: 'acme' } } })));
    const by = { accessKeyId: keys.accessKeyId };
    const orders = 'arn:aws:dynamodb:us-east-1:000000000000:table/orders';
    expect(aws.calls).toEqual([
      {
        service: 's3',
        operation: 'PutObject',
        resource: 'arn:aws:s3:::pool/acme/f',
        ...by,
        tenantSession: 'acme',
        decision: 'allowed',
        at: expect.any(Date),
      },
      {
        service: 's3',
        operation: 'GetObject',
        resource: 'arn:aws:s3:::pool/globex/f',
        ...by,
        tenantSession: 'acme',
        decision: 'denied',
        at: expect.any(Date),
      },
      { service: 's3', operation: 'unknown', ...by, decision: 'refused', at: expect.any(Date) },
      {
        service: 'dynamodb',
        operation: 'GetItem',
        resource: orders,
        ...by,
        tenantSession: 'acme',
        decision: 'denied',
        at: expect.any(Date),
      },
    ]);
  });

  it('contain no secret', async () => {
    const keys = await assume(aws, { Policy: folderPolicy('acme') });
    await outcomeOf(s3(keys).send(new GetObjectCommand({ Bucket: 'pool', Key: 'acme/secret-name' })));
    const text = JSON.stringify(aws.calls);
    for (const secret of [keys.secretAccessKey, keys.sessionToken, aws.admin.secretAccessKey, aws.env['AWS_SECRET_ACCESS_KEY']]) {
      expect(text).not.toContain(secret);
    }
  });
});
