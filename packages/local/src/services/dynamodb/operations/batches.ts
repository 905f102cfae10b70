import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import type { ResourceScope } from '../../service.ts';
import { validationError } from '../errors.ts';
import { iamRequest } from '../iam-request.ts';
import { attributesOf } from '../attributes.ts';
import type { Attributes, BatchGet, BatchWrite, ParsedRequest, WriteRequest } from '../dynalite.ts';
import { validationOf } from '../engine.ts';
import { refuseCostlyExpressions } from '../expression-cost.ts';
import { itemCollectionMetrics, itemCollections } from '../item-collections.ts';
import { leadingKey } from '../leading-key.ts';
import { type DynamoDbOperation, pinTables } from '../operation.ts';
import { plainTableName } from '../table-name.ts';
import { selection } from './items.ts';

const MAX_WRITES = 25;

/** The operations on up to a hundred items of several tables: one IAM request per table, with the set of all its keys. */
export const BATCH_OPERATIONS: readonly DynamoDbOperation[] = [
  {
    operation: 'BatchGetItem',
    actions: ['dynamodb:BatchGetItem'],
    conditionKeys: ['dynamodb:LeadingKeys', 'dynamodb:Attributes', 'dynamodb:Select', 'dynamodb:ReturnConsumedCapacity'],
    parse(parameters, context) {
      const { scope, engine } = context;
      const { named, given } = plainTables(scope, parameters);
      for (const request of Object.values(named['RequestItems'] ?? {})) if (isObject(request)) refuseCostlyExpressions(request);
      const data = engine.check('BatchGetItem', named, validationOf('batchGetItem'));
      const requests = Object.entries(data.RequestItems);
      const checkSameTables = pinTables(context, Object.keys(data.RequestItems));
      return {
        authorize: requests.map(([table, request]) =>
          iamRequest(context, {
            action: 'BatchGetItem',
            table,
            keys: request.Keys.map((key) => leadingKey(key, engine.table(table))),
            attributes: new Set([...request.Keys.flatMap((key) => Object.keys(key)), ...attributesOf(request)]),
            select: selection(request),
            returnConsumedCapacity: data.ReturnConsumedCapacity,
          }),
        ),
        execute() {
          checkSameTables();
          const result = engine.run('batchGetItem', data);
          const unprocessed = Object.entries(result.UnprocessedKeys).map(([table, keys]) => [
            given(table),
            { ...projection(data, table), ...keys },
          ]);
          return { ...result, Responses: renamed(result.Responses, given), UnprocessedKeys: Object.fromEntries(unprocessed) };
        },
      };
    },
  },
  {
    operation: 'BatchWriteItem',
    actions: ['dynamodb:BatchWriteItem'],
    conditionKeys: ['dynamodb:LeadingKeys', 'dynamodb:Attributes', 'dynamodb:ReturnConsumedCapacity'],
    parse(parameters, context) {
      const { scope, engine } = context;
      const { named, given } = plainTables(scope, parameters);
      const data = engine.check('BatchWriteItem', named, validationOf('batchWriteItem'));
      checkSingleWrites(data);
      const checkSameTables = pinTables(context, Object.keys(data.RequestItems));
      return {
        authorize: Object.entries(data.RequestItems).map(([table, requests]) =>
          iamRequest(context, {
            action: 'BatchWriteItem',
            table,
            keys: requests.map((request) => leadingKey(attributesWritten(request), engine.table(table))),
            attributes: new Set(requests.flatMap((request) => Object.keys(attributesWritten(request)))),
            returnConsumedCapacity: data.ReturnConsumedCapacity,
          }),
        ),
        execute() {
          checkSameTables();
          const collections = Object.entries(data.RequestItems).map(
            ([table, requests]) => [given(table), itemCollections(data, engine.table(table), requests.map(attributesWritten))] as const,
          );
          return { ...engine.run('batchWriteItem', data), ...itemCollectionMetrics(new Map(collections)) };
        },
      };
    },
  },
];

function attributesWritten({ PutRequest, DeleteRequest }: WriteRequest): Attributes {
  return PutRequest?.Item ?? DeleteRequest?.Key ?? {};
}

/** dynalite would execute only the put of an element that has both a put and a delete. */
function checkSingleWrites({ RequestItems }: BatchWrite): void {
  const requests = Object.values(RequestItems).flat();
  if (requests.length > MAX_WRITES) throw validationError('Too many items requested for the BatchWriteItem call');
  if (requests.some(({ PutRequest, DeleteRequest }) => PutRequest !== undefined && DeleteRequest !== undefined)) {
    throw validationError('A WriteRequest must have exactly one of PutRequest and DeleteRequest');
  }
}

/** The request with plain table names, and a function that returns the name that the client used: the result has those names. */
function plainTables(
  scope: ResourceScope,
  parameters: JsonObject,
): { readonly named: JsonObject; readonly given: (table: string) => string } {
  const items: Json | undefined = parameters['RequestItems'];
  if (!isObject(items)) return { named: parameters, given: (table) => table };
  const plain: JsonObject = Object.create(null);
  const given = new Map<string, string>();
  for (const [name, request] of Object.entries(items)) {
    const table = plainTableName(scope, name);
    if (given.has(table)) throw validationError(`RequestItems names the table ${table} twice`);
    given.set(table, name);
    plain[table] = request;
  }
  return { named: { ...parameters, RequestItems: plain }, given: (table) => given.get(table) ?? table };
}

function renamed(record: Readonly<Record<string, unknown>>, given: (table: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([table, value]) => [given(table), value]));
}

/** A retry of the unprocessed keys must request the same attributes: dynalite omits these two members. */
function projection({ RequestItems }: BatchGet, table: string): Partial<ParsedRequest> {
  const { ProjectionExpression, ExpressionAttributeNames } = RequestItems[table] ?? {};
  return {
    ...(ProjectionExpression === undefined ? {} : { ProjectionExpression }),
    ...(ExpressionAttributeNames === undefined ? {} : { ExpressionAttributeNames }),
  };
}
