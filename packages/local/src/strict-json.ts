/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object without a prototype: `constructor` and its like are absent unless they were sent. */
export interface JsonObject {
  [name: string]: Json;
}

/** What is wrong with a JSON text, in one sentence without the text itself. */
export class JsonFault extends Error {}

/** Of a string, only the quote that opens it: a pattern of the whole would overflow the stack at a long text of escapes. */
const TOKEN = /[ \t\n\r]*(?:([{}[\]:,])|(true|false|null)|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|")/y;
const MAX_DEPTH = 128;

/**
 * Reads JSON so that no second reader can read it otherwise.
 * Beyond the grammar it refuses: bytes that are not UTF-8, a byte order mark, the same name twice in one object,
 * the name `__proto__`, lone surrogates, numbers out of range, and nesting beyond 128.
 *
 * @throws {@link JsonFault}
 */
export function parseStrictJson(bytes: Uint8Array): Json {
  const reader = new Reader(decode(bytes));
  const value = reader.value(0);
  reader.end();
  return value;
}

/** Whether a JSON value is an object: neither an array nor null. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decode(bytes: Uint8Array): string {
  try {
    // `ignoreBOM` keeps the mark in the text, where the grammar then refuses it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new JsonFault('the body is not UTF-8');
  }
}

interface Token {
  readonly kind: 'mark' | 'word' | 'number' | 'string';
  readonly text: string;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Json {
    if (depth > MAX_DEPTH) throw new JsonFault('the body is nested too deeply');
    const token = this.#next();
    if (token.kind === 'string') return unquote(token.text);
    if (token.kind === 'number') return finite(token.text);
    if (token.kind === 'word') return token.text === 'null' ? null : token.text === 'true';
    if (token.text === '{') return this.#object(depth);
    if (token.text === '[') return this.#array(depth);
    throw new JsonFault('the body is not JSON');
  }

  end(): void {
    if (/[^ \t\n\r]/.test(this.#text.slice(this.#at))) throw new JsonFault('something follows the JSON value');
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = Object.create(null);
    if (this.#skips('}')) return object;
    do {
      const token = this.#next();
      if (token.kind !== 'string') throw new JsonFault('the body is not JSON');
      const name = unquote(token.text);
      if (name === '__proto__') throw new JsonFault('the name `__proto__` is not accepted');
      if (Object.hasOwn(object, name)) throw new JsonFault('an object has the same name twice');
      this.#expect(':');
      object[name] = this.value(depth + 1);
    } while (this.#skips(','));
    this.#expect('}');
    return object;
  }

  #array(depth: number): Json[] {
    const array: Json[] = [];
    if (this.#skips(']')) return array;
    do array.push(this.value(depth + 1));
    while (this.#skips(','));
    this.#expect(']');
    return array;
  }

  #next(): Token {
    TOKEN.lastIndex = this.#at;
    const found = TOKEN.exec(this.#text);
    if (found === null) throw new JsonFault('the body is not JSON');
    this.#at = TOKEN.lastIndex;
    const [, mark, word, number] = found;
    if (mark !== undefined) return { kind: 'mark', text: mark };
    if (word !== undefined) return { kind: 'word', text: word };
    if (number !== undefined) return { kind: 'number', text: number };
    return { kind: 'string', text: this.#string() };
  }

  /** The string whose opening quote was just read, up to the first quote that no backslash escapes. */
  #string(): string {
    const start = this.#at - 1;
    do {
      const quote = this.#text.indexOf('"', this.#at);
      if (quote === -1) throw new JsonFault('the body is not JSON');
      this.#at = quote + 1;
    } while (isEscaped(this.#text, this.#at - 1));
    return this.#text.slice(start, this.#at);
  }

  #skips(mark: string): boolean {
    const before = this.#at;
    const token = this.#next();
    if (token.kind === 'mark' && token.text === mark) return true;
    this.#at = before;
    return false;
  }

  #expect(mark: string): void {
    if (!this.#skips(mark)) throw new JsonFault('the body is not JSON');
  }
}

/** Whether an odd number of backslashes stands before a character. */
function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === '\\') before -= 1;
  return (at - before) % 2 === 1;
}

function unquote(text: string): string {
  const value = unescaped(text);
  // A lone surrogate becomes U+FFFD as UTF-8: two names that a policy tells apart would be one key in a store.
  if (/\p{Surrogate}/u.test(value)) throw new JsonFault('a string has a lone surrogate');
  return value;
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    throw new JsonFault('a string has a bad escape or a control character');
  }
}

function finite(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new JsonFault('a number is out of range');
  return value;
}
