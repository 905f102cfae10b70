import { isDeepStrictEqual } from 'node:util';
import { type Attributes, type AttributeValue, db, type Expression } from './dynalite.ts';

interface Operation {
  readonly type: string;
  readonly name?: string;
  readonly args: readonly Expression[];
}

/**
 * Whether an item matches a condition. dynalite compares scalars and sets; it never finds two maps or lists equal, has no size of an empty
 * string, and decodes binary values as text.
 *
 * @see Amazon DynamoDB Developer Guide, "Condition and filter expressions, operators, and functions"
 */
export function matches(item: Attributes, expression: Expression): boolean {
  const { type, name = type, args } = expression as Operation;
  const [left, right] = args;
  if (type === 'and' && left && right) return matches(item, left) && matches(item, right);
  if (type === 'or' && left && right) return matches(item, left) || matches(item, right);
  if (type === 'not' && left) return !matches(item, left);
  const [value, ...operands] = args.map((argument) => resolved(argument, item));
  const [operand] = operands;
  switch (name) {
    case '=':
    case 'EQ':
      return isEqual(value, operand);
    case '<>':
    case 'NE':
      return !isEqual(value, operand);
    case 'in':
    case 'IN':
      return operands.some((each) => isEqual(value, each));
    case 'contains':
      if (value?.['L'] !== undefined) return (value['L'] as readonly AttributeValue[]).some((element) => isEqual(element, operand));
      if (value?.['B'] !== undefined && operand?.['B'] !== undefined) return bytes(value).includes(bytes(operand));
      break;
    case 'begins_with':
      if (value?.['B'] !== undefined && operand?.['B'] !== undefined)
        return bytes(value).subarray(0, bytes(operand).length).equals(bytes(operand));
      break;
    default:
  }
  return db.compare(name, value, operands);
}

function resolved(argument: Expression, item: Attributes): AttributeValue | undefined {
  if (isPath(argument)) return valueAt(argument, item);
  if (!isSize(argument)) return argument;
  const [path = []] = argument.args;
  const size = sizeOf(resolved(path, item));
  return size === undefined ? undefined : { N: String(size) };
}

function valueAt(path: readonly (string | number)[], item: Attributes): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const piece of path) {
    const inside: unknown = typeof piece === 'number' ? value?.['L'] : value?.['M'];
    value = isRecord(inside) && Object.hasOwn(inside, piece) ? inside[piece] : undefined;
  }
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string | number, AttributeValue>> {
  return typeof value === 'object' && value !== null;
}

function sizeOf(value: AttributeValue | undefined): number | undefined {
  const [[type, content] = ['', undefined]] = Object.entries(value ?? {});
  if (type === 'S') return String(content).length;
  if (type === 'B') return Buffer.byteLength(String(content), 'base64');
  return type.endsWith('S') || type === 'L' || type === 'M' ? Object.keys(content as object).length : undefined;
}

/** Numbers are in canonical form already, and no value has undefined members. */
function isEqual(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return isDeepStrictEqual(comparable(a), comparable(b));
}

/** The order of a set, and the prototype of an object, do not matter. */
function comparable(value: AttributeValue): unknown {
  const [[type, content] = ['', undefined]] = Object.entries(value);
  if (type === 'SS' || type === 'NS' || type === 'BS') return [type, [...(content as readonly string[])].toSorted()];
  if (type === 'L') return [type, (content as readonly AttributeValue[]).map(comparable)];
  if (type === 'M') return [type, new Map(Object.entries(content as Attributes).map(([name, inner]) => [name, comparable(inner)]))];
  return [type, content];
}

function bytes(value: AttributeValue): Buffer {
  return Buffer.from(String(value['B']), 'base64');
}

function isSize(expression: Expression): expression is Operation {
  return 'name' in expression && expression.name === 'size';
}

function isPath(expression: Expression): expression is readonly (string | number)[] {
  return Array.isArray(expression);
}
