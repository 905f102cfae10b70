import type { Attributes, AttributeValue } from '../dynalite.ts';
import { validationError } from '../errors.ts';
import type { Path } from './statement.ts';

/**
 * The function that makes a row of an item. A column is named after the last name of its path: `SELECT a.b[0]` returns `b[0]`.
 *
 * @throws {@link AwsError} 400 for two columns with the same name
 */
export function rowsOf(columns: readonly Path[] | undefined): (item: Attributes) => Attributes {
  if (columns === undefined) return (item) => item;
  const byName = new Map(columns.map((path) => [columnName(path), path]));
  if (byName.size < columns.length) throw validationError('Duplicate identifiers in select clause');
  return (item) => {
    const row: Record<string, AttributeValue> = {};
    for (const [name, path] of byName) {
      const value = valueAt(item, path);
      if (value !== undefined) row[name] = value;
    }
    return row;
  };
}

function columnName(path: Path): string {
  const last = path.findLastIndex((step) => typeof step === 'string');
  return path
    .slice(last)
    .map((step) => (typeof step === 'number' ? `[${step}]` : step))
    .join('');
}

function valueAt(item: Attributes, [attribute, ...rest]: Path): AttributeValue | undefined {
  let value = own(item, attribute);
  for (const step of rest) value = own(value?.[typeof step === 'number' ? 'L' : 'M'], step);
  return value;
}

/** Only own members: an attribute can be named `constructor`. */
function own(container: unknown, step: string | number): AttributeValue | undefined {
  if (typeof container !== 'object' || container === null || !Object.hasOwn(container, step)) return undefined;
  return (container as Readonly<Record<string | number, AttributeValue>>)[step];
}
