import type { IamRequest } from '@tenant-aws/prover/evaluator';
import type { JsonObject } from '@tenant-aws/policy/json';
import { AwsError } from '../../service.ts';
import { attributesOf } from '../attributes.ts';
import type { Attributes, ParsedRequest, Validation } from '../dynalite.ts';
import { validationOf } from '../engine.ts';
import { type ItemAccess, iamRequest } from '../iam-request.ts';
import { leadingKey } from '../leading-key.ts';
import { type DynamoDbContext, pinTables } from '../operation.ts';
import { RETURN_ON_FAILURE, returnedValues, selection } from '../operations/items.ts';
import { CONSISTENT_READ, queriedKey } from '../operations/queries.ts';
import type { Element } from '../operations/transaction-elements.ts';
import { rowsOf } from './columns.ts';
import { parseStatement } from './parser.ts';
import type { Statement } from './statement.ts';
import { type PartiqlOperation, type Translation, translate } from './translation.ts';

/** A statement of a request, with the members that apply to it. */
export interface StatementRequest {
  readonly Statement: string;
  readonly Parameters?: readonly JsonObject[];
  readonly ConsistentRead?: boolean;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

/** Further parameters of the operation that executes a statement. */
export interface MoreParameters {
  /** `ReturnConsumedCapacity` */
  readonly all?: JsonObject;
  /** `Limit` and `ExclusiveStartKey`: only a Query has them. */
  readonly query?: JsonObject;
}

/** A statement that is parsed, translated and checked. The same checked request is authorised and executed. */
export interface PreparedStatement {
  readonly statement: Statement;
  readonly iamRequest: IamRequest;
  readonly plan: Plan;
  /** The row that a SELECT returns for an item. */
  readonly toRow: (item: Attributes) => Attributes;
  /** @throws {@link AwsError} if the table was replaced after the statement was prepared */
  readonly checkSameTable: () => void;
}

/** The checked request of the operation that executes a statement, or the error of a statement that names no single item. */
type Plan =
  | { readonly kind: 'query'; readonly data: ParsedRequest }
  | { readonly kind: 'item'; readonly element: Element }
  | { readonly kind: 'refused'; readonly error: AwsError };

/** A plan, and the values of its condition keys. */
interface AuthorizedPlan {
  readonly plan: Plan;
  readonly access: Partial<ItemAccess>;
}

type ItemKind = Exclude<Translation['kind'], 'query' | 'refused'>;

const ACTIONS: { readonly [Kind in Statement['kind']]: string } = {
  select: 'PartiQLSelect',
  exists: 'PartiQLSelect',
  insert: 'PartiQLInsert',
  update: 'PartiQLUpdate',
  delete: 'PartiQLDelete',
};

const ITEM_KINDS: { readonly [Kind in ItemKind]: { readonly name: string; readonly validation: Validation<ParsedRequest> } } = {
  get: { name: 'Get', validation: validationOf('getItem') },
  put: { name: 'Put', validation: validationOf('putItem') },
  update: { name: 'Update', validation: validationOf('updateItem', RETURN_ON_FAILURE) },
  delete: { name: 'Delete', validation: validationOf('deleteItem', RETURN_ON_FAILURE) },
  check: { name: 'ConditionCheck', validation: validationOf('deleteItem', RETURN_ON_FAILURE) },
};

/**
 * Parses a statement, and checks the request that executes it.
 *
 * @throws {@link AwsError} 400 or 501
 */
export function prepareStatement(
  context: DynamoDbContext,
  operation: PartiqlOperation,
  request: StatementRequest,
  more: MoreParameters = {},
): PreparedStatement {
  const statement = parseStatement(request.Statement, request.Parameters ?? []);
  const checkSameTable = pinTables(context, [statement.table]);
  const { plan, access } = planOf(context, operation, statement, parametersOf(statement, request, more));
  return {
    statement,
    plan,
    toRow: rowsOf(statement.kind === 'select' ? statement.columns : undefined),
    checkSameTable,
    iamRequest: iamRequest(context, {
      action: ACTIONS[statement.kind],
      table: statement.table,
      ...(operation === 'ExecuteTransaction' && { enclosingOperation: operation }),
      ...access,
    }),
  };
}

/** The members of the request that the statement's own operation has too. */
function parametersOf(statement: Statement, request: StatementRequest, { all, query }: MoreParameters): Required<MoreParameters> {
  const { ConsistentRead, ReturnValuesOnConditionCheckFailure } = request;
  const reads = statement.kind === 'select';
  // No condition key restricts which values an INSERT returns: it never returns the existing item.
  const canReturn = !reads && statement.kind !== 'insert';
  return {
    all: {
      ...all,
      ...(reads && ConsistentRead !== undefined && { ConsistentRead }),
      ...(canReturn && ReturnValuesOnConditionCheckFailure !== undefined && { ReturnValuesOnConditionCheckFailure }),
    },
    query: { ...query },
  };
}

function planOf(
  { engine }: DynamoDbContext,
  operation: PartiqlOperation,
  statement: Statement,
  more: Required<MoreParameters>,
): AuthorizedPlan {
  const table = engine.table(statement.table);
  if (table === undefined) {
    const error = new AwsError('ResourceNotFoundException', 400, 'Requested resource not found');
    return refusedPlan(statement, error, undefined);
  }
  const translation = translate(statement, table, operation);
  if (translation.kind === 'refused') return refusedPlan(statement, translation.error, leadingKey(translation.key as Attributes, table));
  const parameters = { TableName: statement.table, ...translation.parameters, ...more.all };
  if (translation.kind === 'query') {
    const data = engine.check(operation, { ...parameters, ...more.query }, validationOf('query', CONSISTENT_READ));
    return { plan: { kind: 'query', data }, access: accessOf(statement, data, queriedKey(data, table)) };
  }
  const kind = { ...ITEM_KINDS[translation.kind], action: ACTIONS[statement.kind] };
  const data = engine.check(operation, parameters, kind.validation);
  return { plan: { kind: 'item', element: { kind, data } }, access: accessOf(statement, data, leadingKey(data.Key ?? data.Item, table)) };
}

/** The condition keys of a statement that is executed. Their values are from the checked request. */
function accessOf(statement: Statement, data: ParsedRequest, key: string | undefined): Partial<ItemAccess> {
  const common = { keys: [key], attributes: attributesOf(data) };
  switch (statement.kind) {
    case 'select':
      return { ...common, select: selection(data), fullTableScan: false };
    case 'exists':
      // If the condition fails, the error can contain the whole item.
      return { ...common, select: 'ALL_ATTRIBUTES', fullTableScan: false };
    case 'insert':
      return common;
    default:
      return { ...common, returnValues: returnedValues(data) };
  }
}

/** A statement that only reports its error. It is authorised too, so that a caller without the permission learns nothing. */
function refusedPlan(statement: Statement, error: AwsError, key: string | undefined): AuthorizedPlan {
  const index = statement.kind === 'select' ? statement.index : undefined;
  const fullTableScan = statement.kind === 'select' ? key === undefined : undefined;
  return { plan: { kind: 'refused', error }, access: { keys: [key], index, fullTableScan } };
}
