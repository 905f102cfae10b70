import {
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  type SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { session, snsClient, startMessaging } from '../sqs/messaging.ts';

const topic = (tenant: string) => `arn:aws:sns:us-east-1:000000000000:app_${tenant}`;
const denied = { name: 'AuthorizationErrorException', $metadata: { httpStatusCode: 403 } };

let aws: LocalAws;
let client: SNSClient;
beforeAll(async () => {
  aws = await startMessaging({ queues: ['app_acme', 'app_globex'], topics: ['app_acme', 'app_globex'] });
  client = snsClient(aws, await session(aws, ['sns:Publish', 'sns:Subscribe', 'sns:Unsubscribe'], topic('acme')));
});
afterAll(() => aws.close());

describe("a session with a tenant's topic", () => {
  const requests = (tenant: string): [string, () => Promise<unknown>][] => [
    ['Publish', () => client.send(new PublishCommand({ TopicArn: topic(tenant), Message: 'x' }))],
    [
      'PublishBatch',
      () => client.send(new PublishBatchCommand({ TopicArn: topic(tenant), PublishBatchRequestEntries: [{ Id: 'a', Message: 'x' }] })),
    ],
  ];

  it.each(requests('acme'))('may do %s to its own topic', async (_, request) => {
    await expect(request()).resolves.toBeDefined();
  });

  it.each(requests('globex'))("may not do %s to another tenant's topic", async (_, request) => {
    await expect(request()).rejects.toMatchObject(denied);
  });

  it('may not list topics', async () => {
    await expect(client.send(new ListTopicsCommand({}))).rejects.toMatchObject(denied);
  });

  it('may not subscribe, even if its policies allow it: a delivery is not authorised', async () => {
    const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:app_globex';
    await expect(client.send(new SubscribeCommand({ TopicArn: topic('acme'), Protocol: 'sqs', Endpoint }))).rejects.toMatchObject(denied);
    await expect(client.send(new UnsubscribeCommand({ SubscriptionArn: `${topic('acme')}:x` }))).rejects.toMatchObject(denied);
  });

  it('gets the error message of AWS', async () => {
    await expect(client.send(new PublishCommand({ TopicArn: topic('globex'), Message: 'x' }))).rejects.toThrow(
      `User: arn:aws:sts::000000000000:assumed-role/TenantAccess/acme is not authorized to perform: SNS:Publish on resource: ${topic('globex')} because no session policy allows the SNS:Publish action`,
    );
  });
});
