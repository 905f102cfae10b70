import { MESSAGE_OPERATIONS } from './message-operations.ts';
import type { SqsOperation } from './operation.ts';
import { QUEUE_OPERATIONS } from './queue-operations.ts';

/** Every operation of SQS that is understood. Whatever is not here never reaches the engine. */
export const SQS_OPERATIONS: readonly SqsOperation[] = [...MESSAGE_OPERATIONS, ...QUEUE_OPERATIONS];
