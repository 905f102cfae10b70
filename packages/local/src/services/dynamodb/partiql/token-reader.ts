import type { JsonObject } from '@tenant-aws/policy/json';
import { type AwsError, unsupported } from '../../service.ts';
import { validationError } from '../errors.ts';
import { notWellFormed } from './refusals.ts';
import { type Token, tokensOf } from './tokens.ts';

/** The words of the supported syntax. Such a name must be in double quotes. */
const KEYWORDS = new Set(
  'ALL AND BETWEEN BY DELETE EXISTS FALSE FROM IN INSERT INTO IS MISSING MODIFIED NOT NULL OR REMOVE RETURNING SELECT SET TRUE UPDATE VALUE WHERE'.split(
    ' ',
  ),
);
/** PartiQL that the local AWS does not have. */
const UNSUPPORTED = new Set('AS AT CASE CAST DISTINCT GROUP HAVING JOIN LIKE LIMIT ON ORDER PIVOT UNION UNPIVOT'.split(' '));
/** A document path has at most 32 levels. Without a limit, a statement of 8,192 parentheses would exhaust the stack. */
const MAX_NESTING = 32;

/** Reads the tokens of a statement in order, and its parameters with them. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  readonly #parameters: readonly JsonObject[];
  #next = 0;
  #nextParameter = 0;
  #nesting = 0;

  /** @throws {@link AwsError} 400 */
  constructor(statement: string, parameters: readonly JsonObject[]) {
    this.#tokens = tokensOf(statement);
    this.#parameters = parameters;
    const placeholders = this.#tokens.filter(({ kind, text }) => kind === 'symbol' && text === '?');
    if (placeholders.length !== parameters.length) throw validationError("Number of parameters in request and statement don't match.");
  }

  /** The next token, after `ahead` others. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)] ?? { kind: 'end', text: '', at: 1 };
  }

  take(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  /** Whether the next tokens are these keywords or symbols. If they are, they are taken. */
  accept(...expected: readonly string[]): boolean {
    if (!expected.every((text, ahead) => this.#is(text, ahead))) return false;
    this.#next += expected.length;
    return true;
  }

  /** @throws {@link AwsError} 400, or 501 for PartiQL that is not supported */
  expect(...expected: readonly string[]): void {
    if (!this.accept(...expected)) throw this.unexpected(expected.join(' '));
  }

  /** The error for the next token. */
  unexpected(expected: string): AwsError {
    const { kind, text, at } = this.peek();
    const word = text.toUpperCase();
    return kind === 'word' && UNSUPPORTED.has(word) ? unsupported(`${word} in a PartiQL statement`) : notWellFormed(expected, at);
  }

  /** A name, with or without double quotes. It is never `__proto__`: the check of the parameters refuses this word in every text. */
  name(): string {
    const { kind, text } = this.peek();
    const isName = kind === 'name' || (kind === 'word' && !KEYWORDS.has(text.toUpperCase()) && !UNSUPPORTED.has(text.toUpperCase()));
    if (!isName || text === '') throw this.unexpected('a name');
    return this.take().text;
  }

  /** The value of the next `?`. */
  parameter(): JsonObject {
    const value = this.#parameters[this.#nextParameter];
    this.#nextParameter += 1;
    if (value === undefined) throw this.unexpected('a parameter');
    return value;
  }

  /** One or more elements between commas. */
  list<T>(element: () => T): T[] {
    const elements = [element()];
    while (this.accept(',')) elements.push(element());
    return elements;
  }

  /** @throws {@link AwsError} 400 for too many nested parentheses or values */
  nested<T>(read: () => T): T {
    if (this.#nesting === MAX_NESTING) throw validationError(`A statement can have at most ${MAX_NESTING} nested levels`);
    this.#nesting += 1;
    const result = read();
    this.#nesting -= 1;
    return result;
  }

  #is(expected: string, ahead: number): boolean {
    const { kind, text } = this.peek(ahead);
    return (kind === 'symbol' && text === expected) || (kind === 'word' && text.toUpperCase() === expected);
  }
}
