import { createHash } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type MessageAttributeValue,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { session, sqsClient, startMessaging } from './messaging.ts';

let aws: LocalAws;
let client: SQSClient;
let QueueUrl: string;
let fifoUrl: string;
beforeAll(async () => {
  aws = await startMessaging({ queues: ['app_acme', 'app_acme.fifo'] });
  client = sqsClient(aws);
  QueueUrl = `${aws.url}/000000000000/app_acme`;
  fifoUrl = `${QueueUrl}.fifo`;
});
afterAll(() => aws.close());
beforeEach(async () => {
  await client.send(new PurgeQueueCommand({ QueueUrl }));
});

const send = (MessageBody: string, more: object = {}) => client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const receive = async (more: object = {}) => (await client.send(new ReceiveMessageCommand({ QueueUrl, ...more }))).Messages ?? [];

describe('a message of a queue', () => {
  it('is sent, received once, and deleted', async () => {
    const { MessageId, MD5OfMessageBody } = await send('hello <&> é');
    const [message] = await receive();
    expect(message).toMatchObject({ MessageId, MD5OfBody: MD5OfMessageBody, Body: 'hello <&> é' });
    expect(await receive()).toEqual([]);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
  });

  it.each([
    ['an emoji', 'well done \u{1f44f}'],
    ['only emoji', '\u{1f600}\u{1f680}'],
    ['a private-use character', '\ue000 x'],
    ['both', '\ue000\u{1f600}'],
  ])('may contain %s: alone, in a batch and in a FIFO queue', async (_, body) => {
    const md5 = createHash('md5').update(body).digest('hex');
    expect((await send(body)).MD5OfMessageBody).toBe(md5);
    expect(await receive()).toMatchObject([{ Body: body, MD5OfBody: md5 }]);
    const batch = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: body }] }));
    expect(batch.Successful).toMatchObject([{ Id: 'a', MD5OfMessageBody: md5 }]);
    expect(await receive()).toMatchObject([{ Body: body, MD5OfBody: md5 }]);
    const ordered = { QueueUrl: fifoUrl, MessageBody: body, MessageGroupId: md5, MessageDeduplicationId: md5 };
    expect((await client.send(new SendMessageCommand(ordered))).MD5OfMessageBody).toBe(md5);
    expect((await client.send(new ReceiveMessageCommand({ QueueUrl: fifoUrl }))).Messages).toMatchObject([{ Body: body, MD5OfBody: md5 }]);
  });

  it.each(['\u0000', '\u001f', '\ufffe', '\uffff'])('may not contain %j, which XML forbids', async (character) => {
    await expect(send(`\u{1f600}${character}`)).rejects.toMatchObject({ name: 'InvalidMessageContents' });
  });

  it('has attributes only if they are requested', async () => {
    await send('x', {
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'note' },
        blob: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
      },
    });
    const again = { VisibilityTimeout: 0 };
    expect((await receive(again))[0]).not.toHaveProperty('MessageAttributes');
    expect((await receive({ ...again, MessageAttributeNames: ['kind'] }))[0]?.MessageAttributes).toEqual({
      kind: { DataType: 'String', StringValue: 'note' },
    });
    const [all] = await receive({ ...again, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] });
    expect(all?.MessageAttributes?.['blob']).toEqual({ DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) });
    expect(all?.Attributes).toMatchObject({ ApproximateReceiveCount: '3' });
  });

  it('names its sender and its group, if they are requested', async () => {
    const keys = await session(aws, ['sqs:SendMessage'], '*');
    const sender = sqsClient(aws, keys);
    await sender.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageGroupId: 'acme' }));
    const Entries = [
      { Id: 'b', MessageBody: 'b', MessageGroupId: 'globex' },
      { Id: 'a', MessageBody: 'a', MessageGroupId: 'acme' },
      { Id: 'c', MessageBody: 'c' },
    ];
    await sender.send(new SendMessageBatchCommand({ QueueUrl, Entries }));

    const again = { MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
    for (const name of ['AttributeNames', 'MessageSystemAttributeNames']) {
      const messages = await receive({ ...again, [name]: ['SenderId', 'MessageGroupId'] });
      const found = messages.map(({ Body, Attributes }) => [Body, Attributes?.['MessageGroupId']]);
      expect(found).toEqual([
        ['x', 'acme'],
        ['b', 'globex'],
        ['a', 'acme'],
        ['c', undefined],
      ]);
      for (const { Attributes } of messages) expect(Attributes?.['SenderId']).toMatch(/^AROA[A-Z0-9]{17}:.+$/);
    }
    expect((await receive({ ...again, MessageSystemAttributeNames: ['SentTimestamp'] }))[0]?.Attributes).not.toHaveProperty('SenderId');
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    await send('by a user');
    expect((await receive({ MessageSystemAttributeNames: ['All'] }))[0]?.Attributes?.['SenderId']).toMatch(/^AIDA/);
  });

  it('is received again after its visibility timeout', async () => {
    await send('x');
    const [message] = await receive();
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 }));
    expect(await receive()).toMatchObject([{ Body: 'x' }]);
  });

  it('is sent, changed and deleted in batches', async () => {
    const Entries = ['a', 'b', 'c'].map((Id) => ({ Id, MessageBody: Id }));
    const sent = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful).toHaveLength(3);
    const received = await receive({ MaxNumberOfMessages: 10 });
    expect(received.map(({ Body }) => Body)).toEqual(['a', 'b', 'c']);
    const handles = received.map(({ ReceiptHandle, Body }) => ({ Id: Body, ReceiptHandle }));
    const changed = await client.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: handles.map((entry) => ({ ...entry, VisibilityTimeout: 60 })) }),
    );
    expect(changed.Successful).toHaveLength(3);
    const deleted = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }));
    expect(deleted.Successful).toHaveLength(3);
  });

  it('is received by the next receiver if a waiting receiver disconnected', async () => {
    const gone = new AbortController();
    const waiting = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), { abortSignal: gone.signal });
    const begun = aws.calls.length;
    while (aws.calls.length === begun) await new Promise((resolve) => setImmediate(resolve));
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await send('x');
    expect(await receive({ WaitTimeSeconds: 5 })).toMatchObject([{ Body: 'x' }]);
  });

  it('completes a pending receive', async () => {
    const waiting = receive({ WaitTimeSeconds: 20 });
    await send('x');
    expect(await waiting).toMatchObject([{ Body: 'x' }]);
  });

  it('is received in order from a FIFO queue, one of a group at a time, and only once', async () => {
    const put = (MessageBody: string, MessageGroupId: string, MessageDeduplicationId: string) =>
      client.send(new SendMessageCommand({ QueueUrl: fifoUrl, MessageBody, MessageGroupId, MessageDeduplicationId }));
    await put('1', 'a', 'd1');
    await put('2', 'a', 'd2');
    await put('2 again', 'a', 'd2');
    const get = async () => (await client.send(new ReceiveMessageCommand({ QueueUrl: fifoUrl, MaxNumberOfMessages: 10 }))).Messages ?? [];
    const bodies: (string | undefined)[] = [];
    for (let messages = await get(); messages.length > 0; messages = await get()) {
      expect(messages).toHaveLength(1);
      bodies.push(messages[0]?.Body);
      await client.send(new DeleteMessageCommand({ QueueUrl: fifoUrl, ReceiptHandle: messages[0]?.ReceiptHandle }));
    }
    expect(bodies).toEqual(['1', '2']);
  });

  it.each([
    ['an unknown type', { DataType: 'Text', StringValue: 'x' }],
    ['a type that only begins with a known one', { DataType: 'Stringy', StringValue: 'x' }],
    ['no value', { DataType: 'String' }],
    ['an empty value', { DataType: 'Number', StringValue: '' }],
    ['the value of another type', { DataType: 'Binary', StringValue: 'x' }],
    ['two values', { DataType: 'String', StringValue: 'x', BinaryValue: Buffer.from('x') }],
    ['a character that XML does not have', { DataType: 'String', StringValue: 'a\u0001' }],
    ['a type of 257 characters', { DataType: `String.${'x'.repeat(250)}`, StringValue: 'x' }],
    ['a label of no character', { DataType: 'String.', StringValue: 'x' }],
    ...['abc', '1 ', '0x10', 'NaN', 'Infinity', '1e', '.', '1'.repeat(39)].map((StringValue): [string, MessageAttributeValue] => [
      `the number ${StringValue}`,
      { DataType: 'Number', StringValue },
    ]),
  ])('is rejected with an attribute with %s', async (_, kind) => {
    await expect(send('x', { MessageAttributes: { kind } })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    const Entries = [{ Id: 'a', MessageBody: 'x', MessageAttributes: { kind } }];
    await expect(client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await send('x', { MessageAttributes: { kind: { DataType: 'Number.int', StringValue: '1' } } });
    expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(1);
  });

  it.each(['1', '-1.5', '+0.5', '.5', '1e10', '1.5E-3', '0'.repeat(50), '1'.repeat(38)])('may have the number %s', async (StringValue) => {
    await send('x', { MessageAttributes: { n: { DataType: 'Number', StringValue } } });
    expect((await receive({ MessageAttributeNames: ['All'] }))[0]?.MessageAttributes).toMatchObject({ n: { StringValue } });
  });

  it.each(['AWS.trace', 'aws.trace', 'Amazon.x', '.a', 'a.', 'a..b', 'a b', 'é', 'x'.repeat(257)])(
    'is rejected with an attribute of the name %s',
    async (name) => {
      const MessageAttributes = { [name]: { DataType: 'String', StringValue: 'x' } };
      await expect(send('x', { MessageAttributes })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
      expect(await receive()).toEqual([]);
    },
  );

  it('may have ten attributes, and not eleven', async () => {
    const attributes = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`a.${index}`, { DataType: 'String', StringValue: 'x' }]));
    await send('x', { MessageAttributes: attributes(10) });
    const eleven = { MessageAttributes: attributes(11) };
    const Entries = [{ Id: 'a', MessageBody: 'x', ...eleven }];
    await expect(send('x', eleven)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(1);
  });

  it.each([
    ['a deduplication id in a standard queue', { MessageDeduplicationId: 'a' }],
    ['an empty group', { MessageGroupId: '' }],
    ['a group with a space', { MessageGroupId: 'a b' }],
    ['a group of 129 characters', { MessageGroupId: 'x'.repeat(129) }],
  ])('is rejected with %s', async (_, more) => {
    await expect(send('x', more)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    expect(await receive()).toEqual([]);
  });

  it.each(['', 'x', 'AQEB...', '../..'])('is not deleted by the receipt handle %j', async (ReceiptHandle) => {
    await send('x');
    const name = ReceiptHandle === '' ? expect.any(String) : 'ReceiptHandleIsInvalid';
    await expect(client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))).rejects.toMatchObject({ name });
    const change = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
    await expect(client.send(change)).rejects.toMatchObject({ name });
    expect(await receive()).toHaveLength(1);
  });

  it('is not deleted through another queue', async () => {
    await send('x');
    const [message] = await receive();
    await client.send(new DeleteMessageCommand({ QueueUrl: fifoUrl, ReceiptHandle: message?.ReceiptHandle }));
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 }));
    expect(await receive()).toMatchObject([{ Body: 'x' }]);
  });

  it('is rejected with the error names of AWS', async () => {
    await expect(client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [] }))).rejects.toMatchObject({ name: 'EmptyBatchRequest' });
    const nowhere = new SendMessageCommand({ QueueUrl: `${QueueUrl}_nowhere`, MessageBody: 'x' });
    await expect(client.send(nowhere)).rejects.toMatchObject({ name: 'QueueDoesNotExist', $metadata: { httpStatusCode: 400 } });
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'nowhere' }))).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    await expect(send('x', { DelaySeconds: 901 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(receive({ MaxNumberOfMessages: 11 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});
