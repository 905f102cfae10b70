import type {
  Checked,
  DynaliteOperation,
  Expression,
  IndexDescription,
  ParsedCondition,
  ParsedRequest,
  TableDescription,
} from './dynalite.ts';
import { indexesOf } from './table-index.ts';
import { indexKeyFault, isEmpty } from './stored-item.ts';

type Limit<Data> = (data: Data, tableOf: (name: string) => TableDescription | undefined) => string | undefined;

const MAX_SEGMENTS = 1_000_000;
const MAX_OPERATORS = 300;
const MAX_IN_OPERANDS = 100;
const MAX_PROJECTED = 20;

/**
 * Limits that DynamoDB documents and dynalite does not check, by operation. Each returns the error message, if any.
 *
 * @see Amazon DynamoDB API Reference, each operation; Developer Guide, "Quotas in Amazon DynamoDB"
 */
export const LIMITS: { readonly [Name in DynaliteOperation]?: Limit<Checked[Name]> } = {
  batchWriteItem({ RequestItems }, tableOf) {
    return first(Object.entries(RequestItems), ([name, requests]) => {
      const table = tableOf(name);
      return table && first(requests, ({ PutRequest }) => PutRequest && indexKeyFault(PutRequest.Item, table));
    });
  },
  createTable(data) {
    return first(indexesOf(data as TableDescription), projectionFault);
  },
  deleteItem(data) {
    if (data.ReturnValues !== undefined && data.ReturnValues !== 'ALL_OLD' && data.ReturnValues !== 'NONE')
      return 'ReturnValues can only be ALL_OLD or NONE';
    return conditionFault(data);
  },
  putItem(data, tableOf) {
    const table = tableOf(data.TableName);
    return conditionFault(data) ?? (data.Item && table && indexKeyFault(data.Item, table));
  },
  query(data, tableOf) {
    return conditionFault(data) ?? keyConditionFault(data, tableOf(data.TableName));
  },
  scan(data) {
    if ((data.TotalSegments ?? 0) > MAX_SEGMENTS)
      return (
        `1 validation error detected: Value '${data.TotalSegments}' at 'totalSegments' failed to satisfy constraint: ` +
        `Member must have value less than or equal to ${MAX_SEGMENTS}`
      );
    return conditionFault(data);
  },
  updateItem: conditionFault,
};

/** @see Amazon DynamoDB API Reference, "Projection" */
function projectionFault({ Projection: { ProjectionType, NonKeyAttributes } }: IndexDescription): string | undefined {
  const invalid = 'One or more parameter values were invalid: ';
  if (ProjectionType === 'INCLUDE' && NonKeyAttributes === undefined)
    return `${invalid}ProjectionType is INCLUDE, but NonKeyAttributes is not specified`;
  if ((NonKeyAttributes?.length ?? 0) > MAX_PROJECTED) return `${invalid}an index can have at most ${MAX_PROJECTED} NonKeyAttributes`;
  return undefined;
}

function keyConditionFault({ KeyConditions = {}, IndexName }: ParsedRequest, table: TableDescription | undefined): string | undefined {
  const keyed = IndexName === undefined ? table : table && indexesOf(table).find((index) => index.IndexName === IndexName);
  return first(keyed?.KeySchema ?? [], ({ AttributeName }) => {
    const empty = KeyConditions[AttributeName]?.AttributeValueList?.find(isEmpty);
    return (
      empty &&
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${'S' in empty ? 'string' : 'binary'} value. Key: ${AttributeName}`
    );
  });
}

function conditionFault({ _condition, _filter }: Partial<ParsedRequest>): string | undefined {
  return expressionFault('ConditionExpression', _condition) ?? expressionFault('FilterExpression', _filter);
}

function expressionFault(name: string, condition: ParsedCondition | undefined): string | undefined {
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

/** The first message that a check of a list returns. */
function first<T>(list: readonly T[], check: (element: T) => string | undefined): string | undefined {
  for (const element of list) {
    const fault = check(element);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
