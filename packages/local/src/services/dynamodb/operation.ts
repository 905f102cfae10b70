import type { JsonObject } from '@tenant-aws/policy/json';
import { AwsError, type ParsedOperation, type ResourceScope } from '../service.ts';
import type { Engine } from './engine.ts';
import type { TransactionTokens } from './transaction-tokens.ts';

/** The state that a request is parsed with. */
export interface DynamoDbContext {
  readonly scope: ResourceScope;
  readonly engine: Engine;
  readonly transactionTokens: TransactionTokens;
}

/** One supported operation of DynamoDB. */
export interface DynamoDbOperation {
  /** `GetItem` */
  readonly operation: string;
  /** The permissions that it needs: `dynamodb:GetItem`. For the documentation. */
  readonly actions: readonly string[];
  /** A permission that it needs only sometimes, and when. For the documentation. */
  readonly furtherActions?: readonly (readonly [action: string, when: string])[];
  /** Its own condition keys, in addition to the global ones: `dynamodb:LeadingKeys`. For the documentation. */
  readonly conditionKeys: readonly string[];
  /** Parses the parameters. `execute` returns the members of the result. */
  parse(parameters: JsonObject, context: DynamoDbContext, now: Date): ParsedOperation<unknown>;
}

/**
 * Binds a decision to the tables for which it was made. A table that is deleted and created again between the decision and the
 * execution may have another key.
 *
 * @returns A check to call synchronously before executing. It throws {@link AwsError}.
 */
export function pinTables({ engine }: DynamoDbContext, tables: Iterable<string>): () => void {
  const pinned = [...new Set(tables)].map((name) => ({ name, id: engine.table(name)?.TableId }));
  return function checkSameTables() {
    for (const { name, id } of pinned) {
      if (engine.table(name)?.TableId !== id)
        throw new AwsError('ResourceInUseException', 400, `The table ${name} was deleted or replaced during the request`);
    }
  };
}
