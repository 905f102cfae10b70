import type { JsonObject } from '@tenant-aws/policy/json';
import type { SqsOperation, SqsContext } from './operation.ts';
import { engineUrl, queueArn, queueNameOf } from './queue.ts';
import { type Members, STRING, textOf } from '../shape.ts';

/** How an operation on one queue differs from its engine operation. */
export interface QueueOperationOptions {
  /** The permission, if its name is not that of the operation: `sqs:SendMessage`. */
  readonly action?: string;
  /** Translates the client's parameters for the engine. Throws AwsError. */
  readonly toEngine?: (given: JsonObject, queue: string, context: SqsContext) => JsonObject;
  /** Translates the engine's result for the client. */
  readonly toClient?: (result: JsonObject, queue: string, context: SqsContext, given: JsonObject) => JsonObject | Promise<JsonObject>;
}

/** Makes an operation on the queue that QueueUrl names. */
export function queueOperation(
  name: string,
  members: Members,
  { action = `sqs:${name}`, toEngine, toClient }: QueueOperationOptions = {},
): SqsOperation {
  return {
    operation: name,
    actions: [action],
    members: { QueueUrl: STRING, ...members },
    parse(given, context) {
      const queue = queueNameOf(context.scope, context.host, textOf(given['QueueUrl']));
      const parameters = { ...(toEngine?.(given, queue, context) ?? given), QueueUrl: engineUrl(context.scope, queue) };
      return {
        authorize: [{ action, resource: queueArn(context.scope, queue), context: {} }],
        async execute() {
          const result = await context.engine.run(name, parameters);
          return toClient === undefined ? result : toClient(result, queue, context, given);
        },
      };
    },
  };
}
