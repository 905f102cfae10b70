import { type Condition, many, type OneOrMany, type Statement } from './document.ts';

/** The maximum number of characters of a session policy. AWS STS API Reference, "AssumeRole", `Policy`. */
export const POLICY_LIMIT = 2048;

/**
 * The same permissions in fewer characters: no Sids, one-element lists as strings, no duplicates, and statements with
 * equal Effect, Resource and Condition merged. Action is never merged with NotAction: the result would allow something else.
 * The statements still have the tag of the tenant, so which of them are merged does not depend on the tenant's id.
 */
export function compact(statements: readonly Statement[]): readonly Statement[] {
  const merged = new Map<string, Statement>();
  for (const statement of statements.map(compactStatement)) {
    const key = mergeKey(statement);
    const before = merged.get(key);
    merged.set(
      key,
      before?.Action === undefined ? statement : { ...before, Action: compactValues([...many(before.Action), ...many(statement.Action)]) },
    );
  }
  return [...merged.values()];
}

/** Statements with equal keys can be merged. Lists count as sets. NotAction is part of the key: statements with different ones stay apart. */
function mergeKey({ Effect, NotAction, Resource, NotResource, Condition = {} }: Statement): string {
  const sorted = (values: OneOrMany<string> | undefined): readonly string[] | null =>
    values === undefined ? null : many(values).toSorted();
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => JSON.stringify([operator, key, sorted(values)])),
  );
  return JSON.stringify([Effect, sorted(NotAction), sorted(Resource), sorted(NotResource), conditions.toSorted()]);
}

function compactStatement({ Effect, Action, NotAction, Resource, NotResource, Condition }: Statement): Statement {
  return {
    Effect,
    ...(Action === undefined ? {} : { Action: compactValues(many(Action)) }),
    ...(NotAction === undefined ? {} : { NotAction: compactValues(many(NotAction)) }),
    ...(Resource === undefined ? {} : { Resource: compactValues(many(Resource)) }),
    ...(NotResource === undefined ? {} : { NotResource: compactValues(many(NotResource)) }),
    ...(Condition === undefined ? {} : { Condition: compactCondition(Condition) }),
  };
}

function compactCondition(condition: Condition): Condition {
  return Object.fromEntries(
    Object.entries(condition).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, compactValues(many(values))])),
    ]),
  );
}

function compactValues(values: readonly string[]): OneOrMany<string> {
  const [first, ...rest] = new Set(values);
  return first !== undefined && rest.length === 0 ? first : [...new Set(values)];
}
