import { createHash, randomUUID } from 'node:crypto';
import { AwsError, type ResourceScope } from '../service.ts';
import type { Fauxqs } from '../sqs/fauxqs.ts';
import { engineUrl } from '../sqs/queue.ts';
import { invalidParameter, isFifo, type MessageAttributes, type Topic } from './topic.ts';

const DEDUPLICATION_MS = 5 * 60 * 1000;
/** @see Amazon SNS Developer Guide, "Amazon SNS raw message delivery" */
const MAX_RAW_ATTRIBUTES = 10;

/** A message to a topic. */
export interface Message {
  readonly body: string;
  readonly subject?: string;
  readonly attributes: MessageAttributes;
  readonly group?: string;
  readonly deduplicationId?: string;
}

/** What SNS returns for a published message. */
export interface Published {
  readonly messageId: string;
  readonly sequenceNumber?: string;
}

/** What a message is delivered with. */
export interface DeliveryContext {
  readonly scope: ResourceScope;
  readonly engine: Fauxqs;
  readonly now: Date;
}

/**
 * Publishes a message. It is in every subscribed queue that exists when the promise resolves.
 *
 * @throws {@link AwsError} 400 for a message that the topic does not accept
 */
export async function publish(topic: Topic, message: Message, delivery: DeliveryContext): Promise<Published> {
  if (!isFifo(topic.name)) {
    if (message.deduplicationId !== undefined) throw invalidParameter('MessageDeduplicationId is for FIFO topics');
    const published = { messageId: randomUUID() };
    await deliver(topic, message, published, delivery);
    return published;
  }
  if (message.group === undefined) throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
  const deduplicationId = message.deduplicationId ?? contentDigest(topic, message);
  const at = delivery.now.getTime();
  for (const [id, earlier] of topic.published) if (earlier.at <= at - DEDUPLICATION_MS) topic.published.delete(id);
  const earlier = topic.published.get(deduplicationId);
  if (earlier !== undefined) return { messageId: earlier.messageId, sequenceNumber: earlier.sequenceNumber };
  topic.count += 1;
  const published = { messageId: randomUUID(), sequenceNumber: String(topic.count).padStart(20, '0') };
  topic.published.set(deduplicationId, { at, ...published });
  await deliver(topic, { ...message, deduplicationId }, published, delivery);
  return published;
}

function contentDigest({ attributes }: Topic, { body }: Message): string {
  if (attributes.get('ContentBasedDeduplication') === 'true') return createHash('sha256').update(body).digest('hex');
  throw invalidParameter('The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly');
}

async function deliver(topic: Topic, message: Message, published: Published, { scope, engine, now }: DeliveryContext): Promise<void> {
  for (const { queue, raw } of topic.subscriptions.values()) {
    if (raw && Object.keys(message.attributes).length > MAX_RAW_ATTRIBUTES) continue; // as on AWS, the message is lost
    const order = {
      ...(message.group !== undefined && { MessageGroupId: message.group }),
      ...(isFifo(queue) && message.deduplicationId !== undefined && { MessageDeduplicationId: message.deduplicationId }),
    };
    const content = raw
      ? { MessageBody: message.body, MessageAttributes: message.attributes }
      : { MessageBody: envelope(topic, message, published, now) };
    const sent = await engine.run('SendMessage', { QueueUrl: engineUrl(scope, queue), ...content, ...order }).catch(ignoreUndeliverable);
    if (sent !== undefined) engine.sent.add(order, sent, undefined);
  }
}

/** As on AWS, a message is lost if its queue is deleted or rejects it. The publisher gets no error. */
function ignoreUndeliverable(error: unknown): undefined {
  if (!(error instanceof AwsError)) throw error;
  return undefined;
}

/** The JSON document in which SNS delivers a message. It has no signature members: the local SNS does not sign. */
function envelope(topic: Topic, message: Message, { messageId, sequenceNumber }: Published, now: Date): string {
  const attributes = Object.entries(message.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    { Type: DataType, Value: StringValue ?? BinaryValue },
  ]);
  return JSON.stringify({
    Type: 'Notification',
    MessageId: messageId,
    SequenceNumber: sequenceNumber,
    TopicArn: topic.arn,
    Subject: message.subject,
    Message: message.body,
    Timestamp: now.toISOString(),
    ...(attributes.length > 0 ? { MessageAttributes: Object.fromEntries(attributes) } : {}),
  });
}
