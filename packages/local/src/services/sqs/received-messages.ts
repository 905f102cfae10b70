import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import type { SqsContext } from './operation.ts';
import { engineUrl } from './queue.ts';
import type { SentMessages } from './sent-messages.ts';

/**
 * Received messages as AWS returns them: message attributes only if requested, their digest only if all are requested, and the
 * system attributes that the engine does not keep.
 */
export function visibleMessages(result: JsonObject, request: JsonObject, sent: SentMessages): JsonObject {
  const { Messages } = result;
  if (!Array.isArray(Messages)) return result;
  const names = listOf(request['MessageAttributeNames']);
  const all = names.includes('All') || names.includes('.*');
  const system = new Set<unknown>([...listOf(request['AttributeNames']), ...listOf(request['MessageSystemAttributeNames'])]);
  return {
    ...result,
    Messages: Messages.map((message) => {
      if (!isObject(message)) return message;
      const { Attributes, ...rest } = visible(message, names.length > 0, all);
      const { SenderId: _invented, ...own } = isObject(Attributes) ? Attributes : {};
      const attributes = { ...own, ...sent.attributesOf(message['MessageId'], system) };
      return { ...rest, ...(Object.keys(attributes).length > 0 && { Attributes: attributes }) };
    }),
  };
}

/** Releases messages that the engine returned for a client that had disconnected: other clients can receive them. */
export async function releaseMessages({ Messages }: JsonObject, queue: string, { scope, engine }: SqsContext): Promise<void> {
  if (!Array.isArray(Messages)) return;
  const handles = Messages.filter((message) => isObject(message)).map(({ ReceiptHandle }) => ReceiptHandle);
  const Entries = handles.map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle, VisibilityTimeout: 0 }));
  await engine.run('ChangeMessageVisibilityBatch', { QueueUrl: engineUrl(scope, queue), Entries });
}

function visible(message: JsonObject, some: boolean, all: boolean): JsonObject {
  const { MessageAttributes, MD5OfMessageAttributes, ...rest } = message;
  return {
    ...rest,
    ...(some && MessageAttributes !== undefined ? { MessageAttributes } : {}),
    ...(all && MD5OfMessageAttributes !== undefined ? { MD5OfMessageAttributes } : {}),
  };
}

function listOf(list: Json | undefined): readonly Json[] {
  return Array.isArray(list) ? list : [];
}
