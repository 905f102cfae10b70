import type { Attributes, AttributeValue, KeySchemaElement, TableDescription } from './dynalite.ts';
import { firstFault } from './first-fault.ts';
import { itemSize, valueSize } from './item-size.ts';
import { indexesOf } from './table-index.ts';

/** @see Amazon DynamoDB Developer Guide, "Quotas in Amazon DynamoDB": nested attribute depth */
export const MAX_DEPTH = 32;
export const TOO_DEEP: string = `Nesting Levels have exceeded supported limits: an attribute may have ${MAX_DEPTH} levels`;
/** @see Amazon DynamoDB Developer Guide, "Data types": numbers from 1E-130 up to 9.99…E+125 */
const [MAX_EXPONENT, MIN_EXPONENT] = [125, -130];
/** @see Amazon DynamoDB Developer Guide, "Quotas in Amazon DynamoDB": items, attribute names, keys */
const MAX_ITEM_BYTES = 400 * 1024;
const MAX_NAME_BYTES = 65_535;
const [MAX_HASH_BYTES, MAX_RANGE_BYTES] = [2048, 1024];
const INVALID = 'One or more parameter values were invalid: ';

export const ITEM_TOO_LARGE = 'Item size has exceeded the maximum allowed size';

/**
 * What dynalite does not check of an item: it accepts nested values and computed numbers in an update, and counts no bytes.
 *
 * @returns the error message, if any
 */
export function itemFault(item: Attributes, table: TableDescription | undefined): string | undefined {
  return (
    firstFault(Object.entries(item), ([name, value]) => nameFault(name) ?? valueFault(value, 1)) ??
    (itemSize(item) > MAX_ITEM_BYTES ? ITEM_TOO_LARGE : undefined) ??
    (table && (keySizeFault(item, table.KeySchema) ?? indexKeyFault(item, table)))
  );
}

/** dynalite counts the characters of a key. Its numbers are never too large. */
export function keySizeFault(item: Attributes, keySchema: readonly KeySchemaElement[]): string | undefined {
  return firstFault(keySchema, ({ AttributeName, KeyType }) => {
    const value = item[AttributeName];
    const bytes = value === undefined ? 0 : valueSize(value);
    if (KeyType === 'HASH')
      return bytes > MAX_HASH_BYTES ? `${INVALID}Size of hashkey has exceeded the maximum size limit of${MAX_HASH_BYTES} bytes` : undefined;
    return bytes > MAX_RANGE_BYTES
      ? `${INVALID}Aggregated size of all range keys has exceeded the size limit of ${MAX_RANGE_BYTES} bytes`
      : undefined;
  });
}

/** An item whose key of an index is empty or too large cannot be stored, although an item without that key can. */
function indexKeyFault(item: Attributes, table: TableDescription): string | undefined {
  return firstFault(indexesOf(table), ({ IndexName, KeySchema }) => {
    const name = KeySchema.map(({ AttributeName }) => AttributeName).find((key) => isEmpty(item[key]));
    if (name === undefined) return keySizeFault(item, KeySchema);
    return (
      'One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue ' +
      `for a key attribute cannot contain an empty ${item[name]?.['S'] === '' ? 'string' : 'binary'} value. IndexName: ${IndexName}, IndexKey: ${name}`
    );
  });
}

/** Whether a value is a string or binary value without a character. */
export function isEmpty(value: AttributeValue | undefined): boolean {
  return value?.['S'] === '' || value?.['B'] === '';
}

function nameFault(name: string): string | undefined {
  const valid = name !== '' && Buffer.byteLength(name) <= MAX_NAME_BYTES;
  return valid ? undefined : `${INVALID}The name of an attribute must have 1 to ${MAX_NAME_BYTES} bytes`;
}

function valueFault(value: AttributeValue, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return TOO_DEEP;
  return firstFault(Object.entries(value), ([type, inner]) => {
    if (type === 'N') return numberFault(String(inner));
    if (type !== 'M' && type !== 'L') return undefined;
    return firstFault(Object.values(inner as Readonly<Record<string, AttributeValue>>), (element) => valueFault(element, depth + 1));
  });
}

/** @param text a number without an exponent, as dynalite stores it */
function numberFault(text: string): string | undefined {
  const [whole = '', fraction = ''] = text.replace(/^-?0*/, '').split('.');
  const exponent = whole === '' ? -1 - fraction.search(/[1-9]/) : whole.length - 1;
  const isZero = whole === '' && !/[1-9]/.test(fraction);
  if (isZero) return undefined;
  if (exponent > MAX_EXPONENT) return 'Number overflow. Attempting to store a number with magnitude larger than supported range';
  if (exponent < MIN_EXPONENT) return 'Number underflow. Attempting to store a number with magnitude smaller than supported range';
  return undefined;
}
