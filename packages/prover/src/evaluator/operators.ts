import { arn, binary, bool, type Comparison, date, exactText, foldedText, ipAddress, numeric, pattern } from './comparison.ts';

/** A condition operator, without set operator and `IfExists`. */
export interface Operator {
  /** As AWS writes it. */
  readonly name: string;
  readonly comparison: Comparison;
  /** Whether the operator is true when the comparison is false. */
  readonly negated: boolean;
}

/**
 * The operators by their names in lower case. `Null` is not one of them: it checks whether a key is present, see `condition.ts`.
 *
 * @see AWS IAM User Guide, "IAM JSON policy elements: Condition operators"
 */
export const OPERATORS: ReadonlyMap<string, Operator> = byName([
  is('StringEquals', exactText),
  isNot('StringNotEquals', exactText),
  is('StringEqualsIgnoreCase', foldedText),
  isNot('StringNotEqualsIgnoreCase', foldedText),
  is('StringLike', pattern),
  isNot('StringNotLike', pattern),
  is('NumericEquals', numeric(equal)),
  isNot('NumericNotEquals', numeric(equal)),
  is('NumericLessThan', numeric(less)),
  is('NumericLessThanEquals', numeric(lessOrEqual)),
  is('NumericGreaterThan', numeric(greater)),
  is('NumericGreaterThanEquals', numeric(greaterOrEqual)),
  is('DateEquals', date(equal)),
  isNot('DateNotEquals', date(equal)),
  is('DateLessThan', date(less)),
  is('DateLessThanEquals', date(lessOrEqual)),
  is('DateGreaterThan', date(greater)),
  is('DateGreaterThanEquals', date(greaterOrEqual)),
  is('Bool', bool),
  is('BinaryEquals', binary),
  is('IpAddress', ipAddress),
  isNot('NotIpAddress', ipAddress),
  // "The ArnEquals and ArnLike condition operators behave identically."
  is('ArnEquals', arn),
  isNot('ArnNotEquals', arn),
  is('ArnLike', arn),
  isNot('ArnNotLike', arn),
]);

function byName(operators: readonly Operator[]): ReadonlyMap<string, Operator> {
  return new Map(operators.map((operator) => [operator.name.toLowerCase(), operator]));
}

function is(name: string, comparison: Comparison): Operator {
  return { name, comparison, negated: false };
}

function isNot(name: string, comparison: Comparison): Operator {
  return { name, comparison, negated: true };
}

function equal(order: number): boolean {
  return order === 0;
}

function less(order: number): boolean {
  return order < 0;
}

function lessOrEqual(order: number): boolean {
  return order <= 0;
}

function greater(order: number): boolean {
  return order > 0;
}

function greaterOrEqual(order: number): boolean {
  return order >= 0;
}
