import { type Condition, many, type OneOrMany, type PolicyDocument, type Statement } from './document.ts';

/** The most characters that a session policy may have. AWS STS API Reference, "AssumeRole", `Policy`. */
export const POLICY_LIMIT = 2048;

/**
 * The same permissions in fewer characters: no Sids, one-element lists as strings, nothing twice, and statements with
 * equal Effect, Resource and Condition merged. Action is never merged with NotAction: they are no sums of each other.
 */
export function compact(statements: readonly Statement[]): readonly Statement[] {
  const merged = new Map<string, Statement>();
  for (const statement of statements.map(slim)) {
    const key = sameness(statement);
    const before = merged.get(key);
    merged.set(
      key,
      before?.Action === undefined ? statement : { ...before, Action: few([...many(before.Action), ...many(statement.Action)]) },
    );
  }
  return [...merged.values()];
}

/** The document as STS gets it. */
export function documentOf(statements: readonly Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: compact(statements) };
}

/** Without white space. Characters count one each: templates and values are of U+0020 to U+00FF. */
export function minify(document: PolicyDocument): string {
  return JSON.stringify(document);
}

/** What two statements must share to be merged; lists are sets. NotAction is part of it: only an equal one is the same statement. */
function sameness({ Effect, NotAction, Resource, NotResource, Condition = {} }: Statement): string {
  const sorted = (values: OneOrMany<string> | undefined): readonly string[] | null =>
    values === undefined ? null : many(values).toSorted();
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => JSON.stringify([operator, key, sorted(values)])),
  );
  return JSON.stringify([Effect, sorted(NotAction), sorted(Resource), sorted(NotResource), conditions.toSorted()]);
}

/** In the order in which one reads a statement. */
function slim({ Effect, Action, NotAction, Resource, NotResource, Condition }: Statement): Statement {
  return {
    Effect,
    ...(Action === undefined ? {} : { Action: few(many(Action)) }),
    ...(NotAction === undefined ? {} : { NotAction: few(many(NotAction)) }),
    ...(Resource === undefined ? {} : { Resource: few(many(Resource)) }),
    ...(NotResource === undefined ? {} : { NotResource: few(many(NotResource)) }),
    ...(Condition === undefined ? {} : { Condition: slimCondition(Condition) }),
  };
}

function slimCondition(condition: Condition): Condition {
  return Object.fromEntries(
    Object.entries(condition).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, few(many(values))])),
    ]),
  );
}

function few(values: readonly string[]): OneOrMany<string> {
  const [first, ...rest] = new Set(values);
  return first !== undefined && rest.length === 0 ? first : [...new Set(values)];
}
