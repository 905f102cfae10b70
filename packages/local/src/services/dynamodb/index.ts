import { deniedMessage } from '../denial.ts';
import { readJsonRequest } from '../json-request.ts';
import { AwsError, type Clock, type Operation, type Service, unsupported, type VerifiedRequest } from '../service.ts';
import { Engine } from './engine.ts';
import { errorResponse, response } from './errors.ts';
import type { DynamoDbContext } from './operation.ts';
import { DENIED_OPERATIONS, DYNAMODB_OPERATIONS } from './operations.ts';
import { createTables, type TableDefinition } from './table-definition.ts';
import { TransactionTokens } from './transaction-tokens.ts';

/** What the local DynamoDB is started with. */
export interface DynamoDbOptions {
  readonly account: string;
  readonly region: string;
  /** Created before the service answers: what CreateTable takes. */
  readonly tables: readonly TableDefinition[];
  /** When those tables were created. */
  readonly clock: Clock;
}

const MAX_BODY = 16 * 1024 * 1024;
const BY_NAME = new Map(DYNAMODB_OPERATIONS.map((row) => [row.operation, row]));

/**
 * Starts a DynamoDB in memory that says of every request what it wants of which table, with which keys.
 *
 * @throws Error for a table that cannot be created, which it names
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
    denied: (_operation, { action, resource }, caller, denial) =>
      new AwsError('AccessDeniedException', 400, deniedMessage(caller, action, resource, denial)),
  };
}

function parse(request: VerifiedRequest, context: DynamoDbContext): Operation {
  const { operation: name, parameters } = readJsonRequest(request, 'DynamoDB_20120810', MAX_BODY);
  if (DENIED_OPERATIONS.has(name)) return deniedToEverybody(name, request);
  const operation = BY_NAME.get(name);
  if (operation === undefined) throw unsupported(`The operation ${name}`);
  const parsed = operation.parse(parameters, context, request.now);
  return { ...parsed, name, execute: async (refused) => response(200, await parsed.execute(refused), request.requestId) };
}

/** Those who may not call it anyway hear that from their policies; the others hear it from us. */
function deniedToEverybody(name: string, { caller }: VerifiedRequest): Operation {
  return {
    name,
    authorize: [{ action: 'dynamodb:PartiQLSelect', resource: '*', context: {} }],
    execute() {
      const message = `User: ${caller.arn} is not authorized to perform: dynamodb:${name} because the local AWS denies PartiQL to everybody`;
      throw new AwsError('AccessDeniedException', 400, message);
    },
  };
}
