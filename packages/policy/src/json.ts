/** Any JSON value. Objects have no prototype. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A text that is not JSON, or has the same key twice in one object. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/** Deeper than any policy; shallow enough for the stack. */
const DEEPEST = 32;

/**
 * One JSON value, or several separated by commas as permission templates are found in the wild.
 * Stricter than JSON.parse: a key may stand once in an object, for a reader sees the first and JSON.parse takes the last.
 *
 * @throws JsonError with the line and the column
 */
export function parseJson(text: string): readonly Json[] {
  let at = 0;

  const values = [value(0)];
  while (take(',')) values.push(value(0));
  if (at < text.length) throw unexpected();
  return values;

  function value(depth: number): Json {
    skipSpace();
    if (depth > DEEPEST) throw wrong('is nested too deeply');
    if (take('{')) return object(depth);
    if (take('[')) return array(depth);
    return scalar();
  }

  function object(depth: number): Json {
    const entries = new Map<string, Json>();
    if (take('}')) return Object.create(null) as Json;
    do {
      skipSpace();
      const keyAt = at;
      const key = text[at] === '"' ? scalar() : undefined;
      if (typeof key !== 'string') throw unexpected();
      if (entries.has(key)) throw wrong(`has the key ${JSON.stringify(key)} twice in one object`, keyAt);
      if (!take(':')) throw unexpected();
      entries.set(key, value(depth + 1));
    } while (take(','));
    if (!take('}')) throw unexpected();
    return Object.setPrototypeOf(Object.fromEntries(entries), null) as Json;
  }

  function array(depth: number): Json {
    const items: Json[] = [];
    if (take(']')) return items;
    do items.push(value(depth + 1));
    while (take(','));
    if (!take(']')) throw unexpected();
    return items;
  }

  /** A string, a number or a word: JSON.parse knows their grammar, this only finds where they end. */
  function scalar(): Json {
    const token = /"(?:[^"\\]|\\.)*"|[-+.\w]+/suy;
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) throw unexpected();
    try {
      const parsed = JSON.parse(found) as Json;
      at += found.length;
      skipSpace();
      return parsed;
    } catch {
      throw unexpected();
    }
  }

  function take(character: string): boolean {
    skipSpace();
    if (text[at] !== character) return false;
    at += 1;
    skipSpace();
    return true;
  }

  function skipSpace(): void {
    while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  }

  function unexpected(): JsonError {
    return wrong(
      at < text.length ? `is not JSON: unexpected ${JSON.stringify(text.slice(at, at + 12))}` : 'is not JSON: it ends too early',
    );
  }

  function wrong(what: string, where = at): JsonError {
    const lines = text.slice(0, where).split('\n');
    return new JsonError(`${what} (line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1})`);
  }
}
