import type { Attributes, TableDescription } from './dynalite.ts';
import { indexesOf } from './store.ts';

/** The attribute whose value leads in a table, or in one of its indexes: a global index has a leading key of its own. */
export function hashAttribute(table: TableDescription | undefined, index?: string): string | undefined {
  if (table === undefined) return undefined;
  const keyed = index === undefined ? table : indexesOf(table).find(({ IndexName }) => IndexName === index);
  return keyed?.KeySchema[0]?.AttributeName;
}

/**
 * A leading key as `dynamodb:LeadingKeys` shows it. Numbers are in canonical form already (`2`, for `2.0`, `02` and `2e0`),
 * binary values are base64. Absent if the attribute is, or is of a type other than the table's: no policy then finds a key in it.
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
