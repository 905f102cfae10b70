import { AwsError, type ResourceScope } from '../service.ts';

const NAME = /^(?:[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo)$/;

/** The attributes of a message, as the client sent them. */
export type MessageAttributes = Readonly<
  Record<string, { readonly DataType: string; readonly StringValue?: string; readonly BinaryValue?: string }>
>;

/** A queue that receives the messages of a topic. */
export interface Subscription {
  readonly arn: string;
  /** The name of a queue of this account and region. */
  readonly queue: string;
  /** Whether messages are delivered without the envelope. */
  readonly raw: boolean;
}

export interface Topic {
  readonly name: string;
  readonly arn: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly subscriptions: Map<string, Subscription>;
  /** The messages of a FIFO topic of the last five minutes, by deduplication id. */
  readonly published: Map<string, { readonly at: number; readonly messageId: string; readonly sequenceNumber: string }>;
  /** How many messages were published. Source of the sequence numbers. */
  count: number;
}

/** Whether a topic or a queue of this name keeps the order and removes duplicates. */
export function isFifo(name: string): boolean {
  return name.endsWith('.fifo');
}

export function topicArn({ account, region }: ResourceScope, name: string): string {
  return `arn:aws:sns:${region}:${account}:${name}`;
}

/**
 * The name in the ARN of a topic.
 *
 * @throws {@link AwsError} 400 for a topic of another account or region, or another ARN
 */
export function topicNameOf(scope: ResourceScope, arn: string): string {
  const prefix = topicArn(scope, '');
  const name = arn.slice(prefix.length);
  if (arn.startsWith(prefix) && NAME.test(name)) return name;
  throw invalidParameter('TopicArn must be the ARN of a topic of this account and region');
}

/** @throws {@link AwsError} 400 for a value other than `true` and `false`: it would be taken for `false` */
export function checkFlag(name: string, value: string | undefined): void {
  if (value === undefined || value === 'true' || value === 'false') return;
  throw invalidParameter(`Attributes Reason: ${name} must be true or false`);
}

/** @throws {@link AwsError} 400 */
export function checkTopicName(name: string): void {
  if (!NAME.test(name)) throw invalidParameter('Topic Name');
}

export function invalidParameter(reason: string): AwsError {
  return new AwsError('InvalidParameter', 400, `Invalid parameter: ${reason}`);
}
