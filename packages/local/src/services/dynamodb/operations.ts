import type { DynamoDbOperation } from './operation.ts';
import { BATCH_OPERATIONS } from './operations/batches.ts';
import { ITEM_OPERATIONS } from './operations/items.ts';
import { QUERY_OPERATIONS } from './operations/queries.ts';
import { TABLE_OPERATIONS } from './operations/tables.ts';
import { TAG_OPERATIONS } from './operations/tags.ts';
import { TIME_TO_LIVE_OPERATIONS } from './operations/time-to-live.ts';
import { TRANSACT_OPERATIONS } from './operations/transactions.ts';
import { PARTIQL_OPERATIONS } from './partiql/operations.ts';

/** Every supported operation of DynamoDB. All others are answered with 501 and never reach the engine. */
export const DYNAMODB_OPERATIONS: readonly DynamoDbOperation[] = withResourceTags([
  ...ITEM_OPERATIONS,
  ...BATCH_OPERATIONS,
  ...QUERY_OPERATIONS,
  ...TRANSACT_OPERATIONS,
  ...PARTIQL_OPERATIONS,
  ...TABLE_OPERATIONS,
  ...TAG_OPERATIONS,
  ...TIME_TO_LIVE_OPERATIONS,
]);

/** Every action on a table or an index has the condition keys of the table's tags. ListTables has no table. */
function withResourceTags(operations: readonly DynamoDbOperation[]): readonly DynamoDbOperation[] {
  return operations.map((entry) =>
    entry.operation === 'ListTables' ? entry : { ...entry, conditionKeys: [...entry.conditionKeys, 'aws:ResourceTag/*'] },
  );
}
