import { type Condition, type Expression, type ParsedCondition, type ParsedRequest, validations } from './dynalite.ts';
import { validationError } from './errors.ts';

type Conditions = Readonly<Record<string, Condition>>;

/**
 * Rewrites legacy conditions (`Expected`, `QueryFilter`, `ScanFilter`) into an expression. Numbers become canonical.
 * The filters remain too: dynalite checks that they name no key.
 *
 * @throws {@link AwsError} 400 for an invalid value
 */
export function normaliseLegacyConditions(data: ParsedRequest): void {
  for (const conditions of [data.Expected, data.QueryFilter, data.ScanFilter]) checkValues(conditions ?? {});
  const operator = data.ConditionalOperator === 'OR' ? 'or' : 'and';
  const filter = data.QueryFilter ?? data.ScanFilter;
  if (isNotEmpty(data.Expected)) Object.assign(data, { _condition: joined(data.Expected, operator) });
  if (isNotEmpty(filter)) Object.assign(data, { _filter: joined(filter, operator) });
  delete data.Expected;
}

function isNotEmpty(conditions: Conditions | undefined): conditions is Conditions {
  return conditions !== undefined && Object.keys(conditions).length > 0;
}

function checkValues(conditions: Conditions): void {
  for (const { AttributeValueList = [], Value } of Object.values(conditions)) {
    for (const value of Value === undefined ? AttributeValueList : [...AttributeValueList, Value]) {
      const fault = validations.validateAttributeValue(value);
      if (fault !== undefined) throw validationError(fault);
    }
  }
}

function joined(conditions: Conditions, operator: 'and' | 'or'): ParsedCondition {
  const pathHeads: Record<string, boolean> = Object.create(null);
  for (const name of Object.keys(conditions)) pathHeads[name] = true;
  const each = Object.entries(conditions).map(([name, condition]) => asExpression(name, condition));
  const expression = each.reduce((left, right): Expression => ({ type: operator, args: [left, right] }));
  return { expression, pathHeads, nestedPaths: {} };
}

function asExpression(name: string, condition: Condition): Expression {
  const values = condition.AttributeValueList ?? (condition.Value === undefined ? [] : [condition.Value]);
  return { type: comparison(condition), args: [[name], ...values] };
}

function comparison({ ComparisonOperator, Exists }: Condition): string {
  if (ComparisonOperator !== undefined) return ComparisonOperator;
  return Exists === false ? 'NULL' : 'EQ';
}
