import { isObject, type JsonObject } from '@tenant-aws/policy/json';
import { MESSAGE_ATTRIBUTE } from '../message-attribute.ts';
import { AwsError, type ParsedOperation } from '../service.ts';
import { integer, list, map, type Members, STRING, structure, textOf } from '../shape.ts';
import { checkMessageAttributeNames, checkQueueAttributeNames } from './attribute-names.ts';
import { checkedBatch, withFailedHandles } from './batch.ts';
import { checkedMessages, checkedReceipts } from './checked-message.ts';
import { checkFifoAttributes, checkNewQueue } from './fifo-attributes.ts';
import { queueOperation, type QueueOperationOptions } from './queue-operation.ts';
import type { SqsContext, SqsOperation } from './operation.ts';
import { checkQueueName, queueArn, queueUrl } from './queue.ts';
import { clientAttributes, engineAttributes } from './queue-attributes.ts';
import { releaseMessages, visibleMessages } from './received-messages.ts';

const MESSAGE: Members = {
  MessageBody: STRING,
  'DelaySeconds?': integer(0, 900),
  'MessageAttributes?': map(MESSAGE_ATTRIBUTE),
  'MessageDeduplicationId?': STRING,
  'MessageGroupId?': STRING,
};
const VISIBILITY: Members = { ReceiptHandle: STRING, VisibilityTimeout: integer(0, 43_200) };

const SENDING: QueueOperationOptions = {
  action: 'sqs:SendMessage',
  toEngine: checkedMessages,
  toClient(result, _queue, { engine, caller }, given) {
    const { 'aws:userid': sender } = caller.context;
    engine.sent.add(given, result, typeof sender === 'string' ? sender : undefined);
    return result;
  },
};

/**
 * Every supported operation of SQS. All others are answered with 501 and never reach the engine.
 * From a FIFO queue, the engine returns one message of a group at a time; AWS may return ten.
 */
export const SQS_OPERATIONS: readonly SqsOperation[] = [
  queueOperation('SendMessage', MESSAGE, SENDING),
  queueOperation('SendMessageBatch', batchOf(MESSAGE), {
    ...SENDING,
    toEngine: (given, queue) => checkedMessages(checkedBatch(given), queue),
  }),
  queueOperation(
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
      toEngine(given) {
        checkMessageAttributeNames(given);
        return given;
      },
      async toClient(result, queue, context, given) {
        if (context.gone.aborted) await releaseMessages(result, queue, context);
        return visibleMessages(result, given, context.engine.sent);
      },
    },
  ),
  queueOperation('DeleteMessage', { ReceiptHandle: STRING }, { toEngine: checkedReceipts }),
  queueOperation('DeleteMessageBatch', batchOf({ ReceiptHandle: STRING }), {
    action: 'sqs:DeleteMessage',
    toEngine: checkedBatch,
    toClient: (result, _queue, _context, given) => withFailedHandles(result, given),
  }),
  queueOperation('ChangeMessageVisibility', VISIBILITY, { toEngine: checkedReceipts }),
  queueOperation('ChangeMessageVisibilityBatch', batchOf(VISIBILITY), { action: 'sqs:ChangeMessageVisibility', toEngine: checkedBatch }),
  queueNameOperation('GetQueueUrl', { 'QueueOwnerAWSAccountId?': STRING }, ({ QueueOwnerAWSAccountId: owner, ...given }, { scope }) => {
    if (owner === undefined || owner === scope.account) return given;
    throw new AwsError('QueueDoesNotExist', 400, 'The specified queue does not exist.');
  }),
  queueNameOperation('CreateQueue', { 'Attributes?': map(STRING) }, (given, context) => {
    const { QueueName, Attributes } = given;
    checkNewQueue(textOf(QueueName), isObject(Attributes) ? Attributes : {});
    return withEngineAttributes(given, textOf(QueueName), context);
  }),
  queueOperation(
    'GetQueueAttributes',
    { 'AttributeNames?': list(STRING) },
    {
      toEngine({ AttributeNames = [], ...given }) {
        checkQueueAttributeNames({ AttributeNames });
        return { ...given, AttributeNames };
      },
      toClient: ({ Attributes }, queue, { scope }) =>
        isObject(Attributes) ? { Attributes: clientAttributes(scope, queue, Attributes) } : {},
    },
  ),
  queueOperation('SetQueueAttributes', { Attributes: map(STRING) }, { toEngine: withEngineAttributes }),
  queueOperation('PurgeQueue', {}),
  queueOperation('DeleteQueue', {}),
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

/** Makes an operation on the queue that QueueName names. It returns the queue's URL. */
function queueNameOperation(
  name: string,
  members: Members,
  toEngine: (given: JsonObject, context: SqsContext) => JsonObject,
): SqsOperation {
  return {
    operation: name,
    actions: [`sqs:${name}`],
    members: { QueueName: STRING, ...members },
    parse(given, context): ParsedOperation<Promise<JsonObject>> {
      const queue = textOf(given['QueueName']);
      checkQueueName(queue);
      const parameters = toEngine(given, context);
      return {
        authorize: [{ action: `sqs:${name}`, resource: queueArn(context.scope, queue), context: {} }],
        async execute() {
          await context.engine.run(name, parameters);
          return { QueueUrl: queueUrl(context.scope, context.host, queue) };
        },
      };
    },
  };
}

function withEngineAttributes(given: JsonObject, queue: string, { scope, caller }: SqsContext): JsonObject {
  const { Attributes } = given;
  if (!isObject(Attributes)) return given;
  checkFifoAttributes(queue, Attributes);
  return { ...given, Attributes: engineAttributes(scope, Attributes, caller) };
}

function lastSegment(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

function batchOf(members: Members): Members {
  return { Entries: list(structure({ Id: STRING, ...members })) };
}
