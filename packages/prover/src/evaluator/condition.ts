import { type Language, parseBool, type Test } from './comparison.ts';
import { isNullDataSet, type RequestContext } from './context.ts';
import { foldCase } from './letter-case.ts';
import { OPERATORS } from './operators.ts';
import { isFault } from './policy-variable.ts';

/** One key under one operator. A statement applies only if all its conditions are true. */
export interface Condition {
  /** As the policy writes it: `StringLike`. */
  readonly operator: string;
  readonly key: string;
  matches(context: RequestContext): boolean;
}

/** `ForAllValues` or `ForAnyValue`. */
type SetOperator = 'all' | 'any';

interface OperatorName {
  readonly set?: SetOperator;
  readonly base: string;
  readonly ifExists: boolean;
}

const NAME = /^(?:(ForAllValues|ForAnyValue):)?([a-z]+?)(IfExists)?$/i;

/** Parses one operator of a Condition with its key and values, or returns its faults. */
export function readCondition(operator: string, key: string, values: readonly string[], language: Language): Condition | readonly string[] {
  const name = parseOperatorName(operator);
  if (!name) return [unknown(operator)];
  if (name.base === 'null') return readNull(operator, key, values, name);
  const known = OPERATORS.get(name.base);
  if (!known) return [unknown(operator)];
  const tests: Test[] = [];
  const faults: string[] = [];
  for (const value of values) {
    const test = known.comparison(value, language);
    if (isFault(test)) faults.push(`the value \`${value}\` of \`${key}\` under \`${operator}\` ${test.fault}`);
    else tests.push(test);
  }
  if (faults.length > 0) return faults;
  const foldedKey = foldCase(key);
  const { set, ifExists } = name;
  const { negated } = known;
  return { operator, key, matches: (context) => evaluate({ set, ifExists, negated, tests }, context.values(foldedKey), context) };
}

interface Rule {
  readonly set: SetOperator | undefined;
  readonly ifExists: boolean;
  readonly negated: boolean;
  readonly tests: readonly Test[];
}

/**
 * Without a set operator, a negated operator is the opposite of the positive one: it is true if the key is absent, and if none of
 * several values of the request matches. AWS requires a set operator for multivalued keys and does not document the result without.
 *
 * @see AWS IAM User Guide, "Set operators for multivalued context keys": over no values, `ForAllValues` is true and `ForAnyValue` false
 */
function evaluate({ set, ifExists, negated, tests }: Rule, values: readonly string[] | undefined, context: RequestContext): boolean {
  if (values === undefined) return ifExists || (set === undefined ? negated : set === 'all');
  if (set !== undefined && isNullDataSet(values)) return set === 'all';
  const matches = values.map((value) => matchesAny(value, tests, context));
  if (matches.includes(undefined)) return false;
  if (set === undefined) return matches.includes(true) !== negated;
  const ofEach = matches.map((match) => match !== negated);
  return set === 'all' ? !ofEach.includes(false) : ofEach.includes(true);
}

/** The values of a policy are alternatives: one match is enough. */
function matchesAny(value: string, tests: readonly Test[], context: RequestContext): boolean | undefined {
  let matches: boolean | undefined = false;
  for (const test of tests) {
    matches = test(value, context);
    if (matches !== false) return matches;
  }
  return matches;
}

/** `"Null": { key: "true" }` requires that the key is absent. */
function readNull(
  operator: string,
  key: string,
  values: readonly string[],
  { set, ifExists }: OperatorName,
): Condition | readonly string[] {
  if (set !== undefined || ifExists) return [`\`${operator}\` is not an operator: Null takes neither a set operator nor IfExists`];
  const wanted = values.map(parseBool);
  if (wanted.includes(undefined)) return [`the value of \`${key}\` under \`${operator}\` must be true or false`];
  const foldedKey = foldCase(key);
  return { operator, key, matches: (context) => wanted.includes(context.values(foldedKey) === undefined) };
}

function parseOperatorName(operator: string): OperatorName | undefined {
  const [, set, base, ifExists] = NAME.exec(operator) ?? [];
  if (base === undefined) return undefined;
  const read = { base: base.toLowerCase(), ifExists: ifExists !== undefined };
  return set === undefined ? read : { ...read, set: set.toLowerCase() === 'forallvalues' ? 'all' : 'any' };
}

function unknown(operator: string): string {
  return `\`${operator}\` is not a condition operator`;
}
