import { readJsonRequest } from '../json-protocol.ts';
import { type Clock, type Operation, type ResourceScope, type Service, unsupported, type VerifiedRequest } from '../service.ts';
import { Engine } from './engine.ts';
import { DYNAMODB_PROTOCOL, denied, errorResponse, response } from './errors.ts';
import type { DynamoDbContext } from './operation.ts';
import { DYNAMODB_OPERATIONS } from './operations.ts';
import { createTables, type TableDefinition } from './table-definition.ts';
import { TransactionTokens } from './transaction-tokens.ts';

/** Options of the local DynamoDB. */
export interface DynamoDbOptions extends ResourceScope {
  /** The tables to create at the start, each the input of CreateTable. */
  readonly tables: readonly TableDefinition[];
  /** Source of those tables' creation time. */
  readonly clock: Clock;
}

const BY_NAME = new Map(DYNAMODB_OPERATIONS.map((entry) => [entry.operation, entry]));

/**
 * Starts a DynamoDB in memory. Each request is parsed to the permissions that it needs, with table and leading keys.
 *
 * @throws Error that names a table that cannot be created
 */
export async function dynamodbService({ account, region, tables, clock }: DynamoDbOptions): Promise<Service> {
  const context: DynamoDbContext = {
    scope: { account, region },
    engine: new Engine(account, region),
    transactionTokens: new TransactionTokens(),
  };
  await createTables(context, tables, new Date(clock()));
  return {
    name: 'dynamodb',
    parse: (request) => parse(request, context),
    error: (error, { requestId }) => errorResponse(error, requestId),
    denied,
  };
}

function parse(request: VerifiedRequest, context: DynamoDbContext): Operation {
  const { operation: name, parameters } = readJsonRequest(request, DYNAMODB_PROTOCOL);
  const operation = BY_NAME.get(name);
  if (operation === undefined) throw unsupported(`The operation ${name}`);
  const parsed = operation.parse(parameters, context, request.now);
  return { ...parsed, name, execute: async (refused) => response(200, await parsed.execute(refused), request.requestId) };
}
