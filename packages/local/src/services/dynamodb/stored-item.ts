import type { Attributes, AttributeValue, TableDescription } from './dynalite.ts';
import { indexesOf } from './table-index.ts';

/** @see Amazon DynamoDB Developer Guide, "Quotas in Amazon DynamoDB": nested attribute depth */
export const MAX_DEPTH = 32;
export const TOO_DEEP: string = `Nesting Levels have exceeded supported limits: an attribute may have ${MAX_DEPTH} levels`;
/** @see Amazon DynamoDB Developer Guide, "Data types": numbers from 1E-130 up to 9.99…E+125 */
const [MAX_EXPONENT, MIN_EXPONENT] = [125, -130];

/**
 * What dynalite does not check of an item before it stores it: an update can add nested values and compute numbers.
 *
 * @returns the error message, if any
 */
export function itemFault(item: Attributes, table: TableDescription | undefined): string | undefined {
  for (const value of Object.values(item)) {
    const fault = valueFault(value, 1);
    if (fault !== undefined) return fault;
  }
  return table && indexKeyFault(item, table);
}

/** An item whose key of an index is empty cannot be stored, although an item without that key can. */
export function indexKeyFault(item: Attributes, table: TableDescription): string | undefined {
  for (const { IndexName, KeySchema } of indexesOf(table)) {
    const name = KeySchema.map(({ AttributeName }) => AttributeName).find((key) => isEmpty(item[key]));
    if (name !== undefined)
      return (
        'One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue ' +
        `for a key attribute cannot contain an empty ${item[name]?.['S'] === '' ? 'string' : 'binary'} value. IndexName: ${IndexName}, IndexKey: ${name}`
      );
  }
  return undefined;
}

/** Whether a value is a string or binary value without a character. */
export function isEmpty(value: AttributeValue | undefined): boolean {
  return value?.['S'] === '' || value?.['B'] === '';
}

function valueFault(value: AttributeValue, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return TOO_DEEP;
  for (const [type, inner] of Object.entries(value)) {
    if (type === 'N') return numberFault(String(inner));
    if (type !== 'M' && type !== 'L') continue;
    for (const element of Object.values(inner as Readonly<Record<string, AttributeValue>>)) {
      const fault = valueFault(element, depth + 1);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
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
