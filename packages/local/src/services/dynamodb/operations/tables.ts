import type { JsonObject } from '@tenant-aws/policy/json';
import { AwsError, type ParsedOperation } from '../../service.ts';
import type { TableDescription, TableRequest, TableUpdate, Validation } from '../dynalite.ts';
import { type Engine, validationOf } from '../engine.ts';
import { validationError } from '../errors.ts';
import { iamRequest } from '../iam-request.ts';
import type { DynamoDbContext, DynamoDbOperation } from '../operation.ts';
import { isChanging } from '../store.ts';
import { changedSettings, changedSettingsFault } from '../table-changes.ts';
import { withPlainTableName } from '../table-name.ts';
import { describedSettings, TABLE_SETTINGS, type TableSettings, withoutSettings } from '../table-settings.ts';

/** The operations on tables. */
export const TABLE_OPERATIONS: readonly DynamoDbOperation[] = [
  tableOperation('CreateTable', validationOf('createTable', TABLE_SETTINGS), create),
  tableOperation('DescribeTable', validationOf('describeTable'), ({ engine }, data) => engine.run('describeTable', data)),
  tableOperation('UpdateTable', updateValidation(), update),
  tableOperation('DeleteTable', validationOf('deleteTable'), remove),
  {
    operation: 'ListTables',
    actions: ['dynamodb:ListTables'],
    conditionKeys: [],
    parse(parameters, { engine }) {
      const data = engine.check('ListTables', parameters, validationOf('listTables'));
      return {
        authorize: [{ action: 'dynamodb:ListTables', resource: '*', context: {} }],
        execute: () => engine.stream('listTables', data),
      };
    },
  },
];

function tableOperation<Data extends TableRequest>(
  name: string,
  validation: Validation<Data>,
  run: (context: DynamoDbContext, data: Data, now: Date) => unknown,
): DynamoDbOperation {
  return {
    operation: name,
    actions: [`dynamodb:${name}`],
    conditionKeys: [],
    parse(parameters: JsonObject, context, now): ParsedOperation<unknown> {
      const { engine, scope } = context;
      const data = engine.check(name, withPlainTableName(scope, parameters), validation);
      return {
        authorize: [iamRequest(scope, { action: name, table: data.TableName })],
        execute: () => run(context, data, now),
      };
    },
  };
}

async function create({ engine, scope }: DynamoDbContext, data: TableRequest & TableSettings, now: Date): Promise<object> {
  const described = describedSettings(scope, data.TableName, { DeletionProtectionEnabled: false, ...data }, now);
  const result = engine.run('createTable', { ...withoutSettings(data), ...described });
  // The engine sets the system's time, and changes this object later.
  result.TableDescription.CreationDateTime = now.getTime() / 1000;
  return whenSettled(engine, data, result);
}

async function update({ engine, scope }: DynamoDbContext, data: TableUpdate & TableSettings, now: Date): Promise<object> {
  const table = activeTable(engine, data.TableName);
  const settings = changedSettings(scope, table, data, now);
  const others = withoutSettings(data);
  engine.replaceTable({ ...table, ...settings });
  if (Object.keys(others).length === 1) return { TableDescription: engine.table(data.TableName) };
  try {
    return await whenSettled(engine, data, engine.run('updateTable', others));
  } catch (error) {
    engine.replaceTable(table);
    throw error;
  }
}

async function remove({ engine }: DynamoDbContext, data: TableRequest): Promise<object> {
  if (engine.table(data.TableName)?.DeletionProtectionEnabled === true)
    throw validationError('Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.');
  return whenSettled(engine, data, engine.run('deleteTable', data));
}

/** Returns a result as it is now, after the engine has ended the change: it changes the object from a timer. */
async function whenSettled(engine: Engine, { TableName }: TableRequest, result: object): Promise<object> {
  const copy = structuredClone(result);
  await engine.store.tableDb.settled(TableName);
  return copy;
}

function updateValidation(): Validation<TableUpdate & TableSettings> {
  const { types, custom } = validationOf('updateTable', TABLE_SETTINGS);
  return {
    types,
    custom(data, store) {
      refuseIndexChanges(data);
      // dynalite requires one of the parameters that it knows.
      const changesSettings = Object.keys(data).length > Object.keys(withoutSettings(data)).length;
      return changedSettingsFault(data) ?? (changesSettings && !changesCapacity(data) ? undefined : custom?.(data, store));
    },
  };
}

function changesCapacity(data: TableUpdate): boolean {
  return data.BillingMode !== undefined || data.ProvisionedThroughput !== undefined || data.GlobalSecondaryIndexUpdates !== undefined;
}

function activeTable(engine: Engine, name: string): TableDescription {
  const table = engine.table(name);
  if (table === undefined) throw new AwsError('ResourceNotFoundException', 400, `Requested resource not found: Table: ${name} not found`);
  if (!isChanging(table)) return table;
  throw new AwsError('ResourceInUseException', 400, `Attempt to change a resource which is still in use: Table is being changed: ${name}`);
}

/** dynalite would accept these changes and ignore them. */
function refuseIndexChanges({ GlobalSecondaryIndexUpdates = [] }: TableUpdate): void {
  if (GlobalSecondaryIndexUpdates.some(({ Create, Delete }) => Create !== undefined || Delete !== undefined)) {
    throw new AwsError('NotImplemented', 501, 'UpdateTable does not add or remove indexes in the local AWS: create them with their table');
  }
}
