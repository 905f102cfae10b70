import { isJsonObject, type Json, type JsonObject } from '../../strict-json.ts';
import type { SqsContext } from './operation.ts';
import { engineUrl } from './queue.ts';

/**
 * Received messages as AWS shows them: message attributes only to those who ask for them,
 * a digest of them only if it is one of all, and no SenderId, which the engine makes up.
 */
export function shownMessages(answer: JsonObject, asked: Json | undefined): JsonObject {
  const { Messages } = answer;
  if (!Array.isArray(Messages)) return answer;
  const names = Array.isArray(asked) ? asked : [];
  const all = names.includes('All') || names.includes('.*');
  return { ...answer, Messages: Messages.map((message) => (isJsonObject(message) ? shown(message, names.length > 0, all) : message)) };
}

/** Lets the next who asks have messages that the engine handed out to a client that had waited, and went away meanwhile. */
export async function giveBack({ Messages }: JsonObject, queue: string, { scope, engine }: SqsContext): Promise<void> {
  if (!Array.isArray(Messages)) return;
  const handles = Messages.filter(isJsonObject).map(({ ReceiptHandle }) => ReceiptHandle);
  const Entries = handles.map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle, VisibilityTimeout: 0 }));
  await engine.run('ChangeMessageVisibilityBatch', { QueueUrl: engineUrl(scope, queue), Entries });
}

function shown(message: JsonObject, some: boolean, all: boolean): JsonObject {
  const { MessageAttributes, MD5OfMessageAttributes, Attributes, ...rest } = message;
  return {
    ...rest,
    ...(some && MessageAttributes !== undefined ? { MessageAttributes } : {}),
    ...(all && MD5OfMessageAttributes !== undefined ? { MD5OfMessageAttributes } : {}),
    ...(isJsonObject(Attributes) ? { Attributes: withoutSender(Attributes) } : {}),
  };
}

function withoutSender(attributes: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== 'SenderId'));
}
