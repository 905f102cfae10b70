import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import { isGroupId, isMessageAttribute, isMessageAttributeName } from '../message-attribute.ts';
import { AwsError } from '../service.ts';

const MAX_ATTRIBUTES = 10;
const RESERVED = /^(?:aws|amazon)\./i;
/** The form of the engine's receipt handles. */
const RECEIPT_HANDLE = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Checks what the engine does not check of the messages of a request. A group id on a standard queue makes it a fair queue.
 *
 * @see Amazon SQS API Reference, "SendMessage"; Developer Guide, "Amazon SQS message quotas"
 * @throws {@link AwsError} 400
 */
export function checkedMessages(given: JsonObject, queue: string): JsonObject {
  const messages: readonly Json[] = Array.isArray(given['Entries']) ? given['Entries'] : [given];
  for (const message of messages.filter((each) => isObject(each))) {
    const { MessageBody, MessageGroupId, MessageDeduplicationId, MessageAttributes = {} } = message;
    if (MessageBody === '') throw new AwsError('MissingParameter', 400, 'The request must contain the parameter MessageBody.');
    checkId('MessageGroupId', MessageGroupId);
    checkId('MessageDeduplicationId', MessageDeduplicationId);
    if (MessageDeduplicationId !== undefined && !queue.endsWith('.fifo')) {
      throw invalid('The request includes a parameter that is not valid for this queue type: MessageDeduplicationId');
    }
    if (isObject(MessageAttributes)) checkAttributes(MessageAttributes);
  }
  return given;
}

/** @throws {@link AwsError} 400 for a text that is no receipt handle */
export function checkedReceipts(given: JsonObject): JsonObject {
  if (isReceiptHandle(given['ReceiptHandle'])) return given;
  throw new AwsError('ReceiptHandleIsInvalid', 404, 'The input receipt handle is invalid.');
}

export function isReceiptHandle(value: Json | undefined): boolean {
  return typeof value === 'string' && RECEIPT_HANDLE.test(value);
}

function checkId(name: string, id: Json | undefined): void {
  if (typeof id === 'string' && !isGroupId(id)) {
    throw invalid(
      `Value ${id.length === 0 ? 'of no character' : 'given'} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
}

function checkAttributes(attributes: JsonObject): void {
  const entries = Object.entries(attributes);
  if (entries.length > MAX_ATTRIBUTES) {
    throw invalid(`Number of message attributes [${entries.length}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`);
  }
  for (const [name, attribute] of entries) {
    if (!isMessageAttributeName(name) || RESERVED.test(name)) {
      throw invalid(
        `The message attribute name '${name}' is invalid: it has letters, digits, \`_\`, \`-\` and single periods, and does not begin with AWS. or Amazon.`,
      );
    }
    if (!isObject(attribute) || !isMessageAttribute(attribute)) {
      throw invalid(`The message attribute '${name}' must have a type that begins with Binary, Number or String, and a value of that type`);
    }
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', 400, message);
}
