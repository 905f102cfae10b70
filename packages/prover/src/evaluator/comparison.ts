import { arnPattern, hasSixParts, OPERATOR_WILDCARDS } from './arn-pattern.ts';
import type { RequestContext } from './context.ts';
import { compareDecimals, type Decimal, parseDecimal } from './decimal.ts';
import { matchesTokens, type Token } from './glob.ts';
import { parseInstant } from './instant.ts';
import { contains, parseAddress, parseAddressBlock } from './ip-address.ts';
import { foldCase } from './letter-case.ts';
import { type Fault, filled, filledPattern, type InRequest, isConstant, isFault, type Pieces, parsePieces } from './policy-variable.ts';

/**
 * Whether a value of the request matches a value of the policy.
 * Undefined if the request's value does not have the operator's type: the condition is then false, negated or not.
 * A variable without a value is "effectively null": no value equals it or is like it.
 *
 * @see AWS IAM User Guide, "IAM policy elements: Variables and tags", Policy variables with no value
 */
export type Test = (value: string, context: RequestContext) => boolean | undefined;

/** What the Version of a document decides. */
export interface Language {
  /** Whether `${…}` is a policy variable. */
  readonly variables: boolean;
}

/** Parses a value of the policy for an operator. Only strings, ARNs and booleans may have variables. */
export type Comparison = (text: string, language: Language) => Test | Fault;

export const exactText: Comparison = withPieces((pieces) => textTest(filled(pieces), (text) => text));

export const foldedText: Comparison = withPieces((pieces) => textTest(filled(pieces), foldCase));

export const pattern: Comparison = withPieces((pieces) => patternTest(filledPattern(pieces)));

export const arn: Comparison = withPieces((pieces, text) => {
  // A variable may be a whole ARN. A constant with fewer parts would match no value, and negated every value.
  if (isConstant(pieces) && !hasSixParts(text))
    return { fault: 'is not an ARN with six parts, which the ARN operators compare separately' };
  const test = patternTest(arnPattern(pieces, OPERATOR_WILDCARDS));
  return (value, context) => (hasSixParts(value) ? test(value, context) : undefined);
});

export const bool: Comparison = withPieces((pieces, text) => {
  if (isConstant(pieces) && parseBool(text) === undefined) return { fault: 'is neither true nor false' };
  const wantedIn = filled(pieces);
  return (value, context) => {
    const actual = parseBool(value);
    const wanted = wantedIn(context);
    return actual === undefined ? undefined : wanted !== undefined && actual === parseBool(wanted);
  };
});

export const binary: Comparison = (text) => {
  const wanted = parseBase64(text);
  if (!wanted) return { fault: 'is not base64' };
  return (value) => parseBase64(value)?.equals(wanted);
};

export const ipAddress: Comparison = (text) => {
  const block = parseAddressBlock(text);
  if (!block) return { fault: 'is not an IP address or a CIDR block' };
  return (value) => {
    const actual = parseAddress(value);
    return actual && contains(block, actual);
  };
};

/** @param accepts receives a negative number if the request's value is less than the policy's */
export function numeric(accepts: (order: number) => boolean): Comparison {
  return ordered(parseDecimal, accepts, 'is not a number');
}

/** @param accepts receives a negative number if the request's value is earlier than the policy's */
export function date(accepts: (order: number) => boolean): Comparison {
  return ordered(parseInstant, accepts, 'is neither an ISO 8601 date with a time zone nor a number of seconds since 1970');
}

/** Parses `true` or `false`; case is ignored. */
export function parseBool(text: string): boolean | undefined {
  const folded = foldCase(text);
  return folded === 'true' ? true : folded === 'false' ? false : undefined;
}

function ordered(parse: (text: string) => Decimal | undefined, accepts: (order: number) => boolean, fault: string): Comparison {
  return (text) => {
    const limit = parse(text);
    if (!limit) return { fault };
    return (value) => {
      const actual = parse(value);
      return actual && accepts(compareDecimals(actual, limit));
    };
  };
}

function withPieces(make: (pieces: Pieces, text: string) => Test | Fault): Comparison {
  return (text, language) => {
    const pieces = parsePieces(text, language);
    return isFault(pieces) ? pieces : make(pieces, text);
  };
}

function textTest(wantedIn: InRequest<string>, form: (text: string) => string): Test {
  return (value, context) => {
    const wanted = wantedIn(context);
    return wanted !== undefined && form(value) === form(wanted);
  };
}

function patternTest(tokensIn: InRequest<readonly Token[]>): Test {
  return (value, context) => {
    const tokens = tokensIn(context);
    return tokens !== undefined && matchesTokens(tokens, value);
  };
}

function parseBase64(text: string): Buffer | undefined {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
