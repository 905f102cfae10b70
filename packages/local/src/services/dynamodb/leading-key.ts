import type { Attributes, TableDescription } from './dynalite.ts';
import { indexesOf } from './table-index.ts';

/** The attribute that is the partition key of a table or of an index: a global index has its own. */
export function hashAttribute(table: TableDescription | undefined, index?: string): string | undefined {
  if (table === undefined) return undefined;
  const keyed = index === undefined ? table : indexesOf(table).find(({ IndexName }) => IndexName === index);
  return keyed?.KeySchema[0]?.AttributeName;
}

/**
 * A leading key as `dynamodb:LeadingKeys` has it. Numbers are in canonical form already (`2` for `2.0`, `02` and `2e0`),
 * binary values are base64. Undefined if the attribute is absent or has another type than the table's key.
 */
export function leadingKey(
  attributes: Attributes | undefined,
  table: TableDescription | undefined,
  name: string | undefined = hashAttribute(table),
): string | undefined {
  if (attributes === undefined || table === undefined || name === undefined) return undefined;
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  const type = table.AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  const scalar = value === undefined || type === undefined ? undefined : value[type];
  return typeof scalar === 'string' ? scalar : undefined;
}
