import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws, RoleOptions } from '../src/index.ts';
import { assume, type ClientKeys, clientConfig, outcomeOf, POOL_ROLE, ROLE_ARN, start } from './start-aws.ts';

/** A whole second, as IAM's date format has no fractions here. */
const NOW = Math.floor(Date.now() / 1000) * 1000;
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString().replace('.000', '');

let aws: LocalAws;
beforeAll(async () => {
  aws = await start({ roles: { [ROLE_ARN]: POOL_ROLE }, clock: () => NOW });
});
afterAll(() => aws.close());

/** Lists the buckets with a session whose policy has this condition. */
async function list(operator: string, key: string, value: string): Promise<string> {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*', Condition: { [operator]: { [key]: value } } },
  });
  const keys = await assume(aws, { Policy, SourceIdentity: 'alice', Tags: [{ Key: 'tenant', Value: 'acme' }] });
  return outcomeOf(new S3Client(clientConfig(aws, keys)).send(new ListBucketsCommand({})));
}

describe('a global condition key', () => {
  it.each([
    ['Bool', 'aws:SecureTransport', 'true', 'false'],
    ['StringEquals', 'aws:RequestedRegion', 'us-east-1', 'eu-west-1'],
    ['IpAddress', 'aws:SourceIp', '127.0.0.0/8', '10.0.0.0/8'],
    ['DateEquals', 'aws:CurrentTime', at(0), at(1)],
    ['NumericEquals', 'aws:EpochTime', String(NOW / 1000), String(NOW / 1000 + 1)],
    ['DateLessThan', 'aws:TokenIssueTime', at(1), at(0)],
    ['ArnEquals', 'aws:PrincipalArn', ROLE_ARN, 'arn:aws:sts::000000000000:assumed-role/TenantAccess/acme'],
    ['StringEquals', 'aws:PrincipalAccount', '000000000000', '111111111111'],
    ['StringEquals', 'aws:PrincipalType', 'AssumedRole', 'User'],
    ['StringLike', 'aws:userid', 'AROA*:acme', 'AROA*:globex'],
    ['StringEquals', 'aws:PrincipalTag/tenant', 'acme', 'globex'],
    ['StringEquals', 'aws:SourceIdentity', 'alice', 'mallory'],
    ['Bool', 'aws:ViaAWSService', 'false', 'true'],
    ['Bool', 'aws:PrincipalIsAWSService', 'false', 'true'],
    ['Bool', 'aws:MultiFactorAuthPresent', 'false', 'true'],
    ['StringLike', 'aws:UserAgent', 'aws-sdk-js/*', 'curl/*'],
    ['Null', 'aws:username', 'true', 'false'],
    ['Null', 'aws:Referer', 'true', 'false'],
    ['Null', 'aws:FederatedProvider', 'true', 'false'],
  ])('%s %s is %j, and not %j', async (operator, key, right, wrong) => {
    expect(await list(operator, key, right)).toBe('allowed');
    expect(await list(operator, key, wrong)).toBe('AccessDenied');
  });
});

describe('aws:ResourceAccount', () => {
  const send: Readonly<Record<string, (own: LocalAws, keys: ClientKeys) => Promise<unknown>>> = {
    dynamodb: (own, keys) =>
      new DynamoDBClient(clientConfig(own, keys)).send(new GetItemCommand({ TableName: 'notes', Key: { pk: { S: 'acme' } } })),
    sqs: (own, keys) =>
      new SQSClient(clientConfig(own, keys)).send(new SendMessageCommand({ QueueUrl: `${own.url}/000000000000/jobs`, MessageBody: 'x' })),
    sns: (own, keys) =>
      new SNSClient(clientConfig(own, keys)).send(
        new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:000000000000:news', Message: 'x' }),
      ),
  };

  it.each(Object.entries(send))('is present in requests to %s: a policy can allow resources of one account only', async (_, call) => {
    const allow = { Effect: 'Allow', Action: '*', Resource: '*' } as const;
    const own = await start({
      roles: { [ROLE_ARN]: { policy: { Version: '2012-10-17', Statement: allow } } },
      tables: [
        {
          TableName: 'notes',
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
        },
      ],
      queues: ['jobs'],
      topics: ['news'],
    });
    try {
      const within = (account: string): Promise<ClientKeys> =>
        assume(own, {
          Policy: JSON.stringify({
            Version: '2012-10-17',
            Statement: { ...allow, Condition: { StringEquals: { 'aws:ResourceAccount': account } } },
          }),
        });
      await expect(call(own, await within('000000000000'))).resolves.toBeDefined();
      await expect(call(own, await within('111111111111'))).rejects.toThrow('is not authorized to perform');
    } finally {
      await own.close();
    }
  });
});

describe('a Deny on aws:TokenIssueTime', () => {
  it('denies sessions that were issued before the given time, and not later ones: this is how AWS revokes sessions', async () => {
    let now = NOW;
    const denying = (before: string): RoleOptions => ({
      policy: [
        { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } },
        {
          Version: '2012-10-17',
          Statement: { Effect: 'Deny', Action: '*', Resource: '*', Condition: { DateLessThan: { 'aws:TokenIssueTime': before } } },
        },
      ],
    });
    const other = await start({ roles: { [ROLE_ARN]: denying(at(10)) }, clock: () => now });
    try {
      const list = async (): Promise<string> =>
        outcomeOf(new S3Client(clientConfig(other, await assume(other))).send(new ListBucketsCommand({})));
      expect(await list()).toBe('AccessDenied');
      now += 10_000;
      expect(await list()).toBe('allowed');
    } finally {
      await other.close();
    }
  });
});
