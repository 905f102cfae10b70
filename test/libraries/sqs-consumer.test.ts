import {
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { TemplateLibrary, TokenVendingMachine } from '@tenant-aws/core';
import { type LocalAws, startLocalAws } from '@tenant-aws/local';
import { Consumer, type ConsumerOptions } from 'sqs-consumer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from '../support/identity-of.ts';
import { roleArn } from '../support/notes-aws.ts';
import { stsAt } from '../support/sts-at.ts';

const text = JSON.stringify({
  Effect: 'Allow',
  Action: ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
  Resource: 'arn:aws:sqs:us-east-1:000000000000:{{tenant}}_jobs',
});
const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'sqs:*', Resource: '*' } } as const;

let aws: LocalAws;
let tvm: TokenVendingMachine;
let admin: SQSClient;
let acme: SQSClient;
const started: Consumer[] = [];
const urlOf = (tenant: string): string => `${aws.url}/000000000000/${tenant}_jobs`;

beforeAll(async () => {
  aws = await startLocalAws({ roles: { [roleArn]: { policy } }, queues: ['acme_jobs', 'globex_jobs'] });
  const library = TemplateLibrary.from({ read: () => [{ name: 'jobs', text, origin: 'this test' }] });
  tvm = new TokenVendingMachine({ roleArn, library, permissions: ['jobs'], sts: stsAt(aws.url, aws) });
  admin = new SQSClient({ endpoint: aws.url, region: 'us-east-1', credentials: aws.admin });
  acme = tvm.for(identityOf('acme')).client(SQSClient, { endpoint: aws.url });
});
afterAll(async () => {
  await tvm.close();
  admin.destroy();
  await aws.close();
});
beforeEach(async () => {
  for (const tenant of ['acme', 'globex']) await admin.send(new PurgeQueueCommand({ QueueUrl: urlOf(tenant) }));
  aws.calls.length = 0;
});
afterEach(() => {
  for (const consumer of started.splice(0)) consumer.stop({ abort: true });
});

/** A consumer with the client of acme. */
function consumerOf(queueUrl: string, options: Partial<ConsumerOptions>): Consumer {
  const consumer = Consumer.create({
    queueUrl,
    sqs: acme,
    waitTimeSeconds: 1,
    batchSize: 10,
    messageSystemAttributeNames: ['MessageGroupId', 'ApproximateReceiveCount'],
    ...options,
  });
  consumer.on('error', () => {}); // otherwise it writes each error to the console
  started.push(consumer);
  return consumer;
}

const event = (consumer: Consumer, name: 'message_processed' | 'error' | 'response_processed' | 'processing_error') =>
  new Promise<unknown[]>((resolve) => consumer.once(name, (...values: unknown[]) => resolve(values)));

/** The number of messages, with those that are not visible. */
async function messagesIn(tenant: string): Promise<number> {
  const { Attributes = {} } = await admin.send(new GetQueueAttributesCommand({ QueueUrl: urlOf(tenant), AttributeNames: ['All'] }));
  return Number(Attributes['ApproximateNumberOfMessages']) + Number(Attributes['ApproximateNumberOfMessagesNotVisible']);
}

const decisions = () =>
  new Set(aws.calls.filter(({ tenantSession }) => tenantSession).map(({ operation, decision }) => `${operation} ${decision}`));

describe("sqs-consumer with a tenant's client", () => {
  it("receives and deletes a message of the tenant's own queue", async () => {
    const bodies: unknown[] = [];
    const consumer = consumerOf(urlOf('acme'), {
      handleMessage: (message) => {
        bodies.push(message.Body);
        return Promise.resolve(message);
      },
    });
    await acme.send(new SendMessageCommand({ QueueUrl: urlOf('acme'), MessageBody: 'job \u{1f600}' }));
    const processed = event(consumer, 'response_processed');
    consumer.start();
    await processed;
    expect(bodies).toEqual(['job \u{1f600}']);
    expect(await messagesIn('acme')).toBe(0);
    expect(decisions()).toEqual(new Set(['SendMessage allowed', 'ReceiveMessage allowed', 'DeleteMessage allowed']));
  });

  it('extends the visibility of a message while its handler runs, and ends it if the handler fails', async () => {
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const consumer = consumerOf(urlOf('acme'), {
      visibilityTimeout: 20,
      heartbeatInterval: 1,
      terminateVisibilityTimeout: true,
      handleMessage: () => finished.then(() => Promise.reject(new Error('the job failed'))),
    });
    await acme.send(new SendMessageCommand({ QueueUrl: urlOf('acme'), MessageBody: 'job' }));
    const failed = event(consumer, 'processing_error');
    const responded = event(consumer, 'response_processed');
    consumer.start();
    const changes = () => aws.calls.filter(({ operation }) => operation === 'ChangeMessageVisibility');
    await expect.poll(() => changes().length, { timeout: 30_000 }).toBeGreaterThan(0);
    consumer.stop();
    finish();
    await Promise.all([failed, responded]);
    expect(changes().every(({ decision }) => decision === 'allowed')).toBe(true);
    expect((await admin.send(new ReceiveMessageCommand({ QueueUrl: urlOf('acme') }))).Messages).toMatchObject([{ Body: 'job' }]);
  });

  it("emits the denial if the queue is another tenant's, and receives nothing", async () => {
    await admin.send(new SendMessageCommand({ QueueUrl: urlOf('globex'), MessageBody: 'secret' }));
    const consumer = consumerOf(urlOf('globex'), {
      handleMessage: () => Promise.reject(new Error('received a message of another tenant')),
    });
    const failed = event(consumer, 'error');
    consumer.start();
    const [error] = await failed;
    consumer.stop({ abort: true });
    expect(error).toMatchObject({ name: 'SQSError', code: 'AccessDenied', statusCode: 403 });
    expect(String(error)).toContain(
      'is not authorized to perform: sqs:receivemessage on resource: arn:aws:sqs:us-east-1:000000000000:globex_jobs',
    );
    expect(decisions()).toEqual(new Set(['ReceiveMessage denied']));
    expect((await admin.send(new ReceiveMessageCommand({ QueueUrl: urlOf('globex') }))).Messages).toMatchObject([{ Body: 'secret' }]);
  });

  it('receives a batch of a fair queue, with the group of each message', async () => {
    const Entries = ['alice', 'bob', 'alice'].map((user, at) => ({
      Id: String(at),
      MessageBody: String(at),
      MessageGroupId: `acme-${user}`,
    }));
    await acme.send(new SendMessageBatchCommand({ QueueUrl: urlOf('acme'), Entries }));
    const groups: unknown[] = [];
    const consumer = consumerOf(urlOf('acme'), {
      handleMessageBatch: (messages) => {
        groups.push(...messages.map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId]));
        return Promise.resolve(messages);
      },
    });
    const processed = event(consumer, 'response_processed');
    consumer.start();
    await processed;
    expect(groups).toEqual([
      ['0', 'acme-alice'],
      ['1', 'acme-bob'],
      ['2', 'acme-alice'],
    ]);
    expect(await messagesIn('acme')).toBe(0);
    const foreign = { QueueUrl: urlOf('globex'), Entries };
    await expect(acme.send(new SendMessageBatchCommand(foreign))).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await messagesIn('globex')).toBe(0);
  });
});
