import { isObject, type Json, JsonError, type JsonObject } from '@tenant-aws/policy/json';
import { parseStrictJson } from '../../strict-json.ts';
import { isGroupId, isMessageAttribute, isMessageAttributeName, MESSAGE_ATTRIBUTE } from '../message-attribute.ts';
import { list, type Members, STRING, structure, textOf } from '../shape.ts';
import type { Message } from './publish.ts';
import { invalidParameter, type MessageAttributes } from './topic.ts';

/** The parameters that describe a message. */
export const MESSAGE: Members = {
  Message: STRING,
  'Subject?': STRING,
  'MessageStructure?': STRING,
  'MessageGroupId?': STRING,
  'MessageDeduplicationId?': STRING,
  'MessageAttributes?': list(structure({ Name: STRING, Value: MESSAGE_ATTRIBUTE })),
};

const MAX_BYTES = 256 * 1024;
/** No line breaks and no control characters. */
const SUBJECT = /^[^\p{Cc}\u2028\u2029]{1,100}$/u;

/**
 * Reads a message from parameters whose types are checked.
 *
 * @throws {@link AwsError} 400
 */
export function readMessage(given: JsonObject): Message {
  const { Subject, MessageGroupId, MessageDeduplicationId, MessageStructure } = given;
  const text = textOf(given['Message']);
  if (text === '') throw invalidParameter('Empty message');
  const body = MessageStructure === undefined ? text : bodyForQueues(text, MessageStructure);
  checkId('MessageGroupId', MessageGroupId);
  checkId('MessageDeduplicationId', MessageDeduplicationId);
  if (typeof Subject === 'string' && !SUBJECT.test(Subject)) throw invalidParameter('Subject');
  const message = {
    body,
    attributes: readAttributes(given['MessageAttributes']),
    ...(typeof Subject === 'string' && { subject: Subject }),
    ...(typeof MessageGroupId === 'string' && { group: MessageGroupId }),
    ...(typeof MessageDeduplicationId === 'string' && { deduplicationId: MessageDeduplicationId }),
  };
  if (size({ ...message, body: text }) > MAX_BYTES) throw invalidParameter('Message too long');
  return message;
}

/**
 * The body for the protocol `sqs` in a JSON object with a body for each protocol.
 *
 * @see Amazon SNS API Reference, "Publish": MessageStructure
 */
function bodyForQueues(text: string, structure: Json): string {
  if (structure !== 'json') throw invalidParameter('MessageStructure must be json');
  const bodies = parseBodies(text);
  if (typeof bodies['default'] !== 'string') throw invalidParameter('Message Structure - No default entry in JSON message body');
  const { sqs: own = bodies['default'] } = bodies;
  if (typeof own !== 'string' || own === '') throw invalidParameter('Message Structure - the entry of a protocol must be a string');
  return own;
}

function parseBodies(text: string): JsonObject {
  try {
    const bodies = parseStrictJson(Buffer.from(text));
    if (isObject(bodies)) return bodies;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
  }
  throw invalidParameter('Message Structure - JSON message body failed to parse');
}

function checkId(name: string, id: Json | undefined): void {
  if (typeof id !== 'string' || isGroupId(id)) return;
  throw invalidParameter(`The ${name} parameter can only include alphanumeric and punctuation characters. 1 to 128 in length`);
}

function readAttributes(given: Json | undefined): MessageAttributes {
  const attributes: Record<string, MessageAttributes[string]> = {};
  for (const element of Array.isArray(given) ? given : []) {
    if (!isObject(element) || !isObject(element['Value'])) continue;
    const name = textOf(element['Name']);
    const { DataType, StringValue, BinaryValue } = element['Value'];
    const value = typeof StringValue === 'string' ? { StringValue } : { BinaryValue: textOf(BinaryValue) };
    const fits = isMessageAttributeName(name) && isMessageAttribute(element['Value']);
    if (!fits || Object.hasOwn(attributes, name)) throw invalidParameter('MessageAttributes');
    attributes[name] = { DataType: textOf(DataType), ...value };
  }
  return attributes;
}

/** The size of a message in bytes. SNS counts its attributes too. */
export function size({ body, attributes }: Pick<Message, 'body' | 'attributes'>): number {
  const texts = Object.entries(attributes).flatMap(([name, { DataType, StringValue = '', BinaryValue = '' }]) => [
    name,
    DataType,
    StringValue,
    BinaryValue,
  ]);
  return [body, ...texts].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
