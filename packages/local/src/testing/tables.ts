import type { TableDefinition } from '../services/dynamodb/table-definition.ts';

/** The names of a table's partition key and, optionally, sort key, both strings; or the input of CreateTable without `TableName`. */
export type TableKeys = readonly [partitionKey: string, sortKey?: string] | Omit<TableDefinition, 'TableName'>;

/**
 * The inputs of CreateTable.
 *
 * @throws TypeError if a table of a template or of the test data has no keys
 */
export function tablesOf(keys: Readonly<Record<string, TableKeys>>, needed: Iterable<string>): TableDefinition[] {
  const missing = [...new Set(needed)].filter((table) => !Object.hasOwn(keys, table));
  const [first] = missing;
  if (first !== undefined)
    throw new TypeError(
      `the templates do not have the keys of the table${missing.length > 1 ? 's' : ''} \`${missing.join('`, `')}\`: name the partition key and the sort key, such as tables: { '${first}': ['customer', 'id'] }`,
    );
  return Object.entries(keys).map(([name, given]) => tableOf(name, given));
}

function tableOf(TableName: string, keys: TableKeys): TableDefinition {
  if (!isNames(keys)) return { BillingMode: 'PAY_PER_REQUEST', ...keys, TableName };
  const names = keys.flatMap((name) => name ?? []);
  return {
    TableName,
    KeySchema: names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
    AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    BillingMode: 'PAY_PER_REQUEST',
  };
}

function isNames(keys: TableKeys): keys is readonly [string, string?] {
  return Array.isArray(keys);
}
