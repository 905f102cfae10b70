import type { JsonObject } from '@tenant-aws/policy/json';
import { validationError } from '../errors.ts';
import type { TokenReader } from './token-reader.ts';

/** Reads a literal or a parameter as an attribute value; undefined if the next token begins neither. */
export function readValue(reader: TokenReader): JsonObject | undefined {
  const { kind, text } = reader.peek();
  if (kind === 'string') return { S: reader.take().text };
  if (kind === 'number') return { N: reader.take().text };
  if (kind === 'symbol' && text === '-' && reader.peek(1).kind === 'number') {
    reader.take();
    return { N: `-${reader.take().text}` };
  }
  if (reader.accept('?')) return reader.parameter();
  if (reader.accept('TRUE')) return { BOOL: true };
  if (reader.accept('FALSE')) return { BOOL: false };
  if (reader.accept('NULL')) return { NULL: true };
  if (kind === 'symbol' && text === '{') return { M: readTuple(reader) };
  if (reader.accept('[')) return { L: reader.nested(() => readElements(reader, ']')) };
  if (reader.accept('<<')) return setOf(readElements(reader, '>>'));
  return undefined;
}

/**
 * Reads `{'name': value}` as attribute values by name.
 *
 * @throws {@link AwsError} 400 for a duplicate name
 */
export function readTuple(reader: TokenReader): JsonObject {
  const tuple: JsonObject = Object.create(null);
  reader.expect('{');
  if (reader.accept('}')) return tuple;
  reader.nested(() => reader.list(() => readMember(reader, tuple)));
  reader.expect('}');
  return tuple;
}

/** @throws {@link AwsError} 400 */
export function requireValue(reader: TokenReader): JsonObject {
  const value = readValue(reader);
  if (value === undefined) throw reader.unexpected('a value');
  return value;
}

function readMember(reader: TokenReader, tuple: JsonObject): void {
  const { kind, text } = reader.peek();
  if (kind !== 'string') throw reader.unexpected('a name in single quotes');
  reader.take();
  reader.expect(':');
  const value = requireValue(reader);
  if (Object.hasOwn(tuple, text)) throw validationError('A name is twice in one tuple');
  tuple[text] = value;
}

function readElements(reader: TokenReader, end: string): JsonObject[] {
  if (reader.accept(end)) return [];
  const elements = reader.list(() => requireValue(reader));
  reader.expect(end);
  return elements;
}

function setOf(elements: readonly JsonObject[]): JsonObject {
  const [type = ''] = Object.keys(elements[0] ?? {});
  const isOfType = (element: JsonObject) => Object.keys(element).join() === type;
  if (!['S', 'N', 'B'].includes(type) || !elements.every(isOfType))
    throw validationError('A set must have one or more elements, which are all strings, all numbers or all binary values');
  return { [`${type}S`]: elements.map((element) => element[type] ?? null) };
}
