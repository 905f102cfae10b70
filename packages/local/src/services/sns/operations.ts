import type { SnsOperation } from './operation.ts';
import { PUBLISH_OPERATIONS } from './publish-operations.ts';
import { TOPIC_OPERATIONS } from './topic-operations.ts';

/** Every operation of SNS that is understood. */
export const SNS_OPERATIONS: readonly SnsOperation[] = [...PUBLISH_OPERATIONS, ...TOPIC_OPERATIONS];
