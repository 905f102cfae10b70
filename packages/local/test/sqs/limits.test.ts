import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { sqsClient, startMessaging } from './messaging.ts';

let aws: LocalAws;
let client: SQSClient;
let QueueUrl: string;
beforeAll(async () => {
  aws = await startMessaging({ queues: ['app'] });
  client = sqsClient(aws);
  QueueUrl = `${aws.url}/000000000000/app`;
});
afterAll(() => aws.close());

const MIB = 1024 * 1024;
const nameOf = (call: Promise<unknown>): Promise<unknown> => call.then(() => 'accepted').catch((error: Error) => error.name);
const sendBatch = (...Entries: { Id: string; MessageBody: string }[]) =>
  nameOf(client.send(new SendMessageBatchCommand({ QueueUrl, Entries })));

describe('a batch', () => {
  it.each(['', 'a b', 'a.b', 'é', 'x'.repeat(81)])('is refused with the id %j, in every operation', async (Id) => {
    expect(await sendBatch({ Id, MessageBody: 'x' })).toBe('InvalidBatchEntryId');
    const Entries = [{ Id, ReceiptHandle: 'x', VisibilityTimeout: 0 }];
    expect(await nameOf(client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries })))).toBe('InvalidBatchEntryId');
    expect(await nameOf(client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })))).toBe('InvalidBatchEntryId');
  });

  it('may have an id of 80 characters', async () => {
    expect(await sendBatch({ Id: 'x'.repeat(80), MessageBody: 'x' })).toBe('accepted');
  });

  it('is refused with two equal ids, eleven entries, an empty body, or more than 1 MiB', async () => {
    const entry = { Id: 'a', MessageBody: 'x' };
    expect(await sendBatch(entry, entry)).toBe('BatchEntryIdsNotDistinct');
    expect(await sendBatch(...Array.from({ length: 11 }, (_, at) => ({ ...entry, Id: String(at) })))).toBe('TooManyEntriesInBatchRequest');
    expect(await sendBatch(entry, { Id: 'b', MessageBody: '' })).toBe('MissingParameter');
    expect(await sendBatch(entry, { Id: 'b', MessageBody: 'x'.repeat(MIB) })).toBe('BatchRequestTooLong');
    expect(await sendBatch({ Id: 'b', MessageBody: 'x'.repeat(MIB) })).toBe('accepted');
  });

  it('reports an entry with a text that is not a receipt handle, and deletes the others', async () => {
    await sendBatch({ Id: 'a', MessageBody: 'x' });
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    const Entries = [
      { Id: 'valid', ReceiptHandle: Messages[0]?.ReceiptHandle },
      { Id: 'invalid', ReceiptHandle: '../..' },
    ];
    const { Successful, Failed } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    expect(Successful).toEqual([{ Id: 'valid' }]);
    expect(Failed).toMatchObject([{ Id: 'invalid', SenderFault: true, Code: 'ReceiptHandleIsInvalid' }]);
  });
});

describe('an attribute', () => {
  it.each(['Nope', 'all', '', 'constructor', 'SenderId '])('is unknown: %j', async (name) => {
    const AttributeNames = [name] as never[];
    const MessageSystemAttributeNames = AttributeNames;
    expect(await nameOf(client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames })))).toBe('InvalidAttributeName');
    expect(await nameOf(client.send(new ReceiveMessageCommand({ QueueUrl, AttributeNames })))).toBe('InvalidAttributeName');
    expect(await nameOf(client.send(new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames })))).toBe('InvalidAttributeName');
  });

  it.each([{ FifoQueue: 'false' }, { ContentBasedDeduplication: 'true' }, { ContentBasedDeduplication: 'false' }])(
    'of FIFO queues is unknown to a standard queue: %j',
    async (Attributes) => {
      expect(await nameOf(client.send(new CreateQueueCommand({ QueueName: 'new', Attributes })))).toBe('InvalidAttributeName');
      expect(await nameOf(client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes })))).toBe('InvalidAttributeName');
    },
  );

  it.each([
    ['ordered.fifo', {}],
    ['ordered.fifo', { FifoQueue: 'false' }],
    ['ordered', { FifoQueue: 'true' }],
  ])('FifoQueue must agree with the name %s: %j', async (QueueName, Attributes) => {
    expect(await nameOf(client.send(new CreateQueueCommand({ QueueName, Attributes })))).toBe('InvalidParameterValue');
  });

  it('of FIFO queues has the values true and false only', async () => {
    const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'yes' };
    expect(await nameOf(client.send(new CreateQueueCommand({ QueueName: 'ordered.fifo', Attributes })))).toBe('InvalidAttributeValue');
  });
});
