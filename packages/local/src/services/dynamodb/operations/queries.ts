import { asIamRequest } from '../access.ts';
import { attributesOf } from '../attributes.ts';
import type { ParsedRequest, TableDescription } from '../dynalite.ts';
import { validationOf } from '../engine.ts';
import { hashAttribute, leadingKey } from '../key-value.ts';
import { normaliseLegacyConditions } from '../legacy-conditions.ts';
import { type DynamoDbOperation, pinTables } from '../operation.ts';
import { withPlainTableName } from '../table-name.ts';
import { selection } from './items.ts';

/** Every read is consistent here; of a scan dynalite does not know that it may be asked for. */
const CONSISTENT_READ = { ConsistentRead: 'Boolean' };

/** The operations that read many items of a table or an index. */
export const QUERY_OPERATIONS: readonly DynamoDbOperation[] = [
  // A scan has no leading key: a policy whose only condition is ForAllValues allows it, here as on AWS.
  manyItemsOperation('Scan', 'scan', ['dynamodb:Attributes', 'dynamodb:Select', 'dynamodb:ReturnConsumedCapacity'], () => []),
  manyItemsOperation(
    'Query',
    'query',
    ['dynamodb:LeadingKeys', 'dynamodb:Attributes', 'dynamodb:Select', 'dynamodb:ReturnConsumedCapacity'],
    (data, table) => [queriedKey(data, table)],
  ),
];

function manyItemsOperation(
  name: string,
  action: 'query' | 'scan',
  conditionKeys: readonly string[],
  keys: (data: ParsedRequest, table: TableDescription | undefined) => readonly (string | undefined)[],
): DynamoDbOperation {
  return {
    operation: name,
    actions: [`dynamodb:${name}`],
    conditionKeys,
    parse(parameters, context) {
      const { scope, engine } = context;
      const data = engine.check(name, withPlainTableName(scope, parameters), validationOf(action, CONSISTENT_READ));
      const table = engine.table(data.TableName);
      const access = asIamRequest(scope, {
        action: name,
        table: data.TableName,
        index: data.IndexName,
        keys: keys(data, table),
        attributes: attributesOf(data),
        select: selection(data),
        returnConsumedCapacity: data.ReturnConsumedCapacity,
      });
      normaliseLegacyConditions(data);
      const demandSameTables = pinTables(context, [data.TableName]);
      return {
        authorize: [access],
        execute() {
          demandSameTables();
          if (!wantsMoreThanIndexHolds(data, table)) return engine.stream(action, data);
          const { Select: _, ...rest } = data;
          return engine.stream(action, rest, engine.store.showingWholeItems());
        },
      };
    },
  };
}

/**
 * dynalite's check has brought every form of key condition (names, parentheses, reversed operands, the legacy form) into KeyConditions,
 * which is also what it executes. No condition of equality on the leading key, no key.
 */
function queriedKey(data: ParsedRequest, table: TableDescription | undefined): string | undefined {
  const name = hashAttribute(table, data.IndexName);
  const condition = name === undefined ? undefined : data.KeyConditions?.[name];
  const [value, ...more] = condition?.AttributeValueList ?? [];
  if (name === undefined || condition?.ComparisonOperator !== 'EQ' || value === undefined || more.length > 0) return undefined;
  return leadingKey({ [name]: value }, table, name);
}

/** A local index fetches from its table what it does not hold; of a global one dynalite refuses it, as AWS does. */
function wantsMoreThanIndexHolds(data: ParsedRequest, table: TableDescription | undefined): boolean {
  const index = table?.LocalSecondaryIndexes?.find(({ IndexName }) => IndexName === data.IndexName);
  return data.Select === 'ALL_ATTRIBUTES' && index !== undefined && index.Projection.ProjectionType !== 'ALL';
}
