import { TokenInvalidError } from '../errors.ts';

/** Levels of brackets at most, the outermost included. Tokens of well-known providers have about six. */
const MAX_DEPTH = 16;
/** Members of objects and elements of arrays at most, all levels together. */
const MAX_MEMBERS = 1_000;

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
/** `[` and `{` differ in this one bit, as do `]` and `}`. */
const CURLY = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

type Part = 'header' | 'payload';

/**
 * The object that the header or the payload of a token is, with its own members alone. Refuses bytes that are not UTF-8, text
 * that is not JSON, more than 16 levels, more than 1,000 members, and a key given twice at any level: two readers of such a
 * text may see two values.
 *
 * @param name for the error's `detail`
 * @throws {@link TokenInvalidError}
 */
export function parseTokenObject(name: Part, bytes: Buffer): Readonly<Record<string, unknown>> {
  const text = orNotJson(name, () => utf8.decode(bytes));
  const members = membersOfText(name, text);
  const value: unknown = orNotJson(name, () => JSON.parse(text));
  if (!isObject(value)) throw new TokenInvalidError(`the ${name} is not an object`);
  // JSON.parse keeps the last of two members with one key.
  if (membersOf(value) !== members) throw new TokenInvalidError(`the ${name} names a key twice`);
  Object.setPrototypeOf(value, null); // own properties alone: nothing that some package hung on Object.prototype
  return value;
}

function orNotJson<T>(name: Part, read: () => T): T {
  try {
    return read();
  } catch {
    throw new TokenInvalidError(`the ${name} is not JSON`); // without the cause: its message quotes the token
  }
}

/**
 * Counts in one pass that allocates nothing and ends where a limit is passed, so that JSON.parse never sees more.
 * The count of text that is not JSON means nothing: JSON.parse refuses that text.
 */
function membersOfText(name: Part, json: string): number {
  let members = 0;
  let depth = 0;
  let before = 0;
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character <= SPACE) continue;
    if (character === QUOTE) {
      at = closingQuote(json, at);
    } else if ((character | CURLY) === OPENING) {
      depth += 1;
      if (depth > MAX_DEPTH) throw new TokenInvalidError(`the ${name} is nested more than ${MAX_DEPTH} deep`);
    } else if (character === COMMA) {
      members += 1;
    } else if ((character | CURLY) === CLOSING) {
      depth -= 1;
      if ((before | CURLY) !== OPENING) members += 1; // the last one, which no comma follows
    }
    if (members > MAX_MEMBERS) throw new TokenInvalidError(`the ${name} has more than ${MAX_MEMBERS} members`);
    before = character;
  }
  return members;
}

function closingQuote(json: string, opening: number): number {
  let at = opening + 1;
  for (let character = json.charCodeAt(at); at < json.length && character !== QUOTE; character = json.charCodeAt(at)) {
    at += character === BACKSLASH ? 2 : 1;
  }
  return at;
}

function membersOf(value: unknown): number {
  if (isList(value)) return value.reduce((sum: number, member) => sum + membersOf(member), value.length);
  if (!isObject(value)) return 0;
  const keys = Object.keys(value); // Object.values takes four times as long where there are hundreds of keys
  return keys.reduce((sum, key) => sum + membersOf(value[key]), keys.length);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !isList(value);
}
