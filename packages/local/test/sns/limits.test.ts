import {
  CreateTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  type PublishCommandInput,
  type SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { snsClient, sqsClient, startMessaging } from '../sqs/messaging.ts';

const TopicArn = 'arn:aws:sns:us-east-1:000000000000:news';

let aws: LocalAws;
let client: SNSClient;
beforeAll(async () => {
  aws = await startMessaging({ queues: ['app'], topics: ['news', 'orders.fifo'] });
  client = snsClient(aws);
  const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:app';
  await client.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes: { RawMessageDelivery: 'true' } }));
});
afterAll(() => aws.close());

const publish = (input: Partial<PublishCommandInput>) => client.send(new PublishCommand({ TopicArn, Message: 'x', ...input }));
const invalid = { name: 'InvalidParameterException', $metadata: { httpStatusCode: 400 } };

async function receivedBodies(): Promise<(string | undefined)[]> {
  const QueueUrl = `${aws.url}/000000000000/app`;
  const { Messages = [] } = await sqsClient(aws).send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body }) => Body);
}

describe('a message to a topic', () => {
  it.each(['é'.repeat(100), 'a "b" <c>', '\u{1f600}'])('may have the subject %j', async (Subject) => {
    await expect(publish({ Subject })).resolves.toHaveProperty('MessageId');
  });

  it.each(['', 'x'.repeat(101), 'a\nb', 'a\rb', 'a\u0000b', 'a\u0085b', 'a\u2028b'])('is refused with the subject %j', async (Subject) => {
    await expect(publish({ Subject })).rejects.toMatchObject(invalid);
  });

  it.each(['', 'a b', 'é', 'x'.repeat(129), 'a\nb'])('is refused with the group or the deduplication id %j, in a batch too', async (id) => {
    await expect(publish({ MessageGroupId: id })).rejects.toMatchObject(invalid);
    const fifo = { TopicArn: `${TopicArn.replace('news', 'orders')}.fifo`, MessageGroupId: 'a', MessageDeduplicationId: id };
    await expect(publish(fifo)).rejects.toMatchObject(invalid);
    const PublishBatchRequestEntries = [{ Id: 'a', Message: 'x', MessageGroupId: id }];
    await expect(client.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }))).rejects.toMatchObject(invalid);
  });

  it('is delivered with the body of its protocol, or with the default body', async () => {
    await receivedBodies();
    const json = { MessageStructure: 'json' };
    await publish({ ...json, Message: JSON.stringify({ default: 'for all', sqs: 'for queues', email: 'for people' }) });
    await publish({ ...json, Message: JSON.stringify({ default: 'for all', email: 'for people' }) });
    expect(await receivedBodies()).toEqual(['for queues', 'for all']);
  });

  it.each([
    ['text', 'x'],
    ['no default', '{"sqs":"x"}'],
    ['a default that is not a string', '{"default":{}}'],
    ['a body that is not a string', '{"default":"x","sqs":5}'],
    ['an empty body', '{"default":"x","sqs":""}'],
    ['a key twice', '{"default":"x","sqs":"a","sqs":"b"}'],
    ['__proto__', '{"__proto__":{"default":"x"}}'],
    ['a list', '["default"]'],
  ])('is refused with a structure that is %s', async (_, Message) => {
    await expect(publish({ Message, MessageStructure: 'json' })).rejects.toMatchObject(invalid);
  });

  it('is refused with another structure', async () => {
    await expect(publish({ MessageStructure: 'xml' })).rejects.toMatchObject(invalid);
  });
});

describe('a new topic', () => {
  it.each<[string, Record<string, string>]>([
    ['new.fifo', {}],
    ['new.fifo', { FifoTopic: 'false' }],
    ['new', { FifoTopic: 'true' }],
    ['new', { ContentBasedDeduplication: 'true' }],
    ['new', { DisplayName: 'x'.repeat(101) }],
  ])('is refused: %s with %j', async (Name, Attributes) => {
    await expect(client.send(new CreateTopicCommand({ Name, Attributes }))).rejects.toMatchObject(invalid);
  });
});
