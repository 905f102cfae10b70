import type { Attributes, AttributeValue } from './dynalite.ts';

/** The bytes that a list or a map adds to its elements. */
const DOCUMENT_BYTES = 3;

/**
 * The bytes of an item: the names and values of its attributes. Text counts in UTF-8; dynalite counts UTF-16 code units.
 *
 * @see Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats"
 */
export function itemSize(item: Attributes): number {
  let size = 0;
  for (const [name, value] of Object.entries(item)) size += Buffer.byteLength(name) + valueSize(value);
  return size;
}

/** @param value an attribute value with one type, in canonical form */
export function valueSize(value: AttributeValue): number {
  const [[type, content] = ['', undefined]] = Object.entries(value);
  switch (type) {
    case 'S':
    case 'N':
    case 'B':
      return scalarSize(type, String(content));
    case 'SS':
    case 'NS':
    case 'BS':
      return sum(content as readonly string[], (element) => scalarSize(type.charAt(0), element));
    case 'L':
      return DOCUMENT_BYTES + sum(content as readonly AttributeValue[], (element) => 1 + valueSize(element));
    case 'M':
      return DOCUMENT_BYTES + Object.keys(content as Attributes).length + itemSize(content as Attributes);
    default:
      return 1;
  }
}

function scalarSize(type: string, text: string): number {
  if (type === 'N') return numberSize(text);
  return Buffer.byteLength(text, type === 'B' ? 'base64' : 'utf8');
}

/** One byte for two significant digits, one for the exponent, and one for a minus sign. */
function numberSize(text: string): number {
  const digits = text.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length;
  return 1 + Math.ceil(digits / 2) + (text.startsWith('-') ? 1 : 0);
}

function sum<T>(elements: readonly T[], sizeOf: (element: T) => number): number {
  return elements.reduce((size, element) => size + sizeOf(element), 0);
}
