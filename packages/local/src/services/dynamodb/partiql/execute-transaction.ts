import { AwsError } from '../../service.ts';
import type { Validation } from '../dynalite.ts';
import type { Engine } from '../engine.ts';
import { validationError } from '../errors.ts';
import type { DynamoDbContext, DynamoDbOperation } from '../operation.ts';
import type { Element } from '../operations/transaction-elements.ts';
import { consumedCapacity, runAllOrNothing } from '../operations/transaction-run.ts';
import { read, write } from '../operations/transactions.ts';
import { reportingDuplicates } from './item-result.ts';
import { type PreparedStatement, prepareStatement, type StatementRequest } from './prepared-statement.ts';
import { CAPACITY, CONDITION_KEYS, PARTIQL_ACTIONS, STATEMENT } from './request-types.ts';

interface TransactionRequest {
  readonly TransactStatements: readonly StatementRequest[];
  readonly ClientRequestToken?: string;
  readonly ReturnConsumedCapacity?: string;
}

const { ConsistentRead: _, ...PARAMETERIZED_STATEMENT } = STATEMENT;

const VALIDATION: Validation<TransactionRequest> = {
  types: {
    ...CAPACITY,
    ClientRequestToken: { type: 'String', lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 36 },
    TransactStatements: {
      type: 'List',
      notNull: true,
      lengthGreaterThanOrEqual: 1,
      lengthLessThanOrEqual: 100,
      children: { type: 'ValueStruct<ParameterizedStatement>', children: PARAMETERIZED_STATEMENT },
    },
  },
};

/** Up to 100 statements, all or nothing. */
export const EXECUTE_TRANSACTION: DynamoDbOperation = {
  operation: 'ExecuteTransaction',
  actions: PARTIQL_ACTIONS,
  conditionKeys: [...CONDITION_KEYS, 'dynamodb:EnclosingOperation'],
  parse(parameters, context, now) {
    const { ClientRequestToken: _, ...rest } = parameters;
    const digest = context.transactionTokens.digest(rest);
    const request = context.engine.check('ExecuteTransaction', parameters, VALIDATION);
    const { ClientRequestToken: token, ReturnConsumedCapacity: requested } = request;
    const statements = request.TransactStatements.map((statement, i) => prepareElement(context, statement, i));
    const isRead = statements.map(({ statement }) => statement.kind === 'select');
    if (new Set(isRead).size > 1) throw validationError('The statements of a transaction must be either all reads or all writes');
    return {
      authorize: statements.map(({ iamRequest }) => iamRequest),
      execute() {
        const elements = statements.map(elementOf);
        for (const { checkSameTable } of statements) checkSameTable();
        if (isRead[0]) return readAll(context.engine, statements, elements, requested);
        return context.transactionTokens.once(token, digest, now, () => writeAll(context.engine, elements, requested));
      },
    };
  },
};

function prepareElement(context: DynamoDbContext, request: StatementRequest, at: number): PreparedStatement {
  return inStatement(at, () => {
    const prepared = prepareStatement(context, 'ExecuteTransaction', request);
    const { statement } = prepared;
    if ('returning' in statement) throw validationError('RETURNING clause is not supported in ExecuteTransaction.');
    return prepared;
  });
}

function elementOf({ plan }: PreparedStatement, at: number): Element {
  return inStatement(at, () => {
    if (plan.kind === 'refused') throw plan.error;
    if (plan.kind === 'query') throw validationError('A statement of a transaction cannot read a partition');
    return plan.element;
  });
}

/** Runs `work`. The message of a ValidationException names the statement. */
function inStatement<T>(at: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ValidationException') throw error;
    throw validationError(`Validation failed in TransactStatements[${at}]: ${error.message}`);
  }
}

function readAll(engine: Engine, statements: readonly PreparedStatement[], elements: readonly Element[], requested?: string): object {
  const results = runAllOrNothing(engine, elements, (element) => read(engine, element));
  const Responses = results.map(({ item }, i) => (item === undefined ? {} : { Item: statements[i]?.toRow(item) }));
  return { Responses, ...consumedCapacity(requested, results) };
}

function writeAll(engine: Engine, elements: readonly Element[], requested?: string): object {
  const results = runAllOrNothing(engine, elements, (element) =>
    element.kind.name === 'Put' ? reportingDuplicates(() => write(engine, element)) : write(engine, element),
  );
  return { Responses: results.map(() => ({})), ...consumedCapacity(requested, results) };
}
