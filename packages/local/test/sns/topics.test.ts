import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  type SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { PurgeQueueCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { ROLE_ARN } from '../start-aws.ts';
import { snsClient, sqsClient, startMessaging } from '../sqs/messaging.ts';

const ACCOUNT = '111122223333';
const role = { policy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } } as const;
const topic = (name: string) => `arn:aws:sns:us-east-1:${ACCOUNT}:${name}`;
const queue = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

let later = 0;
let aws: LocalAws;
let sns: SNSClient;
let sqs: SQSClient;
beforeAll(async () => {
  aws = await startMessaging({
    roles: { [ROLE_ARN.replace('000000000000', ACCOUNT)]: role },
    queues: ['plain', 'raw', 'ordered.fifo'],
    topics: ['news', { Name: 'orders.fifo', Attributes: { ContentBasedDeduplication: 'true' } }],
    clock: () => Date.now() + later,
  });
  sns = snsClient(aws);
  sqs = sqsClient(aws);
  const subscribe = (TopicArn: string, Endpoint: string, Attributes?: Record<string, string>) =>
    sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, ...(Attributes && { Attributes }) }));
  await subscribe(topic('news'), queue('plain'));
  await subscribe(topic('news'), queue('raw'), { RawMessageDelivery: 'true' });
  await subscribe(topic('orders.fifo'), queue('ordered.fifo'), { RawMessageDelivery: 'true' });
});
afterAll(() => aws.close());
afterEach(async () => {
  for (const name of ['plain', 'raw', 'ordered.fifo']) await sqs.send(new PurgeQueueCommand({ QueueUrl: `${aws.url}/${ACCOUNT}/${name}` }));
});

async function received(name: string) {
  const QueueUrl = `${aws.url}/${ACCOUNT}/${name}`;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
  );
  return Messages;
}

