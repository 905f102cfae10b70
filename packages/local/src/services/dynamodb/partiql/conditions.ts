import type { Comparison, Condition, ConditionFunction, Operand, Path } from './statement.ts';
import type { TokenReader } from './token-reader.ts';
import { readValue, requireValue } from './values.ts';

const OPERATORS: ReadonlyMap<string, Comparison['operator']> = new Map([
  ['=', '='],
  ['<>', '<>'],
  ['!=', '<>'],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
]);

const FUNCTIONS: ReadonlyMap<string, { readonly name: ConditionFunction; readonly args: number }> = new Map([
  ['attribute_exists', { name: 'attribute_exists', args: 1 }],
  ['attribute_not_exists', { name: 'attribute_not_exists', args: 1 }],
  ['attribute_type', { name: 'attribute_type', args: 2 }],
  ['begins_with', { name: 'begins_with', args: 2 }],
  ['contains', { name: 'contains', args: 2 }],
]);

/** Reads the condition of a WHERE clause. NOT binds most strongly, OR least. */
export function readCondition(reader: TokenReader): Condition {
  return readChain(reader, 'or', () => readChain(reader, 'and', () => readNegation(reader)));
}

/** Reads a document path: `address.lines[0]`. */
export function readPath(reader: TokenReader): Path {
  const path: [string, ...(string | number)[]] = [reader.name()];
  for (;;) {
    if (reader.accept('.')) path.push(reader.name());
    else if (reader.accept('[')) path.push(readIndex(reader));
    else return path;
  }
}

/** Reads a value, a path or the size of a path. */
export function readOperand(reader: TokenReader): Operand {
  const value = readValue(reader);
  if (value !== undefined) return { kind: 'value', value };
  if (isCallOf(reader, 'size')) return { kind: 'size', path: readArguments(reader, () => readPath(reader)) };
  return { kind: 'path', path: readPath(reader) };
}

/** Whether the next tokens call a function. Its name is not case-sensitive. */
export function isCallOf(reader: TokenReader, name: string): boolean {
  return reader.peek().kind === 'word' && reader.peek().text.toLowerCase() === name && reader.peek(1).text === '(';
}

/** Reads `name(arguments)`. */
export function readArguments<T>(reader: TokenReader, read: () => T): T {
  reader.take();
  reader.expect('(');
  const args = read();
  reader.expect(')');
  return args;
}

function readChain(reader: TokenReader, kind: 'and' | 'or', element: () => Condition): Condition {
  const first = element();
  const conditions = [first];
  while (reader.accept(kind.toUpperCase())) conditions.push(element());
  return conditions.length === 1 ? first : { kind, conditions };
}

function readNegation(reader: TokenReader): Condition {
  if (reader.accept('NOT')) return not(reader.nested(() => readNegation(reader)));
  if (!reader.accept('(')) return readPredicate(reader);
  const condition = reader.nested(() => readCondition(reader));
  reader.expect(')');
  return condition;
}

function readPredicate(reader: TokenReader): Condition {
  const called = FUNCTIONS.get(reader.peek().text.toLowerCase());
  if (called !== undefined && isCallOf(reader, called.name)) {
    const args = readArguments(reader, () => reader.list(() => readOperand(reader)));
    if (args.length !== called.args) throw reader.unexpected(`${called.args} arguments of ${called.name} before this`);
    return { kind: 'function', name: called.name, args };
  }
  const left = readOperand(reader);
  const operator = reader.peek().kind === 'symbol' ? OPERATORS.get(reader.peek().text) : undefined;
  if (operator !== undefined) {
    reader.take();
    return { kind: 'comparison', operator, left, right: readOperand(reader) };
  }
  if (reader.accept('IS')) return readMissing(reader, left);
  if (reader.accept('NOT')) return not(readRange(reader, left));
  return readRange(reader, left);
}

function readMissing(reader: TokenReader, operand: Operand): Condition {
  const name = reader.accept('NOT') ? 'attribute_exists' : 'attribute_not_exists';
  reader.expect('MISSING');
  return { kind: 'function', name, args: [operand] };
}

function readRange(reader: TokenReader, operand: Operand): Condition {
  if (reader.accept('BETWEEN')) {
    const low = readOperand(reader);
    reader.expect('AND');
    return { kind: 'between', operand, low, high: readOperand(reader) };
  }
  reader.expect('IN');
  const end = reader.accept('[') ? ']' : ')';
  if (end === ')') reader.expect('(');
  const list = reader.list((): Operand => ({ kind: 'value', value: requireValue(reader) }));
  reader.expect(end);
  return { kind: 'in', operand, list };
}

function readIndex(reader: TokenReader): number {
  const { kind, text } = reader.peek();
  if (kind !== 'number' || !/^[0-9]+$/.test(text)) throw reader.unexpected('an index of a list');
  reader.take();
  reader.expect(']');
  return Number(text);
}

function not(condition: Condition): Condition {
  return { kind: 'not', condition };
}
