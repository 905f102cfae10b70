import { arnPattern, RESOURCE_WILDCARDS } from './arn-pattern.ts';
import type { Condition } from './condition.ts';
import type { RequestContext } from './context.ts';
import { globTokens, matchesTokens, type Token } from './glob.ts';
import { foldCase } from './letter-case.ts';
import { type InRequest, missingVariable, type Pieces } from './policy-variable.ts';

/** A request, prepared once for all statements. */
export interface ReadRequest {
  /** After {@link foldCase}, because case is ignored in actions. */
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

/** A parsed statement. */
export interface Statement {
  /** Empty if the statement has none. */
  readonly sid: string;
  /** The Sid, or else the index in the document. */
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  readonly action: Element<ActionPattern>;
  readonly resource: Element<ResourcePattern>;
  readonly conditions: readonly Condition[];
}

/** `Action` and `Resource`, or with `except` their opposites `NotAction` and `NotResource`. */
export interface Element<T> {
  readonly patterns: readonly T[];
  readonly except: boolean;
}

/** The tokens of an action pattern, after {@link foldCase}. */
export type ActionPattern = readonly Token[];

export function actionPattern(action: string): ActionPattern {
  return globTokens(foldCase(action));
}

/** An ARN pattern, and the variable of it that has no value in a request. */
export interface ResourcePattern {
  readonly tokens: InRequest<readonly Token[]>;
  readonly missing: InRequest<string>;
}

export function resourcePattern(pieces: Pieces): ResourcePattern {
  return { tokens: arnPattern(pieces, RESOURCE_WILDCARDS), missing: (context) => missingVariable(pieces, context) };
}

/** The first part of a statement that does not match a request. Parts are compared in this order: a later one is closer to a match. */
export type Mismatch =
  | { readonly part: 'action' }
  | { readonly part: 'resource'; readonly missing?: string }
  | { readonly part: 'condition'; readonly condition: Condition };

/** Why a statement does not apply to a request; undefined if it applies. */
export function mismatch(statement: Statement, request: ReadRequest): Mismatch | undefined {
  const { action, resource, conditions } = statement;
  if (action.patterns.some((pattern) => matchesTokens(pattern, request.action)) === action.except) return { part: 'action' };
  const unmatched = resourceMismatch(resource, request);
  if (unmatched) return unmatched;
  const failed = conditions.find((condition) => !condition.matches(request.context));
  return failed && { part: 'condition', condition: failed };
}

/**
 * A pattern whose variable has no value "will not match any resource". For `NotResource` this sentence is ambiguous. As in
 * iam-simulate, the statement then applies to no resource, so a Deny with such a NotResource denies nothing. Write such a Deny without
 * variables, or require the variable by `Null`.
 */
function resourceMismatch({ patterns, except }: Element<ResourcePattern>, request: ReadRequest): Mismatch | undefined {
  const missing = firstMissing(patterns, request.context);
  const mismatch: Mismatch = { part: 'resource', ...(missing === undefined ? {} : { missing }) };
  if (except && missing !== undefined) return mismatch;
  const matched = patterns.some((pattern) => matchesResource(pattern, request));
  return matched === except ? mismatch : undefined;
}

function matchesResource(pattern: ResourcePattern, { resource, context }: ReadRequest): boolean {
  const tokens = pattern.tokens(context);
  return tokens !== undefined && matchesTokens(tokens, resource);
}

function firstMissing(patterns: readonly ResourcePattern[], context: RequestContext): string | undefined {
  for (const pattern of patterns) {
    const missing = pattern.missing(context);
    if (missing !== undefined) return missing;
  }
  return undefined;
}
