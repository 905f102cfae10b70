import type { DynamoDbOperation } from '../operation.ts';
import { BATCH_EXECUTE_STATEMENT } from './batch-execute-statement.ts';
import { EXECUTE_STATEMENT } from './execute-statement.ts';
import { EXECUTE_TRANSACTION } from './execute-transaction.ts';

/** The operations of PartiQL, for statements that name the partition key of what they read or write. */
export const PARTIQL_OPERATIONS: readonly DynamoDbOperation[] = [EXECUTE_STATEMENT, BATCH_EXECUTE_STATEMENT, EXECUTE_TRANSACTION];
