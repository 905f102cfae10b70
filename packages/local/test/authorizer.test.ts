import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws, RoleOptions } from '../src/index.ts';
import { assume, type ClientKeys, clientConfig, start } from './start-aws.ts';

type Policy = Exclude<RoleOptions['policy'], readonly unknown[]>;
const role = (name: string): string => `arn:aws:iam::000000000000:role/${name}`;
const FOREIGN = 'arn:aws:iam::111111111111:role/Foreign';
const allow = { Effect: 'Allow', Action: '*', Resource: '*' } as const;
const ALL: Policy = { Version: '2012-10-17', Statement: allow };
const NOTHING: Policy = { Version: '2012-10-17', Statement: { ...allow, Action: 'iam:*' } };
const FORBIDDEN: Policy = { Version: '2012-10-17', Statement: [allow, { ...allow, Effect: 'Deny' }] };

let aws: LocalAws;
beforeAll(async () => {
  aws = await start({
    roles: {
      [role('Wide')]: { policy: ALL },
      [role('Empty')]: { policy: NOTHING },
      [role('Forbidden')]: { policy: FORBIDDEN },
      [FOREIGN]: { policy: ALL, trust: { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:*' } } },
    },
    queues: ['jobs'],
    topics: ['news'],
  });
});
afterAll(() => aws.close());

/** One request for each service, with the action as the service's denial writes it. */
const SERVICES: readonly (readonly [action: string, call: (keys: ClientKeys) => Promise<unknown>])[] = [
  ['s3:GetObject', (keys) => new S3Client(clientConfig(aws, keys)).send(new GetObjectCommand({ Bucket: 'pool', Key: 'f' }))],
  [
    'dynamodb:GetItem',
    (keys) => new DynamoDBClient(clientConfig(aws, keys)).send(new GetItemCommand({ TableName: 'notes', Key: { pk: { S: 'a' } } })),
  ],
  [
    'sqs:sendmessage',
    (keys) =>
      new SQSClient(clientConfig(aws, keys)).send(new SendMessageCommand({ QueueUrl: `${aws.url}/000000000000/jobs`, MessageBody: 'x' })),
  ],
  [
    'SNS:Publish',
    (keys) =>
      new SNSClient(clientConfig(aws, keys)).send(
        new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:000000000000:news', Message: 'x' }),
      ),
  ],
];

describe('a denial names the policies that deny the request', () => {
  it.each<[string, string, Policy | undefined, (action: string) => string]>([
    ['the role does not allow it', role('Empty'), undefined, (action) => `because no identity-based policy allows the ${action} action`],
    [
      'neither role nor session allows it',
      role('Empty'),
      NOTHING,
      (action) => `because no identity-based policy allows the ${action} action`,
    ],
    ['the session does not allow it', role('Wide'), NOTHING, (action) => `because no session policy allows the ${action} action`],
    ['the role denies it', role('Forbidden'), undefined, () => 'with an explicit deny in an identity-based policy'],
    ['both deny it', role('Forbidden'), FORBIDDEN, () => 'with an explicit deny in an identity-based policy'],
    ['the session denies it', role('Wide'), FORBIDDEN, () => 'with an explicit deny in a session policy'],
    ['the session denies it and the role does not allow it', role('Empty'), FORBIDDEN, () => 'with an explicit deny in a session policy'],
    [
      'the caller belongs to another account',
      FOREIGN,
      undefined,
      (action) => `because no resource-based policy allows the ${action} action`,
    ],
  ])('when %s', async (_, RoleArn, session, because) => {
    const keys = await assume(aws, { RoleArn, ...(session && { Policy: JSON.stringify(session) }) });
    for (const [action, call] of SERVICES) {
      await expect(call(keys)).rejects.toMatchObject({
        message: expect.stringMatching(new RegExp(`is not authorized to perform: ${action} on resource: \\S+ ${because(action)}$`)),
      });
    }
  });
});
