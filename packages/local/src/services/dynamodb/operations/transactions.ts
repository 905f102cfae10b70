import type { JsonObject } from '@tenant-aws/policy/json';
import { type Attributes, db } from '../dynalite.ts';
import { type Engine, validationOf } from '../engine.ts';
import { type ItemCollection, itemCollectionMetrics, itemCollections } from '../item-collections.ts';
import { itemSize } from '../item-size.ts';
import { type DynamoDbOperation, pinTables, type DynamoDbContext } from '../operation.ts';
import { existingItem, RETURN_ON_FAILURE, runIfMatching, runReturningFailedItem } from './items.ts';
import {
  transactionIamRequests,
  type Element,
  type ElementKind,
  elementValidation,
  readTransaction,
  type Transaction,
} from './transaction-elements.ts';
import { consumedCapacity, type ElementUsage, runAllOrNothing } from './transaction-run.ts';

type WriteAction = 'putItem' | 'updateItem' | 'deleteItem';

const CONDITION = ['ConditionExpression', 'ExpressionAttributeValues', 'ReturnValuesOnConditionCheckFailure'];

const WRITES: readonly ElementKind[] = [
  { name: 'Put', action: 'PutItem', validation: writeValidation('putItem', ['Item', ...CONDITION]) },
  {
    name: 'Update',
    action: 'UpdateItem',
    validation: writeValidation('updateItem', ['Key', 'UpdateExpression', ...CONDITION]),
    requires: 'UpdateExpression',
  },
  { name: 'Delete', action: 'DeleteItem', validation: writeValidation('deleteItem', ['Key', ...CONDITION]) },
  {
    name: 'ConditionCheck',
    action: 'ConditionCheckItem',
    validation: writeValidation('deleteItem', ['Key', ...CONDITION]),
    requires: 'ConditionExpression',
  },
];

const READS: readonly ElementKind[] = [
  { name: 'Get', action: 'GetItem', validation: elementValidation(validationOf('getItem'), ['Key', 'ProjectionExpression']) },
];

const ACTIONS: ReadonlyMap<string, WriteAction> = new Map([
  ['Put', 'putItem'],
  ['Update', 'updateItem'],
  ['Delete', 'deleteItem'],
]);

/** The transactions. dynalite has none: they are built from its single operations. */
export const TRANSACT_OPERATIONS: readonly DynamoDbOperation[] = [
  {
    operation: 'TransactGetItems',
    actions: ['dynamodb:GetItem'],
    conditionKeys: [
      'dynamodb:LeadingKeys',
      'dynamodb:Attributes',
      'dynamodb:Select',
      'dynamodb:ReturnConsumedCapacity',
      'dynamodb:EnclosingOperation',
    ],
    parse(parameters, context) {
      const transaction = readTransaction(context, 'TransactGetItems', parameters, READS);
      const { elements, ReturnConsumedCapacity } = transaction;
      const checkSameTables = pinTables(
        context,
        elements.map(({ data }) => data.TableName),
      );
      return {
        authorize: transactionIamRequests(context, 'TransactGetItems', transaction),
        execute() {
          checkSameTables();
          const all = runAllOrNothing(context.engine, elements, (element) => read(context.engine, element));
          return { Responses: all.map(({ item }) => ({ Item: item })), ...consumedCapacity(ReturnConsumedCapacity, all) };
        },
      };
    },
  },
  {
    operation: 'TransactWriteItems',
    actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
    conditionKeys: [
      'dynamodb:LeadingKeys',
      'dynamodb:Attributes',
      'dynamodb:ReturnValues',
      'dynamodb:ReturnConsumedCapacity',
      'dynamodb:EnclosingOperation',
    ],
    parse: parseWrites,
  },
];

function parseWrites(parameters: JsonObject, context: DynamoDbContext, now: Date): ReturnType<DynamoDbOperation['parse']> {
  const { ClientRequestToken: token, ...rest } = parameters;
  const digest = context.transactionTokens.digest(rest);
  const transaction = readTransaction(context, 'TransactWriteItems', parameters, WRITES, {
    ClientRequestToken: { type: 'String', lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 36 },
    ReturnItemCollectionMetrics: { type: 'String', enum: ['SIZE', 'NONE'] },
  });
  const { elements, ReturnConsumedCapacity } = transaction;
  const checkSameTables = pinTables(
    context,
    elements.map(({ data }) => data.TableName),
  );
  return {
    authorize: transactionIamRequests(context, 'TransactWriteItems', transaction),
    execute() {
      checkSameTables();
      return context.transactionTokens.once(typeof token === 'string' ? token : undefined, digest, now, () => {
        const collections = changedCollections(context.engine, transaction);
        const written = runAllOrNothing(context.engine, elements, (element) => write(context.engine, element));
        return { ...consumedCapacity(ReturnConsumedCapacity, written), ...itemCollectionMetrics(collections) };
      });
    },
  };
}

/** Reads the item of one element. */
export function read(engine: Engine, { data }: Element): ElementUsage & { readonly item: Attributes | undefined } {
  const existing = existingItem(engine, data);
  const units = db.capacityUnits(existing, true, true);
  return { table: data.TableName, units, bytes: itemSize(existing ?? {}), item: engine.run('getItem', data).Item };
}

/**
 * Executes the write of one element.
 *
 * @throws {@link AwsError}
 */
export function write(engine: Engine, { kind, data }: Element): ElementUsage {
  const action = ACTIONS.get(kind.name);
  const before = existingItem(engine, data);
  // dynalite changes the key object into the new item.
  const unchanged = structuredClone({ TableName: data.TableName, Key: data.Key, Item: data.Item });
  runReturningFailedItem(engine, data, () =>
    action === undefined ? engine.checkCondition(data, before) : runIfMatching(engine, action, data),
  );
  const after = existingItem(engine, unchanged);
  return {
    table: data.TableName,
    units: Math.max(db.capacityUnits(before, false, true), db.capacityUnits(after, false, true)),
    bytes: itemSize((kind.name === 'Update' ? after : undefined) ?? unchanged.Item ?? unchanged.Key ?? {}),
  };
}

function changedCollections(engine: Engine, transaction: Transaction): ReadonlyMap<string, readonly ItemCollection[]> {
  const writes = transaction.elements.filter(({ kind }) => kind.name !== 'ConditionCheck').map(({ data }) => data);
  const byTable = Map.groupBy(writes, ({ TableName }) => TableName);
  const keysOf = (each: readonly Element['data'][]) => each.map(({ Key, Item }) => Key ?? Item ?? {});
  return new Map([...byTable].map(([name, each]) => [name, itemCollections(transaction, engine.table(name), keysOf(each))]));
}

function writeValidation(action: WriteAction, names: readonly string[]): ElementKind['validation'] {
  return elementValidation(validationOf(action, RETURN_ON_FAILURE), names);
}
