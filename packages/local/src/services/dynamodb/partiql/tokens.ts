import { notWellFormed } from './refusals.ts';

/** The kinds of tokens. A `name` is in double quotes, a `word` is not: it can be a keyword. */
export type TokenKind = 'word' | 'name' | 'string' | 'number' | 'symbol' | 'end';

/** One token of a statement. */
export interface Token {
  readonly kind: TokenKind;
  /** Without the quotes of a name or a string. */
  readonly text: string;
  /** The position of its first character, counted from 1. */
  readonly at: number;
}

const SPACE = /(?:[ \t\r\n]+|--[^\r\n]*|\/\*[^]*?\*\/)+/y;
const TOKENS: readonly (readonly [kind: TokenKind, pattern: RegExp])[] = [
  ['number', /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['string', /'(?:[^']|'')*'/y],
  ['name', /"(?:[^"]|"")*"/y],
  ['symbol', /<<|>>|<>|<=|>=|!=|[=<>.,:;?*()[\]{}+-]/y],
];

/**
 * Splits a statement into tokens. Comments are space, as on AWS.
 *
 * @throws {@link AwsError} 400 for a character that starts no token, an unterminated string, name or comment
 */
export function tokensOf(statement: string): Token[] {
  const tokens: Token[] = [];
  let at = end(SPACE, statement, 0) ?? 0;
  while (at < statement.length) {
    const [kind, next] = tokenAt(statement, at);
    tokens.push({ kind, text: textOf(kind, statement.slice(at, next)), at: at + 1 });
    at = end(SPACE, statement, next) ?? next;
  }
  return [...tokens, { kind: 'end', text: '', at: at + 1 }];
}

function tokenAt(statement: string, at: number): readonly [kind: TokenKind, next: number] {
  for (const [kind, pattern] of TOKENS) {
    const next = end(pattern, statement, at);
    if (next !== undefined) return [kind, next];
  }
  throw notWellFormed('a token', at + 1);
}

/** The position after a match that begins at `at`. */
function end(pattern: RegExp, statement: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(statement) ? pattern.lastIndex : undefined;
}

function textOf(kind: TokenKind, source: string): string {
  if (kind === 'string') return source.slice(1, -1).replaceAll("''", "'");
  if (kind === 'name') return source.slice(1, -1).replaceAll('""', '"');
  return source;
}
