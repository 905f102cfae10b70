import { RequestContext } from './context.ts';
import { globTokens, literalTokens, type Token } from './glob.ts';
import { foldCase } from './letter-case.ts';

/** A string of a policy, split at its policy variables. */
export type Pieces = readonly (string | Literal | Variable)[];

/** `${*}`, `${?}`, `${$}`: a literal character. */
interface Literal {
  readonly literal: string;
}

/** `${aws:PrincipalTag/tenant}` or `${aws:PrincipalTag/tenant, 'none'}`. */
interface Variable {
  /** The condition key, as the policy spells it. */
  readonly name: string;
  /** The same key after {@link foldCase}. */
  readonly key: string;
  readonly fallback?: string;
}

/** Why a string of a policy is not valid. */
export interface Fault {
  /** The predicate of a sentence whose subject is the string. */
  readonly fault: string;
}

export function isFault(read: object): read is Fault {
  return 'fault' in read;
}

const OPENING = '${';
const SPECIAL = /^[*?$]$/;
const REFERENCE = /^ *([^\s,'{}$]+(?: [^\s,'{}$]+)*) *(?:, *'([^']*)' *)?$/;

/**
 * Splits a string at its variables. A policy with an earlier Version than 2012-10-17, or without one, has none: there `${…}` is text.
 *
 * @see AWS IAM User Guide, "IAM policy elements: Variables and tags"
 */
export function parsePieces(text: string, { variables }: { readonly variables: boolean }): Pieces | Fault {
  const pieces: (string | Literal | Variable)[] = [];
  let at = 0;
  for (let open = variables ? text.indexOf(OPENING) : -1; open >= 0; open = text.indexOf(OPENING, at)) {
    const close = text.indexOf('}', open);
    if (close < 0) return { fault: 'has a policy variable that is not closed' };
    const inside = text.slice(open + OPENING.length, close);
    const variable = parseVariable(inside);
    if (!variable) return { fault: `has a policy variable that is not valid: \`\${${inside}}\`` };
    if (open > at) pieces.push(text.slice(at, open));
    pieces.push(variable);
    at = close + 1;
  }
  if (at < text.length) pieces.push(text.slice(at));
  return pieces;
}

/** Whether the string is the same for all requests. */
export function isConstant(pieces: Pieces): boolean {
  return pieces.every((piece) => typeof piece === 'string' || 'literal' in piece);
}

/** Returns the string of a policy for one request, or undefined if one of its variables has no value. */
export type InRequest<T> = (context: RequestContext) => T | undefined;

/** The string with its variables filled. */
export function filled(pieces: Pieces): InRequest<string> {
  return readOnce(pieces, (context) =>
    fill(pieces, context)
      ?.map(({ text }) => text)
      .join(''),
  );
}

/**
 * The pattern with its variables filled. Wildcards in the *value* of a variable are literal characters, so that a principal named `*`
 * does not widen a policy. AWS does not document this; iam-simulate does the same.
 */
export function filledPattern(pieces: Pieces, bound = (tokens: readonly Token[]): readonly Token[] => tokens): InRequest<readonly Token[]> {
  return readOnce(pieces, (context) => {
    const texts = fill(pieces, context);
    return texts && bound(texts.flatMap(({ text, written }) => (written ? globTokens(text) : literalTokens(text))));
  });
}

/** The first variable of the string that has no value in a request, as the policy writes it. */
export function missingVariable(pieces: Pieces, context: RequestContext): string | undefined {
  for (const piece of pieces) if (typeof piece !== 'string' && 'key' in piece && valueOf(piece, context) === undefined) return piece.name;
  return undefined;
}

/** Most strings of a policy are the same for all requests: these are evaluated once. */
function readOnce<T>(pieces: Pieces, read: InRequest<T>): InRequest<T> {
  if (!isConstant(pieces)) return read;
  const constant = read(new RequestContext({}));
  return () => constant;
}

function fill(pieces: Pieces, context: RequestContext): { text: string; written: boolean }[] | undefined {
  const filled: { text: string; written: boolean }[] = [];
  for (const piece of pieces) {
    const text = typeof piece === 'string' ? piece : 'literal' in piece ? piece.literal : valueOf(piece, context);
    if (text === undefined) return undefined;
    filled.push({ text, written: typeof piece === 'string' });
  }
  return filled;
}

function valueOf({ key, fallback }: Variable, context: RequestContext): string | undefined {
  return context.variable(key) ?? fallback;
}

function parseVariable(inside: string): Literal | Variable | undefined {
  if (SPECIAL.test(inside)) return { literal: inside };
  const [, name, fallback] = REFERENCE.exec(inside) ?? [];
  if (name === undefined) return undefined;
  return { name, key: foldCase(name), ...(fallback === undefined ? {} : { fallback }) };
}
