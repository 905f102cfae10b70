import type { ParsedRequest, Validation } from '../dynalite.ts';
import type { Engine } from '../engine.ts';
import { validationError } from '../errors.ts';
import type { DynamoDbOperation } from '../operation.ts';
import { runItem } from './item-result.ts';
import { keyOfToken, nextToken } from './next-token.ts';
import { type PreparedStatement, prepareStatement, type StatementRequest } from './prepared-statement.ts';
import { CAPACITY, CONDITION_KEYS, PARTIQL_ACTIONS, STATEMENT } from './request-types.ts';

interface ExecuteStatementRequest extends StatementRequest {
  readonly Limit?: number;
  readonly NextToken?: string;
  readonly ReturnConsumedCapacity?: string;
}

const VALIDATION: Validation<ExecuteStatementRequest> = {
  types: {
    ...STATEMENT,
    ...CAPACITY,
    Limit: { type: 'Integer', greaterThanOrEqual: 1 },
    NextToken: { type: 'String', lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 32768 },
  },
};

/** One statement. Its SELECT can read a whole partition. */
export const EXECUTE_STATEMENT: DynamoDbOperation = {
  operation: 'ExecuteStatement',
  actions: PARTIQL_ACTIONS,
  conditionKeys: CONDITION_KEYS,
  parse(parameters, context) {
    const request = context.engine.check('ExecuteStatement', parameters, VALIDATION);
    const { Limit, NextToken, ReturnConsumedCapacity } = request;
    const prepared = prepareStatement(context, 'ExecuteStatement', request, {
      all: ReturnConsumedCapacity === undefined ? {} : { ReturnConsumedCapacity },
      query: {
        ...(Limit !== undefined && { Limit }),
        ...(NextToken !== undefined && { ExclusiveStartKey: keyOfToken(request, NextToken) }),
      },
    });
    if (NextToken !== undefined && prepared.statement.kind !== 'select') throw validationError('NextToken does not match request');
    return {
      authorize: [prepared.iamRequest],
      execute: () => execute(context.engine, prepared, request),
    };
  },
};

async function execute(engine: Engine, { plan, toRow, checkSameTable }: PreparedStatement, request: StatementRequest): Promise<object> {
  if (plan.kind === 'refused') throw plan.error;
  checkSameTable();
  if (plan.kind === 'query') return executeQuery(engine, plan.data, request, toRow);
  const { item, capacity } = runItem(engine, plan.element);
  const isEmpty = item === undefined || Object.keys(item).length === 0;
  return { Items: isEmpty ? [] : [item], ...(capacity !== undefined && { ConsumedCapacity: capacity }) };
}

async function executeQuery(
  engine: Engine,
  data: ParsedRequest,
  request: StatementRequest,
  toRow: PreparedStatement['toRow'],
): Promise<object> {
  const { Items = [], LastEvaluatedKey: key, ConsumedCapacity } = await engine.stream('query', data);
  return {
    Items: Items.map(toRow),
    ...(key !== undefined && { LastEvaluatedKey: key, NextToken: nextToken(request, key) }),
    ...(ConsumedCapacity !== undefined && { ConsumedCapacity }),
  };
}
