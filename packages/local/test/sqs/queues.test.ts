import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { ROLE_ARN } from '../start-aws.ts';
import { sqsClient, startMessaging } from './messaging.ts';

const ACCOUNT = '111122223333';
const role = { policy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } } as const;

let aws: LocalAws;
let client: SQSClient;
beforeAll(async () => {
  const roles = { [ROLE_ARN.replace('000000000000', ACCOUNT)]: role };
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
  aws = await startMessaging({ roles, queues: ['dead', { QueueName: 'app', Attributes: { VisibilityTimeout: '7', RedrivePolicy } }] });
  client = sqsClient(aws);
});
afterAll(() => aws.close());

describe('queues', () => {
  it('have the account, the origin and the configured attributes', async () => {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: 'app' }));
    expect(QueueUrl).toBe(`${aws.url}/${ACCOUNT}/app`);
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({
      QueueArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:app`,
      VisibilityTimeout: '7',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`, maxReceiveCount: 1 }),
    });
    expect(await client.send(new GetQueueAttributesCommand({ QueueUrl }))).not.toHaveProperty('Attributes.QueueArn');
  });

  it('move a message that is received too often to the dead-letter queue', async () => {
    const QueueUrl = `${aws.url}/${ACCOUNT}/app`;
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const receive = (url: string) => client.send(new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 0 }));
    expect((await receive(QueueUrl)).Messages).toHaveLength(1);
    expect((await receive(QueueUrl)).Messages).toBeUndefined();
    expect((await receive(`${aws.url}/${ACCOUNT}/dead`)).Messages).toMatchObject([{ Body: 'x' }]);
  });

  it('are created, listed, changed and deleted', async () => {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'new.fifo', Attributes: { FifoQueue: 'true' } }));
    expect((await client.send(new ListQueuesCommand({}))).QueueUrls).toEqual(
      ['app', 'dead', 'new.fifo'].map((name) => `${aws.url}/${ACCOUNT}/${name}`),
    );
    await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '3' } }));
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['DelaySeconds', 'FifoQueue'] }));
    expect(Attributes).toEqual({ DelaySeconds: '3', FifoQueue: 'true' });
    await client.send(new DeleteQueueCommand({ QueueUrl }));
    expect((await client.send(new ListQueuesCommand({ QueueNamePrefix: 'new' }))).QueueUrls).toBeUndefined();
  });

  it.each([
    ['Policy', '{}', 'NotImplemented'],
    ['KmsMasterKeyId', 'alias/x', 'NotImplemented'],
    ['toString', 'x', 'NotImplemented'],
    ['VisibilityTimeout', '1e3', 'InvalidAttributeValue'],
    ['VisibilityTimeout', '43201', 'InvalidAttributeValue'],
    ['ContentBasedDeduplication', 'yes', 'InvalidAttributeName'],
    ['RedrivePolicy', '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:999999999999:dead","maxReceiveCount":1}', 'InvalidAttributeValue'],
    ['RedrivePolicy', '{', 'InvalidAttributeValue'],
  ])('reject the attribute %s with the value %s', async (name, value, code) => {
    const QueueUrl = `${aws.url}/${ACCOUNT}/app`;
    await expect(client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { [name]: value } }))).rejects.toMatchObject({
      name: code,
    });
  });

  it.each([
    ['another account', (url: string) => url.replace(ACCOUNT, '999999999999')],
    ['another region', () => `https://sqs.eu-west-1.amazonaws.com/${ACCOUNT}/app`],
    ['another origin', () => `http://127.0.0.2:1/${ACCOUNT}/app`],
    ['a longer path', (url: string) => url.replace('/app', '/x/app')],
    ['no name', (url: string) => url.replace('/app', '/')],
    ['only a name', () => 'app'],
  ])('are not found by a URL of %s', async (_, change) => {
    const QueueUrl = change(`${aws.url}/${ACCOUNT}/app`);
    const keeping = sqsClient(aws);
    Object.assign(keeping.config, { useQueueUrlAsEndpoint: false });
    await expect(keeping.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))).rejects.toMatchObject({ name: 'InvalidAddress' });
  });

  it('are found by their name in this account only', async () => {
    const get = (QueueOwnerAWSAccountId: string) => client.send(new GetQueueUrlCommand({ QueueName: 'app', QueueOwnerAWSAccountId }));
    await expect(get(ACCOUNT)).resolves.toHaveProperty('QueueUrl');
    await expect(get('999999999999')).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  it('are found by their URL on AWS, if the client does not use it as its endpoint', async () => {
    const keeping = sqsClient(aws);
    Object.assign(keeping.config, { useQueueUrlAsEndpoint: false });
    const QueueUrl = `https://sqs.us-east-1.amazonaws.com/${ACCOUNT}/dead`;
    await expect(keeping.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))).resolves.toHaveProperty('MessageId');
  });
});

describe('a queue that cannot be created', () => {
  const started: LocalAws[] = [];
  afterEach(async () => {
    for (const each of started.splice(0)) await each.close();
  });

  it.each([
    ['a name with a slash', 'a/b'],
    ['an unknown attribute', { QueueName: 'app', Attributes: { Policy: '{}' } }],
    ['an unknown property', { QueueName: 'app', tags: {} }],
  ])('is named by the error of the start: %s', async (_, queue) => {
    await expect(startMessaging({ queues: [queue] }).then((each) => started.push(each))).rejects.toThrow(
      /the queue `.*` cannot be created/,
    );
  });
});
