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
import type { Tags } from '../table-metadata.ts';
import { mergedTags, TAG_LIST, tagsOf } from '../tags.ts';
import { describedSettings, TABLE_SETTINGS, type TableSettings, withoutSettings } from '../table-settings.ts';

/** The operations on tables. */
export const TABLE_OPERATIONS: readonly DynamoDbOperation[] = [
  {
    operation: 'CreateTable',
    actions: ['dynamodb:CreateTable'],
    furtherActions: [['dynamodb:TagResource', 'if it has tags']],
    conditionKeys: ['aws:RequestTag/*', 'aws:TagKeys'],
    parse(parameters, context, now) {
      const { engine, scope } = context;
      const validation = validationOf('createTable', { ...TABLE_SETTINGS, Tags: TAG_LIST });
      const { Tags, ...data } = engine.check('CreateTable', withPlainTableName(scope, parameters), validation);
      const requestTags = mergedTags(new Map(), tagsOf(Tags));
      const actions = requestTags.size === 0 ? ['CreateTable'] : ['CreateTable', 'TagResource'];
      return {
        authorize: actions.map((action) => iamRequest(context, { action, table: data.TableName, requestTags })),
        execute: () => create(context, data, requestTags, now),
      };
    },
  },
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
        execute: () => engine.listTables(data),
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
        authorize: [iamRequest(context, { action: name, table: data.TableName })],
        execute: () => run(context, data, now),
      };
    },
  };
}

async function create({ engine, scope }: DynamoDbContext, data: TableRequest & TableSettings, tags: Tags, now: Date): Promise<object> {
  const described = describedSettings(scope, data.TableName, { DeletionProtectionEnabled: false, ...data }, now);
  const result = engine.run('createTable', { ...withoutSettings(data), ...described });
  // The engine sets the system's time, and changes this object later.
  result.TableDescription.CreationDateTime = now.getTime() / 1000;
  const table = engine.table(data.TableName);
  if (table !== undefined) engine.metadata.setTags(table, tags);
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
  const table = engine.table(data.TableName);
  if (table?.DeletionProtectionEnabled === true)
    throw validationError('Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.');
  const result = engine.run('deleteTable', data);
  if (table !== undefined) engine.metadata.delete(table);
  return whenSettled(engine, data, result);
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
