import type { DynamoDbOperation } from './operation.ts';
import { BATCH_OPERATIONS } from './operations/batches.ts';
import { ITEM_OPERATIONS } from './operations/items.ts';
import { QUERY_OPERATIONS } from './operations/queries.ts';
import { TABLE_OPERATIONS } from './operations/tables.ts';
import { TRANSACT_OPERATIONS } from './operations/transactions.ts';

/** Every operation of DynamoDB that is understood. Whatever is not here never reaches an engine. */
export const DYNAMODB_OPERATIONS: readonly DynamoDbOperation[] = [
  ...ITEM_OPERATIONS,
  ...BATCH_OPERATIONS,
  ...QUERY_OPERATIONS,
  ...TRANSACT_OPERATIONS,
  ...TABLE_OPERATIONS,
];

/** PartiQL, which is denied to everybody: a statement without a key condition names no leading key. */
export const DENIED_OPERATIONS: ReadonlySet<string> = new Set(['ExecuteStatement', 'BatchExecuteStatement', 'ExecuteTransaction']);
