import type { Expression, ParsedCondition, ParsedRequest } from './dynalite.ts';
import { firstFault } from './first-fault.ts';
import { itemSize } from './item-size.ts';

const MAX_OPERATORS = 300;
const MAX_IN_OPERANDS = 100;
const MAX_NAME_BYTES = 255;
const MAX_SUBSTITUTION_BYTES = 2 * 1024 * 1024;

/**
 * The limits of a request's expressions that dynalite does not check.
 *
 * @returns the error message, if any
 * @see Amazon DynamoDB Developer Guide, "Quotas in Amazon DynamoDB": expression parameters
 */
export function expressionFault(data: Partial<ParsedRequest>): string | undefined {
  const { _condition: condition, _filter: filter } = data;
  return substitutionFault(data) ?? operatorFault('ConditionExpression', condition) ?? operatorFault('FilterExpression', filter);
}

function substitutionFault({ ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} }: Partial<ParsedRequest>) {
  const tooLong = firstFault(
    Object.entries({ ExpressionAttributeNames: names, ExpressionAttributeValues: values }),
    ([parameter, record]) =>
      Object.keys(record).some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)
        ? `${parameter} has a name of more than ${MAX_NAME_BYTES} bytes`
        : undefined,
  );
  if (tooLong !== undefined) return tooLong;
  const nameBytes = Object.entries(names).reduce((sum, [name, path]) => sum + Buffer.byteLength(name) + Buffer.byteLength(path), 0);
  if (nameBytes + itemSize(values) <= MAX_SUBSTITUTION_BYTES) return undefined;
  return 'ExpressionAttributeNames and ExpressionAttributeValues have more than 2 MB together';
}

function operatorFault(name: string, condition: ParsedCondition | undefined): string | undefined {
  if (condition === undefined) return undefined;
  const operations = operationsIn(condition.expression);
  const operands = Math.max(0, ...operations.filter(({ type }) => type === 'in').map(({ args }) => args.length - 1));
  if (operands > MAX_IN_OPERANDS)
    return `Invalid ${name}: The IN operator is provided with too many operands; number of operands: ${operands}`;
  if (operations.length > MAX_OPERATORS)
    return `Invalid ${name}: The expression contains too many operators; operator count: ${operations.length}`;
  return undefined;
}

interface ExpressionOperation {
  readonly type: string;
  readonly args: readonly Expression[];
}

function operationsIn(expression: Expression): readonly ExpressionOperation[] {
  if (!isOperation(expression)) return [];
  return [expression, ...expression.args.flatMap(operationsIn)];
}

function isOperation(expression: Expression): expression is ExpressionOperation {
  return typeof expression === 'object' && 'args' in expression;
}
