import { AwsError, type ResourceScope } from '../service.ts';

const NAME = /^(?:[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo)$/;

/** Attributes of a message, as they were sent. */
export type MessageAttributes = Readonly<
  Record<string, { readonly DataType: string; readonly StringValue?: string; readonly BinaryValue?: string }>
>;

/** A queue that gets what is published. */
export interface Subscription {
  readonly arn: string;
  /** The name of a queue of ours. */
  readonly queue: string;
  /** Without the envelope. */
  readonly raw: boolean;
}

/** A topic. */
export interface Topic {
  readonly name: string;
  readonly arn: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly subscriptions: Map<string, Subscription>;
  /** What was published to a FIFO topic lately, by deduplication id. */
  readonly published: Map<string, { readonly at: number; readonly messageId: string; readonly sequenceNumber: string }>;
  /** How many messages were published so far. */
  count: number;
}

/** Whether order and deduplication are asked for. */
export function isFifo({ name }: { readonly name: string }): boolean {
  return name.endsWith('.fifo');
}

/** The ARN of a topic. */
export function topicArn({ account, region }: ResourceScope, name: string): string {
  return `arn:aws:sns:${region}:${account}:${name}`;
}

/**
 * The name of the topic that an ARN is of.
 *
 * @throws {@link AwsError} 400 for a topic of another account or region, or none
 */
export function topicNameOf(scope: ResourceScope, arn: string): string {
  const prefix = topicArn(scope, '');
  const name = arn.slice(prefix.length);
  if (arn.startsWith(prefix) && NAME.test(name)) return name;
  throw new AwsError('InvalidParameter', 400, 'Invalid parameter: TopicArn is the ARN of no topic of this account and region');
}

/** @throws {@link AwsError} 400 for a value that is neither `true` nor `false`: it would count as the second */
export function demandFlag(name: string, value: string | undefined): void {
  if (value === undefined || value === 'true' || value === 'false') return;
  throw new AwsError('InvalidParameter', 400, `Invalid parameter: Attributes Reason: ${name} must be true or false`);
}

/** @throws {@link AwsError} 400 */
export function demandTopicName(name: string): void {
  if (!NAME.test(name)) throw new AwsError('InvalidParameter', 400, 'Invalid parameter: Topic Name');
}
