import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { AwsError } from '../../service.ts';
import type { Validation } from '../dynalite.ts';
import type { Engine } from '../engine.ts';
import { validationError } from '../errors.ts';
import type { DynamoDbContext, DynamoDbOperation } from '../operation.ts';
import { runItem } from './item-result.ts';
import { type MoreParameters, type PreparedStatement, prepareStatement, type StatementRequest } from './prepared-statement.ts';
import { CAPACITY, CONDITION_KEYS, PARTIQL_ACTIONS, STATEMENT } from './request-types.ts';

interface BatchRequest {
  readonly Statements: readonly StatementRequest[];
  readonly ReturnConsumedCapacity?: string;
}

/** The response for one statement. */
interface StatementResponse {
  readonly TableName?: string;
  readonly Item?: object;
  readonly Error?: object;
}

const VALIDATION: Validation<BatchRequest> = {
  types: {
    ...CAPACITY,
    Statements: {
      type: 'List',
      notNull: true,
      lengthGreaterThanOrEqual: 1,
      lengthLessThanOrEqual: 25,
      children: { type: 'ValueStruct<BatchStatementRequest>', children: STATEMENT },
    },
  },
};

/** The code of an error in the response for one statement. An error that is not here fails the whole batch. */
const CODES: ReadonlyMap<string, string> = new Map([
  ['AccessDeniedException', 'AccessDenied'],
  ['ConditionalCheckFailedException', 'ConditionalCheckFailed'],
  ['DuplicateItemException', 'DuplicateItem'],
  ['ResourceNotFoundException', 'ResourceNotFound'],
  ['ValidationException', 'ValidationError'],
]);

/** Up to 25 statements. Each is authorised by itself, and has its own result or error. */
export const BATCH_EXECUTE_STATEMENT: DynamoDbOperation = {
  operation: 'BatchExecuteStatement',
  actions: PARTIQL_ACTIONS,
  conditionKeys: CONDITION_KEYS,
  parse(parameters, context) {
    const { Statements, ReturnConsumedCapacity } = context.engine.check('BatchExecuteStatement', parameters, VALIDATION);
    const all = ReturnConsumedCapacity === undefined ? {} : { ReturnConsumedCapacity };
    const statements = Statements.map((request) => prepareOrFail(context, request, { all }));
    const prepared = statements.flatMap((statement) => (statement instanceof AwsError ? [] : [statement]));
    if (new Set(prepared.map(({ statement }) => statement.kind === 'select')).size > 1)
      throw validationError('The statements of a batch must be either all reads or all writes');
    return {
      authorize: [],
      authorizeEach: prepared.map(({ iamRequest }) => iamRequest),
      execute(refused) {
        for (const { checkSameTable } of prepared) checkSameTable();
        const results = statements.map((statement) => respond(context.engine, statement, refused));
        const capacities = results.flatMap(({ capacity }) => capacity ?? []);
        return {
          Responses: results.map(({ response }) => response),
          ...(capacities.length > 0 && { ConsumedCapacity: capacities }),
        };
      },
    };
  },
};

function prepareOrFail(context: DynamoDbContext, request: StatementRequest, more: MoreParameters): PreparedStatement | AwsError {
  try {
    return prepareStatement(context, 'BatchExecuteStatement', request, more);
  } catch (error) {
    if (error instanceof AwsError && CODES.has(error.code)) return error;
    throw error;
  }
}

interface Result {
  readonly response: StatementResponse;
  readonly capacity?: object | undefined;
}

function respond(engine: Engine, prepared: PreparedStatement | AwsError, refused: ReadonlySet<IamRequest>): Result {
  if (prepared instanceof AwsError) return { response: errorOf(prepared) };
  const TableName = prepared.statement.table;
  try {
    const { item, capacity } = run(engine, prepared, refused);
    const isEmpty = item === undefined || Object.keys(item).length === 0;
    return { response: { TableName, ...(!isEmpty && { Item: item }) }, capacity };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { response: { TableName, ...errorOf(error) } };
  }
}

function run(engine: Engine, { plan, toRow, iamRequest }: PreparedStatement, refused: ReadonlySet<IamRequest>): ReturnType<typeof runItem> {
  if (refused.has(iamRequest)) {
    const { action, resource } = iamRequest;
    throw new AwsError('AccessDeniedException', 400, `The caller is not authorized to perform: ${action} on resource: ${resource}`);
  }
  if (plan.kind === 'refused') throw plan.error;
  if (plan.kind === 'query') throw validationError('A statement of a batch cannot read a partition');
  const result = runItem(engine, plan.element);
  return { ...result, item: result.item && toRow(result.item) };
}

/** @throws the error, if it has no code in a response for one statement */
function errorOf(error: AwsError): StatementResponse {
  const code = CODES.get(error.code);
  if (code === undefined) throw error;
  return { Error: { Code: code, Message: error.message, ...error.members } };
}
