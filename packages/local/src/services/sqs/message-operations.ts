import { isJsonObject, type JsonObject } from '../../strict-json.ts';
import { AwsError } from '../service.ts';
import { onQueue } from './on-queue.ts';
import type { SqsOperation } from './operation.ts';
import { shownMessages } from './received.ts';
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
  onQueue('SendMessage', MESSAGE, { ask: demandFifo }),
  onQueue('SendMessageBatch', entriesOf(MESSAGE), { action: 'sqs:SendMessage', ask: demandFifo }),
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
    { answer: (answer, _queue, _room, { MessageAttributeNames }) => shownMessages(answer, MessageAttributeNames) },
  ),
  onQueue('DeleteMessage', { ReceiptHandle: STRING }),
  onQueue('DeleteMessageBatch', entriesOf({ ReceiptHandle: STRING }), { action: 'sqs:DeleteMessage' }),
  onQueue('ChangeMessageVisibility', VISIBILITY),
  onQueue('ChangeMessageVisibilityBatch', entriesOf(VISIBILITY), { action: 'sqs:ChangeMessageVisibility' }),
];

function entriesOf(members: Members): Members {
  return { Entries: list(structure({ Id: STRING, ...members })) };
}

/** The engine drops the group of a message to a standard queue in silence. */
function demandFifo(given: JsonObject, queue: string): JsonObject {
  const messages = Array.isArray(given['Entries']) ? given['Entries'] : [given];
  for (const message of messages) {
    const grouped = isJsonObject(message) && (message['MessageGroupId'] !== undefined || message['MessageDeduplicationId'] !== undefined);
    if (!grouped || queue.endsWith('.fifo')) continue;
    throw new AwsError(
      'InvalidParameterValue',
      400,
      'The request includes a parameter that is not valid for this queue type: a group or a deduplication id',
    );
  }
  return given;
}
