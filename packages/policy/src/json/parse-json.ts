import type { Json, JsonObject } from './value.ts';

/** The text was refused. The message is the predicate of a sentence whose subject is the text. It quotes nothing of the text. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/** What {@link parseJson} refuses beyond the grammar of JSON. */
export interface JsonRules {
  /** The maximum number of nested brackets, the outermost included. */
  readonly maxDepth: number;
  /** The maximum number of members of objects and elements of arrays, all levels together. Default: no limit. */
  readonly maxMembers?: number;
  /** Whether to refuse values that other parsers read differently: lone surrogates, numbers out of range, the key `__proto__`. Default false. */
  readonly portable?: boolean;
  /**
   * Whether to freeze the value at every depth. Its objects keep `Object.prototype`, because its removal is a fifth of the time
   * of this function: only their own properties may be read. Default false: the objects are not frozen and have no prototype.
   */
  readonly frozen?: boolean;
}

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
/** `[` and `{` differ in this one bit, as do `]` and `}`. */
const CURLY = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** `ignoreBOM` keeps a byte order mark in the text, and JSON.parse refuses it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses JSON strictly, so that two parsers never read two values. Refuses bytes that are not UTF-8, a byte order mark, and a key
 * that is twice in one object, at any level: JSON.parse keeps the last of the two. The returned objects have no prototype, except with `frozen`.
 *
 * One pass counts the members and checks the limits, then JSON.parse parses the text. If the value has fewer members than the text,
 * JSON.parse has dropped a duplicate.
 *
 * @throws JsonError
 */
export function parseJson(
  input: Uint8Array | string,
  { maxDepth, maxMembers = Infinity, portable = false, frozen = false }: JsonRules,
): Json {
  const text = typeof input === 'string' ? input : orRefuse('is not UTF-8', () => utf8.decode(input));
  const members = countInText(text, maxDepth, maxMembers);
  const value: Json = orRefuse('is not JSON', () => JSON.parse(text));
  if (countAndProtect(value, frozen ? Object.freeze : removePrototype) !== members) throw new JsonError('has a key twice in one object');
  if (portable) checkPortable(value);
  return value;
}

/** The error has no cause, because the message of JSON.parse quotes the text. */
function orRefuse<T>(message: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new JsonError(message);
  }
}

/**
 * Counts the members in one pass that allocates nothing and ends where a limit is exceeded, so that JSON.parse never sees more.
 * For text that is not JSON the count is meaningless: JSON.parse refuses that text.
 */
function countInText(text: string, maxDepth: number, maxMembers: number): number {
  let members = 0;
  let depth = 0;
  let before = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character <= SPACE) continue;
    if (character === QUOTE) {
      at = closingQuote(text, at);
    } else if ((character | CURLY) === OPENING) {
      depth += 1;
      if (depth > maxDepth) throw new JsonError(`is nested more than ${maxDepth} levels deep`);
    } else if (character === COMMA) {
      members += 1;
    } else if ((character | CURLY) === CLOSING) {
      depth -= 1;
      if ((before | CURLY) !== OPENING) members += 1; // the last one, which no comma follows
    }
    if (members > maxMembers) throw new JsonError(`has more than ${maxMembers} members`);
    before = character;
  }
  return members;
}

/** The first quote that is not escaped; the end of the text if every one is escaped. `indexOf` finds the end of most strings, which have no escape. */
function closingQuote(text: string, opening: number): number {
  const first = text.indexOf('"', opening + 1);
  if (first === -1) return text.length;
  if (text.charCodeAt(first - 1) !== BACKSLASH) return first;
  let at = opening + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/** Counts the members of a value, and freezes its objects and lists or removes the prototypes of its objects. */
function countAndProtect(value: Json, protect: (value: Json[] | JsonObject) => void): number {
  if (typeof value !== 'object' || value === null) return 0;
  const list = Array.isArray(value) ? value : Object.values(value);
  let members = list.length;
  for (const member of list) members += countAndProtect(member, protect);
  protect(value);
  return members;
}

function removePrototype(value: Json[] | JsonObject): void {
  if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
}

/** A lone surrogate becomes U+FFFD in UTF-8: two names that a policy distinguishes would be one key in a store. */
function checkPortable(value: Json): void {
  if (typeof value === 'string' && !value.isWellFormed()) throw new JsonError('has a string with a lone surrogate');
  if (typeof value === 'number' && !Number.isFinite(value)) throw new JsonError('has a number that is out of range');
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) throw new JsonError('has the key `__proto__`');
  if (!Array.isArray(value)) for (const key of Object.keys(value)) checkPortable(key);
  for (const member of Object.values(value)) checkPortable(member);
}
