import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import { isMessageAttribute, isMessageAttributeName, MESSAGE_ATTRIBUTE } from '../message-attribute.ts';
import { list, type Members, STRING, structure, textOf } from '../shape.ts';
import type { Message } from './publish.ts';
import { invalidParameter, type MessageAttributes } from './topic.ts';

/** The parameters that describe a message. */
export const MESSAGE: Members = {
  Message: STRING,
  'Subject?': STRING,
  'MessageGroupId?': STRING,
  'MessageDeduplicationId?': STRING,
  'MessageAttributes?': list(structure({ Name: STRING, Value: MESSAGE_ATTRIBUTE })),
};

const MAX_BYTES = 256 * 1024;
const SUBJECT = /^[\x20-\x7e]{1,100}$/;

/**
 * Reads a message from parameters whose types are checked.
 *
 * @throws {@link AwsError} 400
 */
export function readMessage(given: JsonObject): Message {
  const { Subject, MessageGroupId, MessageDeduplicationId } = given;
  const body = textOf(given['Message']);
  if (body === '') throw invalidParameter('Empty message');
  if (typeof Subject === 'string' && !SUBJECT.test(Subject)) throw invalidParameter('Subject');
  const message = {
    body,
    attributes: readAttributes(given['MessageAttributes']),
    ...(typeof Subject === 'string' && { subject: Subject }),
    ...(typeof MessageGroupId === 'string' && { group: MessageGroupId }),
    ...(typeof MessageDeduplicationId === 'string' && { deduplicationId: MessageDeduplicationId }),
  };
  if (size(message) > MAX_BYTES) throw invalidParameter('Message too long');
  return message;
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
