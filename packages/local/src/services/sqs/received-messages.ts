import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import type { SqsContext } from './operation.ts';
import { engineUrl } from './queue.ts';

/**
 * Received messages as AWS returns them: message attributes only if requested, their digest only if all are requested,
 * and no SenderId, because the engine's is invented.
 */
export function visibleMessages(result: JsonObject, requested: Json | undefined): JsonObject {
  const { Messages } = result;
  if (!Array.isArray(Messages)) return result;
  const names = Array.isArray(requested) ? requested : [];
  const all = names.includes('All') || names.includes('.*');
  return { ...result, Messages: Messages.map((message) => (isObject(message) ? visible(message, names.length > 0, all) : message)) };
}

/** Releases messages that the engine returned for a client that had disconnected: other clients can receive them. */
export async function releaseMessages({ Messages }: JsonObject, queue: string, { scope, engine }: SqsContext): Promise<void> {
  if (!Array.isArray(Messages)) return;
  const handles = Messages.filter((message) => isObject(message)).map(({ ReceiptHandle }) => ReceiptHandle);
  const Entries = handles.map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle, VisibilityTimeout: 0 }));
  await engine.run('ChangeMessageVisibilityBatch', { QueueUrl: engineUrl(scope, queue), Entries });
}

function visible(message: JsonObject, some: boolean, all: boolean): JsonObject {
  const { MessageAttributes, MD5OfMessageAttributes, Attributes, ...rest } = message;
  return {
    ...rest,
    ...(some && MessageAttributes !== undefined ? { MessageAttributes } : {}),
    ...(all && MD5OfMessageAttributes !== undefined ? { MD5OfMessageAttributes } : {}),
    ...(isObject(Attributes) ? { Attributes: withoutSender(Attributes) } : {}),
  };
}

function withoutSender(attributes: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== 'SenderId'));
}
