import type { JsonObject } from '../../strict-json.ts';
import { AwsError, type ParsedOperation, type ResourceScope } from '../service.ts';
import type { Engine } from './engine.ts';
import type { TransactionTokens } from './transaction-tokens.ts';

/** What the operations work with. */
export interface DynamoDbContext {
  readonly scope: ResourceScope;
  readonly engine: Engine;
  readonly transactionTokens: TransactionTokens;
}

/** One operation of DynamoDB that is understood. */
export interface DynamoDbOperation {
  /** `GetItem` */
  readonly operation: string;
  /** `dynamodb:GetItem`: what must be allowed. For the documentation. */
  readonly actions: readonly string[];
  /** `dynamodb:LeadingKeys`: what it reports besides the global condition keys. For the documentation. */
  readonly conditionKeys: readonly string[];
  /** Understands the parameters once; the same object then decides and executes. */
  parse(parameters: JsonObject, context: DynamoDbContext, now: Date): ParsedOperation<unknown>;
}

/**
 * Binds what was decided to the tables it was decided on: a table that was deleted, and created anew with another key,
 * between the decision and the execution is another table.
 *
 * @returns A check to make at once before executing. It throws {@link AwsError}.
 */
export function pinTables({ engine }: DynamoDbContext, tables: Iterable<string>): () => void {
  const pinned = [...new Set(tables)].map((name) => ({ name, id: engine.table(name)?.TableId }));
  return function demandSameTables() {
    for (const { name, id } of pinned) {
      if (engine.table(name)?.TableId !== id) throw new AwsError('ResourceInUseException', 400, `The table ${name} was replaced meanwhile`);
    }
  };
}
