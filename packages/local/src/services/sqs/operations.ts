import { isJsonObject, type JsonObject } from '../../strict-json.ts';
import { isMessageAttribute, MESSAGE_ATTRIBUTE } from '../message-attribute.ts';
import { AwsError, type ParsedOperation } from '../service.ts';
import { integer, list, map, type Members, STRING, structure, textOf } from '../shape.ts';
import { onQueue } from './on-queue.ts';
import type { SqsContext, SqsOperation } from './operation.ts';
import { demandQueueName, queueArn, queueUrl } from './queue.ts';
import { clientAttributes, engineAttributes } from './queue-attributes.ts';
import { giveBack, shownMessages } from './received.ts';

const MESSAGE: Members = {
  MessageBody: STRING,
  'DelaySeconds?': integer(0, 900),
  'MessageAttributes?': map(MESSAGE_ATTRIBUTE),
  'MessageDeduplicationId?': STRING,
  'MessageGroupId?': STRING,
};
const VISIBILITY: Members = { ReceiptHandle: STRING, VisibilityTimeout: integer(0, 43_200) };

/** Every operation of SQS that is understood. Whatever is not here never reaches the engine. Of a FIFO queue the engine hands out one message of a group at a time, where AWS may hand out ten. */
export const SQS_OPERATIONS: readonly SqsOperation[] = [
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
      async answer(answer, queue, context, { MessageAttributeNames }) {
        if (context.gone.aborted) await giveBack(answer, queue, context);
        return shownMessages(answer, MessageAttributeNames);
      },
    },
  ),
  onQueue('DeleteMessage', { ReceiptHandle: STRING }),
  onQueue('DeleteMessageBatch', entriesOf({ ReceiptHandle: STRING }), { action: 'sqs:DeleteMessage' }),
  onQueue('ChangeMessageVisibility', VISIBILITY),
  onQueue('ChangeMessageVisibilityBatch', entriesOf(VISIBILITY), { action: 'sqs:ChangeMessageVisibility' }),
  named('GetQueueUrl', { 'QueueOwnerAWSAccountId?': STRING }, ({ QueueOwnerAWSAccountId: owner, ...given }, { scope }) => {
    if (owner === undefined || owner === scope.account) return given;
    throw new AwsError('QueueDoesNotExist', 400, 'The specified queue does not exist.');
  }),
  named('CreateQueue', { 'Attributes?': map(STRING) }, withEngineAttributes),
  onQueue(
    'GetQueueAttributes',
    { 'AttributeNames?': list(STRING) },
    {
      ask: ({ AttributeNames, ...given }) => ({ ...given, AttributeNames: AttributeNames ?? [] }),
      answer: ({ Attributes }, queue, { scope }) =>
        isJsonObject(Attributes) ? { Attributes: clientAttributes(scope, queue, Attributes) } : {},
    },
  ),
  onQueue('SetQueueAttributes', { Attributes: map(STRING) }, { ask: (given, _queue, context) => withEngineAttributes(given, context) }),
  onQueue('PurgeQueue', {}),
  onQueue('DeleteQueue', {}),
  {
    operation: 'ListQueues',
    actions: ['sqs:ListQueues'],
    members: { 'QueueNamePrefix?': STRING, 'MaxResults?': integer(1, 1000), 'NextToken?': STRING },
    parse: (given, { scope, host, engine }) => ({
      authorize: [{ action: 'sqs:ListQueues', resource: '*', context: {} }],
      async execute() {
        const { QueueUrls, ...rest } = await engine.run('ListQueues', given);
        const urls = Array.isArray(QueueUrls) ? QueueUrls.map((url) => queueUrl(scope, host, lastSegment(textOf(url)))) : [];
        return { ...rest, ...(urls.length > 0 ? { QueueUrls: urls } : {}) };
      },
    }),
  },
];

/** An operation on the queue of a QueueName, which answers its URL. */
function named(name: string, members: Members, ask: (given: JsonObject, context: SqsContext) => JsonObject): SqsOperation {
  return {
    operation: name,
    actions: [`sqs:${name}`],
    members: { QueueName: STRING, ...members },
    parse(given, context): ParsedOperation<Promise<JsonObject>> {
      const queue = textOf(given['QueueName']);
      demandQueueName(queue);
      const asked = ask(given, context);
      return {
        authorize: [{ action: `sqs:${name}`, resource: queueArn(context.scope, queue), context: {} }],
        async execute() {
          await context.engine.run(name, asked);
          return { QueueUrl: queueUrl(context.scope, context.host, queue) };
        },
      };
    },
  };
}

function withEngineAttributes(given: JsonObject, { scope, caller }: SqsContext): JsonObject {
  const { Attributes } = given;
  return isJsonObject(Attributes) ? { ...given, Attributes: engineAttributes(scope, Attributes, caller) } : given;
}

function lastSegment(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

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
