import type { Checked, DynaliteOperation, ParsedRequest, TableDescription } from './dynalite.ts';
import { expressionFault } from './expression-limits.ts';
import { firstFault } from './first-fault.ts';
import { isEmpty, itemFault } from './stored-item.ts';
import { indexesOf } from './table-index.ts';
import { tableFault } from './table-limits.ts';
import { tagsFault } from './tags.ts';
import { newSettingsFault } from './table-settings.ts';

type Limit<Data> = (data: Data, tableOf: (name: string) => TableDescription | undefined) => string | undefined;

const MAX_SEGMENTS = 1_000_000;

/**
 * Limits that DynamoDB documents and dynalite does not check, by operation. Each returns the error message, if any.
 *
 * @see Amazon DynamoDB API Reference, each operation; Developer Guide, "Quotas in Amazon DynamoDB"
 */
export const LIMITS: { readonly [Name in DynaliteOperation]?: Limit<Checked[Name]> } = {
  batchGetItem: ({ RequestItems }) => firstFault(Object.values(RequestItems), expressionFault),
  batchWriteItem({ RequestItems }, tableOf) {
    return firstFault(Object.entries(RequestItems), ([name, requests]) =>
      firstFault(requests, ({ PutRequest }) => PutRequest && itemFault(PutRequest.Item, tableOf(name))),
    );
  },
  createTable: (data) => tableFault(data) ?? newSettingsFault(data) ?? tagsFault(data.Tags),
  deleteItem(data) {
    if (data.ReturnValues !== undefined && data.ReturnValues !== 'ALL_OLD' && data.ReturnValues !== 'NONE')
      return 'ReturnValues can only be ALL_OLD or NONE';
    return conditionalOperatorFault(data, ['ConditionExpression']) ?? expressionFault(data);
  },
  getItem: expressionFault,
  putItem(data, tableOf) {
    return (
      conditionalOperatorFault(data, ['ConditionExpression']) ??
      expressionFault(data) ??
      (data.Item && itemFault(data.Item, tableOf(data.TableName)))
    );
  },
  query(data, tableOf) {
    return readFault(data) ?? keyConditionFault(data, tableOf(data.TableName));
  },
  scan(data) {
    if (data.Segment !== undefined && data.TotalSegments === undefined)
      return 'The TotalSegments parameter is required but was not present in the request when Segment parameter is present';
    if ((data.TotalSegments ?? 0) > MAX_SEGMENTS)
      return (
        `1 validation error detected: Value '${data.TotalSegments}' at 'totalSegments' failed to satisfy constraint: ` +
        `Member must have value less than or equal to ${MAX_SEGMENTS}`
      );
    return readFault(data);
  },
  updateItem(data) {
    return conditionalOperatorFault(data, ['UpdateExpression', 'ConditionExpression']) ?? expressionFault(data);
  },
};

function readFault(data: ParsedRequest): string | undefined {
  return selectFault(data) ?? conditionalOperatorFault(data, []) ?? expressionFault(data);
}

/** @see Amazon DynamoDB API Reference, "Query": Select */
function selectFault({ Select, ProjectionExpression, AttributesToGet, IndexName }: ParsedRequest): string | undefined {
  const projects = ProjectionExpression !== undefined || AttributesToGet !== undefined;
  if (Select === 'SPECIFIC_ATTRIBUTES' && !projects)
    return 'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES';
  if (Select !== undefined && Select !== 'SPECIFIC_ATTRIBUTES' && projects) {
    const projection = ProjectionExpression === undefined ? 'AttributesToGet' : 'ProjectionExpression';
    return `Cannot specify the ${projection} when choosing to get ${Select === 'COUNT' ? 'only the Count' : Select}`;
  }
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && IndexName === undefined)
    return 'ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName';
  return undefined;
}

/**
 * The operator joins legacy conditions.
 *
 * @param expressions the expressions that dynalite accepts together with the operator
 */
function conditionalOperatorFault(
  data: ParsedRequest,
  expressions: readonly ('ConditionExpression' | 'UpdateExpression')[],
): string | undefined {
  if (data.ConditionalOperator === undefined) return undefined;
  const used = expressions.filter((name) => data[name] !== undefined);
  if (used.length > 0)
    return (
      'Can not use both expression and non-expression parameters in the same request: ' +
      `Non-expression parameters: {ConditionalOperator} Expression parameters: {${used.join(', ')}}`
    );
  const conditions = Object.keys(data.Expected ?? data.QueryFilter ?? data.ScanFilter ?? {}).length;
  if (conditions === 0) return 'ConditionalOperator cannot be used without Filter or Expected';
  return conditions === 1 ? 'ConditionalOperator can only be used when Filter or Expected has two or more elements' : undefined;
}

function keyConditionFault({ KeyConditions = {}, IndexName }: ParsedRequest, table: TableDescription | undefined): string | undefined {
  const keyed = IndexName === undefined ? table : table && indexesOf(table).find((index) => index.IndexName === IndexName);
  return firstFault(keyed?.KeySchema ?? [], ({ AttributeName }) => {
    const empty = KeyConditions[AttributeName]?.AttributeValueList?.find(isEmpty);
    return (
      empty &&
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${'S' in empty ? 'string' : 'binary'} value. Key: ${AttributeName}`
    );
  });
}