describe('a topic', () => {
  it('delivers to its queues, with or without an envelope', async () => {
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'a <b>' } };
    const { MessageId } = await sns.send(
      new PublishCommand({ TopicArn: topic('news'), Message: 'é & <b>', Subject: 'Hi', MessageAttributes }),
    );
    const [enveloped] = await received('plain');
    expect(JSON.parse(enveloped?.Body ?? '')).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn: topic('news'),
      Subject: 'Hi',
      Message: 'é & <b>',
      Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      MessageAttributes: { kind: { Type: 'String', Value: 'a <b>' } },
    });
    expect(await received('raw')).toMatchObject([{ Body: 'é & <b>', MessageAttributes }]);
  });

  it('delivers an emoji', async () => {
    const Message = 'well done \u{1f44f}';
    await sns.send(new PublishCommand({ TopicArn: topic('news'), Message }));
    expect(await received('raw')).toMatchObject([{ Body: Message }]);
    expect(JSON.parse((await received('plain'))[0]?.Body ?? '')).toMatchObject({ Message });
  });

  it('accepts batches, and returns a result for each message', async () => {
    const entries = (Ids: string[]) => Ids.map((Id) => ({ Id, Message: Id }));
    const batch = (Ids: string[]) => new PublishBatchCommand({ TopicArn: topic('news'), PublishBatchRequestEntries: entries(Ids) });
    const { Successful } = await sns.send(batch(['a', 'b']));
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a', 'b']);
    expect((await received('raw')).map(({ Body }) => Body)).toEqual(['a', 'b']);
    await expect(sns.send(batch(['a', 'a']))).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinctException' });
    await expect(sns.send(batch(['a b']))).rejects.toMatchObject({ name: 'InvalidBatchEntryIdException' });
    await expect(sns.send(batch(Array.from({ length: 11 }, (_, i) => `m${i}`)))).rejects.toMatchObject({
      name: 'TooManyEntriesInBatchRequestException',
    });
    const entry = { Id: 'a', Message: 'x', MessageDeduplicationId: 'd' };
    const { Failed } = await sns.send(new PublishBatchCommand({ TopicArn: topic('news'), PublishBatchRequestEntries: [entry] }));
    expect(Failed).toMatchObject([{ Id: 'a', Code: 'InvalidParameter', SenderFault: true }]);
  });

  it('forwards a group to standard queues: the tenant of fair queues', async () => {
    await sns.send(new PublishCommand({ TopicArn: topic('news'), Message: 'x', MessageGroupId: 'acme' }));
    for (const name of ['plain', 'raw']) {
      const QueueUrl = `${aws.url}/${ACCOUNT}/${name}`;
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['MessageGroupId'] }));
      expect(Messages).toMatchObject([{ Attributes: { MessageGroupId: 'acme' } }]);
    }
  });

  it('does not deliver over ten attributes to a queue with raw delivery', async () => {
    const attribute = { DataType: 'String', StringValue: 'x' };
    const MessageAttributes = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, attribute]));
    await sns.send(new PublishCommand({ TopicArn: topic('news'), Message: 'x', MessageAttributes }));

    expect(await received('raw')).toEqual([]);
    expect(await received('plain')).toHaveLength(1);
  });

  it('numbers messages if it is FIFO, and publishes none twice within five minutes', async () => {
    const publish = (Message: string) => sns.send(new PublishCommand({ TopicArn: topic('orders.fifo'), Message, MessageGroupId: 'g' }));
    const first = await publish('x');
    expect(await publish('x')).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    later += 300_001;
    expect((await publish('x')).MessageId).not.toBe(first.MessageId);
    expect(await received('ordered.fifo')).toMatchObject([{ Body: 'x' }]);
    await expect(sns.send(new PublishCommand({ TopicArn: topic('orders.fifo'), Message: 'x' }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('is created, described, listed and deleted', async () => {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'more', Attributes: { DisplayName: 'More <&>' } }));
    expect(TopicArn).toBe(topic('more'));
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({ TopicArn, Owner: ACCOUNT, DisplayName: 'More <&>', SubscriptionsConfirmed: '0' });
    expect((await sns.send(new ListTopicsCommand({}))).Topics?.map((each) => each.TopicArn)).toEqual(
      ['more', 'news', 'orders.fifo'].map(topic),
    );
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    await expect(sns.send(new PublishCommand({ TopicArn, Message: 'x' }))).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('lists and removes its subscriptions', async () => {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'short' }));
    const { SubscriptionArn } = await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue('raw') }));
    const listed = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(listed.Subscriptions).toEqual([{ SubscriptionArn, Owner: ACCOUNT, Protocol: 'sqs', Endpoint: queue('raw'), TopicArn }]);
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await sns.send(new PublishCommand({ TopicArn, Message: 'x' }));
    expect(await received('raw')).toEqual([]);
  });

  it('ignores a queue that is deleted, and delivers to the others', async () => {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'lossy' }));
    for (const name of ['gone', 'raw']) await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue(name) }));
    await expect(sns.send(new PublishCommand({ TopicArn, Message: 'x' }))).resolves.toHaveProperty('MessageId');
    expect(await received('raw')).toHaveLength(1);
  });

  it.each<[string, string, SubscribeCommand]>([
    ['a web hook', 'NotImplemented', new SubscribeCommand({ TopicArn: topic('news'), Protocol: 'https', Endpoint: 'https://example.com' })],
    [
      'a queue of another account',
      'InvalidParameterException',
      new SubscribeCommand({ TopicArn: topic('news'), Protocol: 'sqs', Endpoint: queue('raw').replace(ACCOUNT, '999999999999') }),
    ],
    [
      'a FIFO queue to a standard topic',
      'InvalidParameterException',
      new SubscribeCommand({ TopicArn: topic('news'), Protocol: 'sqs', Endpoint: queue('ordered.fifo') }),
    ],
    [
      'with a filter policy',
      'NotImplemented',
      new SubscribeCommand({ TopicArn: topic('news'), Protocol: 'sqs', Endpoint: queue('raw'), Attributes: { FilterPolicy: '{}' } }),
    ],
    [
      'with an invalid RawMessageDelivery',
      'InvalidParameterException',
      new SubscribeCommand({ TopicArn: topic('news'), Protocol: 'sqs', Endpoint: queue('raw'), Attributes: { RawMessageDelivery: 'yes' } }),
    ],
    ['a function', 'NotImplemented', new SubscribeCommand({ TopicArn: topic('news'), Protocol: 'lambda', Endpoint: queue('raw') })],
  ])('does not subscribe %s: %s', async (_, name, command) => {
    await expect(sns.send(command)).rejects.toMatchObject({ name });
  });

  it.each<[string, string, object]>([
    ['to a phone number', 'NotImplemented', { PhoneNumber: '+491', TopicArn: undefined }],
    ['to an endpoint', 'NotImplemented', { TargetArn: topic('news'), TopicArn: undefined }],
    ['a text with a message structure', 'InvalidParameterException', { MessageStructure: 'json' }],
    ['to a topic of another account', 'InvalidParameterException', { TopicArn: topic('news').replace(ACCOUNT, '999999999999') }],
    ['a message that is too long', 'InvalidParameterException', { Message: 'x'.repeat(262_145) }],
    [
      'with an attribute named __proto__',
      'InvalidParameterException',
      { MessageAttributes: { ['__proto__']: { DataType: 'String', StringValue: 'x' } } },
    ],
  ])('does not publish %s: %s', async (_, name, more) => {
    await expect(sns.send(new PublishCommand({ TopicArn: topic('news'), Message: 'x', ...more }))).rejects.toMatchObject({ name });
    expect(await received('raw')).toEqual([]);
  });

  it('publishes a message of the maximum size in which every byte is escaped', async () => {
    await sns.send(new PublishCommand({ TopicArn: topic('news'), Message: '\u{e9}'.repeat(131_072) }));
    expect((await received('raw'))[0]?.Body).toHaveLength(131_072);
  });
});

describe('a topic that cannot be created', () => {
  it.each([
    ['a/b'],
    [{ Name: 'x', Attributes: { Policy: '{}' } }],
    [{ Name: 'x', Attributes: { FifoTopic: 'true' } }],
    [{ Name: 'x.fifo', Attributes: { FifoTopic: 'yes' } }],
    [{ Name: 'x.fifo', Attributes: { ContentBasedDeduplication: 'TRUE' } }],
    [{ Name: 'x', Tags: [] }],
  ])('is named by the error of the start: %j', async (definition) => {
    await expect(startMessaging({ topics: [definition] })).rejects.toThrow(/the topic `.*` cannot be created/);
  });
});
