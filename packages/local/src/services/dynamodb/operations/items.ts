import { AwsError } from '../../service.ts';
import { type Access, asIamRequest } from '../access.ts';
import { attributesOf } from '../attributes.ts';
import { type Attributes, db, type ParameterTypes, type ParsedRequest, type TableDescription } from '../dynalite.ts';
import { demand, type Engine, validationOf } from '../engine.ts';
import { leadingKey } from '../key-value.ts';
import { normaliseLegacyConditions } from '../legacy-conditions.ts';
import { type DynamoDbOperation, pinTables } from '../operation.ts';
import { withPlainTableName } from '../table-name.ts';

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

function itemOperation(
  name: string,
  action: 'getItem' | 'putItem' | 'updateItem' | 'deleteItem',
  more: ParameterTypes = {},
): DynamoDbOperation {
  const reads = action === 'getItem';
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
      const data = engine.check(name, withPlainTableName(scope, parameters), validationOf(action, more));
      const access: Access = {
        action: name,
        table: data.TableName,
        keys: [leadingKey(data.Key ?? data.Item, engine.table(data.TableName))],
        attributes: attributesOf(data),
        select: reads ? selection(data) : undefined,
        returnValues: shownValues(data),
        returnConsumedCapacity: data.ReturnConsumedCapacity,
      };
      normaliseLegacyConditions(data);
      const demandSameTables = pinTables(context, [data.TableName]);
      return {
        authorize: [asIamRequest(scope, access)],
        execute() {
          demandSameTables();
          return runShowingFailure(engine, data, () => engine.run(action, data));
        },
      };
    },
  };
}

/** What `dynamodb:Select` shows of a read that names what it wants, or does not. */
export function selection({ Select, AttributesToGet, IndexName, _projection: projection }: Partial<ParsedRequest>): string {
  if (Select !== undefined) return Select;
  if (projection !== undefined || AttributesToGet !== undefined) return 'SPECIFIC_ATTRIBUTES';
  return IndexName === undefined ? 'ALL_ATTRIBUTES' : 'ALL_PROJECTED_ATTRIBUTES';
}

/** What `dynamodb:ReturnValues` shows: an item that a failed condition returns is returned as well. */
export function shownValues(data: Partial<ParsedRequest>): string | undefined {
  return data.ReturnValuesOnConditionCheckFailure === 'ALL_OLD'
    ? 'ALL_OLD'
    : (data.ReturnValues ?? data.ReturnValuesOnConditionCheckFailure);
}

/** Runs a write; where its condition fails and ReturnValuesOnConditionCheckFailure asks for it, the error shows the item. */
export function runShowingFailure<T>(engine: Engine, data: ParsedRequest, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const asked = data.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    if (!asked || !(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error;
    const item = existingItem(engine, data);
    throw item === undefined ? error : new AwsError(error.code, error.status, error.message, { Item: item });
  }
}

/** Which item a request is about. */
export interface ItemReference {
  readonly TableName: string;
  readonly Key?: Attributes | undefined;
  readonly Item?: Attributes | undefined;
}

/** The item that a request is about, if it exists. */
export function existingItem(engine: Engine, data: ItemReference): Attributes | undefined {
  const table = engine.table(data.TableName);
  if (table === undefined) return undefined;
  return engine.store.getItemDb(data.TableName).read(primaryKey(data, table)) as Attributes | undefined;
}

/**
 * The primary key of the item that a request is about, as one string.
 *
 * @throws {@link AwsError} for a key that does not fit the table
 */
export function primaryKey(data: ItemReference, table: TableDescription): string {
  if (data.Item === undefined) demand(db.validateKey(data.Key ?? {}, table));
  else demand(db.validateItem(data.Item, table));
  return db.createKey(data.Item ?? data.Key ?? {}, table);
}
