import { AwsError } from '../../service.ts';
import { iamRequest } from '../iam-request.ts';
import type { TableRequest, TableUpdate } from '../dynalite.ts';
import { validationOf } from '../engine.ts';
import type { DynamoDbOperation } from '../operation.ts';
import { withPlainTableName } from '../table-name.ts';

/** The operations on tables. */
export const TABLE_OPERATIONS: readonly DynamoDbOperation[] = [
  tableOperation('CreateTable', 'createTable'),
  tableOperation('DescribeTable', 'describeTable'),
  tableOperation('UpdateTable', 'updateTable', refuseIndexChanges),
  tableOperation('DeleteTable', 'deleteTable'),
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

function tableOperation(
  name: string,
  action: 'createTable' | 'describeTable' | 'updateTable' | 'deleteTable',
  check: (data: TableUpdate) => void = () => {},
): DynamoDbOperation {
  return {
    operation: name,
    actions: [`dynamodb:${name}`],
    conditionKeys: [],
    parse(parameters, { scope, engine }, now) {
      const data: TableRequest = engine.check(name, withPlainTableName(scope, parameters), validationOf(action));
      check(data);
      return {
        authorize: [iamRequest(scope, { action: name, table: data.TableName })],
        async execute() {
          const result = engine.run(action, data);
          // The engine sets the system's time, and changes this object later.
          if ('TableDescription' in result && action === 'createTable') result.TableDescription.CreationDateTime = now.getTime() / 1000;
          const copy: unknown = structuredClone(result);
          await engine.store.tableDb.settled(data.TableName);
          return copy;
        },
      };
    },
  };
}

/** dynalite would accept these changes and ignore them. */
function refuseIndexChanges({ GlobalSecondaryIndexUpdates = [] }: TableUpdate): void {
  if (GlobalSecondaryIndexUpdates.some(({ Create, Delete }) => Create !== undefined || Delete !== undefined)) {
    throw new AwsError('NotImplemented', 501, 'UpdateTable does not add or remove indexes in the local AWS: create them with their table');
  }
}
