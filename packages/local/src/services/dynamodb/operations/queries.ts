import { iamRequest } from '../iam-request.ts';
import { attributesOf } from '../attributes.ts';
import type { ParameterTypes, ParsedRequest, TableDescription } from '../dynalite.ts';
import { validationOf } from '../engine.ts';
import { fetchesFromTable, readThroughIndex } from '../index-fetch.ts';
import { hashAttribute, leadingKey } from '../leading-key.ts';
import { normaliseLegacyConditions } from '../legacy-conditions.ts';
import { type DynamoDbOperation, pinTables } from '../operation.ts';
import { withPlainTableName } from '../table-name.ts';
import { selection } from './items.ts';

/** Every read is consistent here. dynalite does not know this parameter of Scan. */
export const CONSISTENT_READ: ParameterTypes = { ConsistentRead: 'Boolean' };

/** The operations that read many items of a table or an index. */
export const QUERY_OPERATIONS: readonly DynamoDbOperation[] = [
  // A scan has no leading key. As on AWS, a policy whose only condition is ForAllValues allows it.
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
  const validation = validationOf(action, CONSISTENT_READ);
  return {
    operation: name,
    actions: [`dynamodb:${name}`],
    conditionKeys,
    parse(parameters, context) {
      const { scope, engine } = context;
      const data = engine.check(name, withPlainTableName(scope, parameters), validation);
      const table = engine.table(data.TableName);
      const access = iamRequest(context, {
        action: name,
        table: data.TableName,
        index: data.IndexName,
        keys: keys(data, table),
        attributes: attributesOf(data),
        select: selection(data),
        returnConsumedCapacity: data.ReturnConsumedCapacity,
      });
      normaliseLegacyConditions(data);
      const checkSameTables = pinTables(context, [data.TableName]);
      return {
        authorize: [access],
        execute() {
          checkSameTables();
          if (fetchesFromTable(data, table)) return readThroughIndex(engine, action, data);
          return engine.stream(action, data);
        },
      };
    },
  };
}

/**
 * The leading key that a query names; undefined without an equality condition on it. dynalite's check has rewritten every form
 * of key condition (names, parentheses, reversed operands, the legacy form) into KeyConditions, and executes those.
 */
export function queriedKey(data: ParsedRequest, table: TableDescription | undefined): string | undefined {
  const name = hashAttribute(table, data.IndexName);
  const condition = name === undefined ? undefined : data.KeyConditions?.[name];
  const [value, ...more] = condition?.AttributeValueList ?? [];
  if (name === undefined || condition?.ComparisonOperator !== 'EQ' || value === undefined || more.length > 0) return undefined;
  return leadingKey({ [name]: value }, table, name);
}
