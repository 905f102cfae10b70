import { isJsonObject, type JsonObject } from '../../strict-json.ts';
import { AwsError } from '../service.ts';
import { onQueue } from './on-queue.ts';
import type { SqsOperation, SqsRoom, Understood } from './operation.ts';
import { demandQueueName, queueArn, queueUrl } from './queue.ts';
import { clientAttributes, engineAttributes } from './queue-attributes.ts';
import { integer, list, map, type Members, STRING, textOf } from '../shape.ts';

/** The operations on queues. */
export const QUEUE_OPERATIONS: readonly SqsOperation[] = [
  named('GetQueueUrl', { 'QueueOwnerAWSAccountId?': STRING }, ({ QueueOwnerAWSAccountId: owner, ...given }, { home }) => {
    if (owner === undefined || owner === home.account) return given;
    throw new AwsError('QueueDoesNotExist', 400, 'The specified queue does not exist.');
  }),
  named('CreateQueue', { 'Attributes?': map(STRING) }, withEngineAttributes),
  onQueue(
    'GetQueueAttributes',
    { 'AttributeNames?': list(STRING) },
    {
      ask: ({ AttributeNames, ...given }) => ({ ...given, AttributeNames: AttributeNames ?? [] }),
      answer: ({ Attributes }, queue, { home }) =>
        isJsonObject(Attributes) ? { Attributes: clientAttributes(home, queue, Attributes) } : {},
    },
  ),
  onQueue('SetQueueAttributes', { Attributes: map(STRING) }, { ask: (given, _queue, room) => withEngineAttributes(given, room) }),
  onQueue('PurgeQueue', {}),
  onQueue('DeleteQueue', {}),
  {
    operation: 'ListQueues',
    actions: ['sqs:ListQueues'],
    members: { 'QueueNamePrefix?': STRING, 'MaxResults?': integer(1, 1000), 'NextToken?': STRING },
    understand: (given, { home, host, engine }) => ({
      authorize: [{ action: 'sqs:ListQueues', resource: '*', context: {} }],
      async execute() {
        const { QueueUrls, ...rest } = await engine.run('ListQueues', given);
        const urls = Array.isArray(QueueUrls) ? QueueUrls.map((url) => queueUrl(home, host, lastSegment(textOf(url)))) : [];
        return { ...rest, ...(urls.length > 0 ? { QueueUrls: urls } : {}) };
      },
    }),
  },
];

/** An operation on the queue of a QueueName, which answers its URL. */
function named(name: string, members: Members, ask: (given: JsonObject, room: SqsRoom) => JsonObject): SqsOperation {
  return {
    operation: name,
    actions: [`sqs:${name}`],
    members: { QueueName: STRING, ...members },
    understand(given, room): Understood {
      const queue = textOf(given['QueueName']);
      demandQueueName(queue);
      const asked = ask(given, room);
      return {
        authorize: [{ action: `sqs:${name}`, resource: queueArn(room.home, queue), context: {} }],
        async execute() {
          await room.engine.run(name, asked);
          return { QueueUrl: queueUrl(room.home, room.host, queue) };
        },
      };
    },
  };
}

function withEngineAttributes(given: JsonObject, { home, caller }: SqsRoom): JsonObject {
  const { Attributes } = given;
  return isJsonObject(Attributes) ? { ...given, Attributes: engineAttributes(home, Attributes, caller) } : given;
}

function lastSegment(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
