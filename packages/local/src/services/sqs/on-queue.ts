import type { JsonObject } from '../../strict-json.ts';
import type { SqsOperation, SqsContext } from './operation.ts';
import { engineUrl, queueArn, queueNameOf } from './queue.ts';
import { type Members, STRING, textOf } from '../shape.ts';

/** What is special in an operation on one queue. */
export interface Special {
  /** Where it has not the name of the operation: `sqs:SendMessage`. */
  readonly action?: string;
  /** What the engine is asked; throws AwsError. */
  readonly ask?: (given: JsonObject, queue: string, context: SqsContext) => JsonObject;
  /** What the client is answered. */
  readonly answer?: (answer: JsonObject, queue: string, context: SqsContext, given: JsonObject) => JsonObject | Promise<JsonObject>;
}

/** An operation on the queue of a QueueUrl. */
export function onQueue(name: string, members: Members, { action = `sqs:${name}`, ask, answer }: Special = {}): SqsOperation {
  return {
    operation: name,
    actions: [action],
    members: { QueueUrl: STRING, ...members },
    parse(given, context) {
      const queue = queueNameOf(context.scope, context.host, textOf(given['QueueUrl']));
      const asked = { ...(ask?.(given, queue, context) ?? given), QueueUrl: engineUrl(context.scope, queue) };
      return {
        authorize: [{ action, resource: queueArn(context.scope, queue), context: {} }],
        async execute() {
          const result = await context.engine.run(name, asked);
          return answer === undefined ? result : answer(result, queue, context, given);
        },
      };
    },
  };
}
