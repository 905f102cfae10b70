import type { DynamoDbOperation } from './operation.ts';
import { BATCH_OPERATIONS } from './operations/batches.ts';
import { ITEM_OPERATIONS } from './operations/items.ts';
import { QUERY_OPERATIONS } from './operations/queries.ts';
import { TABLE_OPERATIONS } from './operations/tables.ts';
import { TRANSACT_OPERATIONS } from './operations/transactions.ts';

/** Every supported operation of DynamoDB. All others are answered with 501 and never reach the engine. */
export const DYNAMODB_OPERATIONS: readonly DynamoDbOperation[] = [
  ...ITEM_OPERATIONS,
  ...BATCH_OPERATIONS,
  ...QUERY_OPERATIONS,
  ...TRANSACT_OPERATIONS,
  ...TABLE_OPERATIONS,
];

/** PartiQL is denied to every caller: a statement without a key condition names no leading key. */
export const DENIED_OPERATIONS: ReadonlySet<string> = new Set(['ExecuteStatement', 'BatchExecuteStatement', 'ExecuteTransaction']);
