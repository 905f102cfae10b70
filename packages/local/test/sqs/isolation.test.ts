import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { session, sqsClient, startMessaging } from './messaging.ts';

const ARN = 'arn:aws:sqs:us-east-1:000000000000:app_acme';
const ACTIONS = ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueUrl', 'SetQueueAttributes'];
const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };

let aws: LocalAws;
let client: SQSClient;
const url = (tenant: string) => `${aws.url}/000000000000/app_${tenant}`;
beforeAll(async () => {
  aws = await startMessaging({ queues: ['app_acme', 'app_globex'] });
  client = sqsClient(
    aws,
    await session(
      aws,
      ACTIONS.map((action) => `sqs:${action}`),
      ARN,
    ),
  );
});
afterAll(() => aws.close());

describe("a session with a tenant's queue", () => {
  const requests = (tenant: string): [string, () => Promise<unknown>][] => [
    ['SendMessage', () => client.send(new SendMessageCommand({ QueueUrl: url(tenant), MessageBody: 'x' }))],
    [
      'SendMessageBatch',
      () => client.send(new SendMessageBatchCommand({ QueueUrl: url(tenant), Entries: [{ Id: 'a', MessageBody: 'x' }] })),
    ],
    ['ReceiveMessage', () => client.send(new ReceiveMessageCommand({ QueueUrl: url(tenant) }))],
    [
      'DeleteMessageBatch',
      () => client.send(new DeleteMessageBatchCommand({ QueueUrl: url(tenant), Entries: [{ Id: 'a', ReceiptHandle: 'x' }] })),
    ],
    ['GetQueueUrl', () => client.send(new GetQueueUrlCommand({ QueueName: `app_${tenant}` }))],
  ];

  it.each(requests('acme'))('may do %s with its own queue', async (_, request) => {
    await expect(request()).resolves.toBeDefined();
  });

  it.each(requests('globex'))("may not do %s with another tenant's queue", async (_, request) => {
    await expect(request()).rejects.toMatchObject(denied);
  });

  it('may neither list nor create queues', async () => {
    await expect(client.send(new ListQueuesCommand({}))).rejects.toMatchObject(denied);
    await expect(client.send(new CreateQueueCommand({ QueueName: 'app_acme2' }))).rejects.toMatchObject(denied);
  });

  it("may not redirect messages to another tenant's queue, although it may set attributes", async () => {
    const policy = { deadLetterTargetArn: ARN.replace('acme', 'globex'), maxReceiveCount: 1 };
    const set = (Attributes: Record<string, string>) => client.send(new SetQueueAttributesCommand({ QueueUrl: url('acme'), Attributes }));
    await expect(set({ RedrivePolicy: JSON.stringify(policy) })).rejects.toMatchObject(denied);
    await expect(set({ VisibilityTimeout: '5' })).resolves.toBeDefined();
  });

  it('gets the error message of AWS, for a batch too', async () => {
    const batch = new SendMessageBatchCommand({ QueueUrl: url('globex'), Entries: [{ Id: 'a', MessageBody: 'x' }] });
    await expect(client.send(batch)).rejects.toThrow(
      `User: arn:aws:sts::000000000000:assumed-role/TenantAccess/acme is not authorized to perform: sqs:sendmessage on resource: ${ARN.replace('acme', 'globex')} because no session policy allows the sqs:sendmessage action`,
    );
  });
});
