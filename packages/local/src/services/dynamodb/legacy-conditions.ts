import { type Condition, type Expression, type ParsedCondition, type ParsedRequest, validations } from './dynalite.ts';
import { validationError } from './errors.ts';

type Conditions = Readonly<Record<string, Condition>>;

/**
 * Rewrites legacy conditions (`Expected`, `QueryFilter`, `ScanFilter`) so that dynalite evaluates them correctly.
 * Numbers become canonical. Conditions that are joined by OR become an expression, because dynalite's legacy OR
 * evaluates only the first of them.
 *
 * @throws {@link AwsError} 400 for an invalid value
 */
export function normaliseLegacyConditions(data: ParsedRequest): void {
  for (const conditions of [data.Expected, data.QueryFilter, data.ScanFilter]) checkValues(conditions ?? {});
  if (data.ConditionalOperator !== 'OR') return;
  const filter = data.QueryFilter ?? data.ScanFilter;
  if (isNotEmpty(data.Expected)) Object.assign(data, { _condition: anyOf(data.Expected) });
  if (isNotEmpty(filter)) Object.assign(data, { _filter: anyOf(filter) });
  delete data.Expected;
  delete data.QueryFilter;
  delete data.ScanFilter;
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

function anyOf(conditions: Conditions): ParsedCondition {
  const pathHeads: Record<string, boolean> = Object.create(null);
  for (const name of Object.keys(conditions)) pathHeads[name] = true;
  const each = Object.entries(conditions).map(([name, condition]) => asExpression(name, condition));
  const expression = each.reduce((left, right): Expression => ({ type: 'or', args: [left, right] }));
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
