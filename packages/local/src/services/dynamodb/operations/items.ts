import { AwsError } from '../../service.ts';
import { type ItemAccess, iamRequest } from '../iam-request.ts';
import { attributesOf } from '../attributes.ts';
import { type Attributes, db, type ParameterTypes, type ParsedRequest, type Results, type TableDescription } from '../dynalite.ts';
import { throwFault, type Engine, validationOf } from '../engine.ts';
import { itemCollections } from '../item-collections.ts';
import { leadingKey } from '../leading-key.ts';
import { normaliseLegacyConditions } from '../legacy-conditions.ts';
import { type DynamoDbOperation, pinTables } from '../operation.ts';
import { withPlainTableName } from '../table-name.ts';

type ItemAction = 'getItem' | 'putItem' | 'updateItem' | 'deleteItem';

/** A parameter that dynalite does not know. */
export const RETURN_ON_FAILURE: ParameterTypes = {
  ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['ALL_OLD', 'NONE'] },
};

/** The operations on one item. */
export const ITEM_OPERATIONS: readonly DynamoDbOperation[] = [
  itemOperation('GetItem', 'getItem'),
  itemOperation('PutItem', 'putItem', RETURN_ON_FAILURE),
  itemOperation('UpdateItem', 'updateItem', RETURN_ON_FAILURE),
  itemOperation('DeleteItem', 'deleteItem', RETURN_ON_FAILURE),
];

function itemOperation(name: string, action: ItemAction, more: ParameterTypes = {}): DynamoDbOperation {
  const reads = action === 'getItem';
  const validation = validationOf(action, more);
  return {
    operation: name,
    actions: [`dynamodb:${name}`],
    conditionKeys: [
      'dynamodb:LeadingKeys',
      'dynamodb:Attributes',
      reads ? 'dynamodb:Select' : 'dynamodb:ReturnValues',
      'dynamodb:ReturnConsumedCapacity',
    ],
    parse(parameters, context) {
      const { scope, engine } = context;
      const data = engine.check(name, withPlainTableName(scope, parameters), validation);
      const access: ItemAccess = {
        action: name,
        table: data.TableName,
        keys: [leadingKey(data.Key ?? data.Item, engine.table(data.TableName))],
        attributes: attributesOf(data),
        select: reads ? selection(data) : undefined,
        returnValues: returnedValues(data),
        returnConsumedCapacity: data.ReturnConsumedCapacity,
      };
      normaliseLegacyConditions(data);
      const checkSameTables = pinTables(context, [data.TableName]);
      return {
        authorize: [iamRequest(context, access)],
        execute() {
          checkSameTables();
          const [collection] = itemCollections(data, engine.table(data.TableName), [data.Key ?? data.Item ?? {}]);
          const result = runReturningFailedItem(engine, data, () => runIfMatching(engine, action, data));
          return collection === undefined ? result : { ...result, ItemCollectionMetrics: collection };
        },
      };
    },
  };
}

/** The value of `dynamodb:Select` for a read, with the defaults of DynamoDB. */
export function selection({ Select, AttributesToGet, IndexName, _projection: projection }: Partial<ParsedRequest>): string {
  if (Select !== undefined) return Select;
  if (projection !== undefined || AttributesToGet !== undefined) return 'SPECIFIC_ATTRIBUTES';
  return IndexName === undefined ? 'ALL_ATTRIBUTES' : 'ALL_PROJECTED_ATTRIBUTES';
}

/** The value of `dynamodb:ReturnValues`. An item that a failed condition returns counts too. */
export function returnedValues(data: Partial<ParsedRequest>): string | undefined {
  return data.ReturnValuesOnConditionCheckFailure === 'ALL_OLD'
    ? 'ALL_OLD'
    : (data.ReturnValues ?? data.ReturnValuesOnConditionCheckFailure);
}

/** Runs a write. If its condition fails and ReturnValuesOnConditionCheckFailure requests it, the error contains the item. */
export function runReturningFailedItem<T>(engine: Engine, data: ParsedRequest, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const requested = data.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    if (!requested || !(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error;
    const item = existingItem(engine, data);
    throw item === undefined ? error : new AwsError(error.code, error.status, error.message, { Item: item });
  }
}

/** Runs an operation whose condition, if any, the stored item matches. */
export function runIfMatching<Name extends ItemAction>(engine: Engine, action: Name, data: ParsedRequest): Results[Name] {
  const { _condition: condition, ...unconditional } = data;
  // The engine reports a table that does not exist.
  if (condition !== undefined && !isAbsent(engine.table(data.TableName))) engine.checkCondition(data, existingItem(engine, data));
  return engine.run(action, unconditional);
}

function isAbsent(table: TableDescription | undefined): boolean {
  return table === undefined || table.TableStatus === 'CREATING' || table.TableStatus === 'DELETING';
}

/** The item that a request reads or writes. */
export interface ItemReference {
  readonly TableName: string;
  readonly Key?: Attributes | undefined;
  readonly Item?: Attributes | undefined;
}

/** The item that a request reads or writes, if it exists. */
export function existingItem(engine: Engine, data: ItemReference): Attributes | undefined {
  const table = engine.table(data.TableName);
  if (table === undefined) return undefined;
  return engine.store.getItemDb(data.TableName).read(primaryKey(data, table)) as Attributes | undefined;
}

/**
 * The primary key of the item that a request reads or writes, as one string.
 *
 * @throws {@link AwsError} for a key that does not fit the table
 */
export function primaryKey(data: ItemReference, table: TableDescription): string {
  if (data.Item === undefined) throwFault(db.validateKey(data.Key ?? {}, table));
  else throwFault(db.validateItem(data.Item, table));
  return db.createKey(data.Item ?? data.Key ?? {}, table);
}
