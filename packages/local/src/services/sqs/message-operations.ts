import { isJsonObject, type JsonObject } from '../../strict-json.ts';
import { isMessageAttribute } from '../message-attribute.ts';
import { AwsError } from '../service.ts';
import { onQueue } from './on-queue.ts';
import type { SqsOperation } from './operation.ts';
import { giveBack, shownMessages } from './received.ts';
import { integer, list, map, type Members, STRING, structure } from '../shape.ts';

const MESSAGE: Members = {
  MessageBody: STRING,
  'DelaySeconds?': integer(0, 900),
  'MessageAttributes?': map(structure({ DataType: STRING, 'StringValue?': STRING, 'BinaryValue?': STRING })),
  'MessageDeduplicationId?': STRING,
  'MessageGroupId?': STRING,
};
const VISIBILITY: Members = { ReceiptHandle: STRING, VisibilityTimeout: integer(0, 43_200) };

/** The operations on messages. Of a FIFO queue the engine hands out one message of a group at a time, where AWS may hand out ten. */
export const MESSAGE_OPERATIONS: readonly SqsOperation[] = [
  onQueue('SendMessage', MESSAGE, { ask: demandMessages }),
  onQueue('SendMessageBatch', entriesOf(MESSAGE), { action: 'sqs:SendMessage', ask: demandMessages }),
  onQueue(
    'ReceiveMessage',
    {
      'AttributeNames?': list(STRING),
      'MessageSystemAttributeNames?': list(STRING),
      'MessageAttributeNames?': list(STRING),
      'MaxNumberOfMessages?': integer(1, 10),
      'VisibilityTimeout?': integer(0, 43_200),
      'WaitTimeSeconds?': integer(0, 20),
    },
    {
      async answer(answer, queue, room, { MessageAttributeNames }) {
        if (room.gone.aborted) await giveBack(answer, queue, room);
        return shownMessages(answer, MessageAttributeNames);
      },
    },
  ),
  onQueue('DeleteMessage', { ReceiptHandle: STRING }),
  onQueue('DeleteMessageBatch', entriesOf({ ReceiptHandle: STRING }), { action: 'sqs:DeleteMessage' }),
  onQueue('ChangeMessageVisibility', VISIBILITY),
  onQueue('ChangeMessageVisibilityBatch', entriesOf(VISIBILITY), { action: 'sqs:ChangeMessageVisibility' }),
];

function entriesOf(members: Members): Members {
  return { Entries: list(structure({ Id: STRING, ...members })) };
}

/** What the engine would take in silence: the group of a message to a standard queue, and an attribute without a type or value. */
function demandMessages(given: JsonObject, queue: string): JsonObject {
  const messages = Array.isArray(given['Entries']) ? given['Entries'] : [given];
  for (const { MessageGroupId, MessageDeduplicationId, MessageAttributes } of messages.filter(isJsonObject)) {
    const grouped = MessageGroupId !== undefined || MessageDeduplicationId !== undefined;
    if (grouped && !queue.endsWith('.fifo')) {
      throw invalid('The request includes a parameter that is not valid for this queue type: a group or a deduplication id');
    }
    const attributes = isJsonObject(MessageAttributes) ? Object.entries(MessageAttributes) : [];
    const [bad] = attributes.find(([, attribute]) => !isJsonObject(attribute) || !isMessageAttribute(attribute)) ?? [];
    if (bad !== undefined) {
      throw invalid(`The message attribute '${bad}' must have a type that begins with Binary, Number or String, and a value of that type`);
    }
  }
  return given;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', 400, message);
}
