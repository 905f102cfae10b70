import type { Json, JsonObject } from '@tenant-aws/policy/json';
import { unknownAttribute } from './fifo-attributes.ts';
import { textOf } from '../shape.ts';

/** @see Amazon SQS API Reference, "GetQueueAttributes" */
const OF_QUEUES: ReadonlySet<string> = new Set([
  'All',
  'Policy',
  'VisibilityTimeout',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'QueueArn',
  'ApproximateNumberOfMessagesDelayed',
  'DelaySeconds',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
]);

/** @see Amazon SQS API Reference, "ReceiveMessage" */
const OF_MESSAGES: ReadonlySet<string> = new Set([
  'All',
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SequenceNumber',
  'MessageDeduplicationId',
  'MessageGroupId',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
]);

/** @throws AwsError 400 for a name that is not an attribute of a queue */
export function checkQueueAttributeNames({ AttributeNames }: JsonObject): void {
  check(AttributeNames, (name) => OF_QUEUES.has(name));
}

/** @throws AwsError 400 for a name that is not an attribute of a message. AWS's old parameter also has the names of queues. */
export function checkMessageAttributeNames({ AttributeNames, MessageSystemAttributeNames }: JsonObject): void {
  check(AttributeNames, (name) => OF_MESSAGES.has(name) || OF_QUEUES.has(name));
  check(MessageSystemAttributeNames, (name) => OF_MESSAGES.has(name));
}

function check(names: Json | undefined, isKnown: (name: string) => boolean): void {
  const unknown = Array.isArray(names) ? names.find((name) => !isKnown(textOf(name))) : undefined;
  if (unknown !== undefined) throw unknownAttribute(textOf(unknown));
}
