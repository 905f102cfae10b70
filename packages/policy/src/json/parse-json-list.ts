import { JsonError, parseJson } from './parse-json.ts';
import type { Json } from './value.ts';

/**
 * Parses one JSON value, or several separated by commas, as permission templates are found in the wild.
 * Refuses what {@link parseJson} refuses.
 *
 * @throws JsonError with the line and the column, and with the key or the characters that are wrong
 */
export function parseJsonList(text: string, maxDepth: number): readonly Json[] {
  try {
    const values = parseJson(`[${text}]`, { maxDepth: maxDepth + 1 });
    if (Array.isArray(values) && values.length > 0) return values;
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
  }
  const { at, message } = firstFault(text, maxDepth);
  const lines = text.slice(0, at).split('\n');
  throw new JsonError(`${message} (line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1})`);
}

interface Fault {
  readonly at: number;
  readonly message: string;
}

/** White space, then one token: a mark, or a string, a number or a word. No token where the text ends or has another character. */
const TOKEN = /[ \t\r\n]*(?:([{}[\]:,])|("(?:[^"\\]|\\.)*"|[-+.\w]+))?/suy;

/** The tokens that may come next: marks, `k` for a key, `v` for any other string, a number or a word. */
const VALUE = 'v{[';

/** Finds the fault in a text that was refused. Other texts are not parsed again, so this need not be as fast as JSON.parse. */
function firstFault(text: string, maxDepth: number): Fault {
  /** For every open object its keys so far, for every open array undefined. */
  const open: (Set<unknown> | undefined)[] = [];
  let expected = VALUE;
  TOKEN.lastIndex = 0;
  while (true) {
    const [, mark, scalar = ''] = TOKEN.exec(text) ?? [];
    const token = mark ?? scalar;
    const at = TOKEN.lastIndex - token.length;
    const kind = mark ?? (expected.startsWith('k') && token.startsWith('"') ? 'k' : 'v');
    if (!expected.includes(kind) || (mark === undefined && !isJson(token))) return { at, message: unexpected(text.slice(at)) };
    if (kind === 'k') {
      const key: unknown = JSON.parse(token);
      if (open.at(-1)?.has(key)) return { at, message: `has the key ${JSON.stringify(key)} twice in one object` };
      open.at(-1)?.add(key);
    }
    if (kind === '{' || kind === '[') open.push(kind === '{' ? new Set() : undefined);
    if (open.length > maxDepth) return { at, message: `is nested more than ${maxDepth} levels deep` };
    if (kind === '}' || kind === ']') open.pop();
    expected = after(kind, open.length === 0 ? ',' : open.at(-1) === undefined ? ',]' : ',}');
  }
}

/** @param end what may follow a value in the innermost open object or array */
function after(kind: string, end: string): string {
  if (kind === '{') return 'k}';
  if (kind === '[') return `${VALUE}]`;
  if (kind === 'k') return ':';
  if (kind === ',' && end === ',}') return 'k';
  return kind === ':' || kind === ',' ? VALUE : end;
}

function unexpected(rest: string): string {
  return rest === '' ? 'is not JSON: it ends too early' : `is not JSON: unexpected ${JSON.stringify(rest.slice(0, 12))}`;
}

function isJson(token: string): boolean {
  try {
    JSON.parse(token);
    return true;
  } catch {
    return false;
  }
}
