import { AwsError } from '../../service.ts';
import { type TableDescription, type TableRequest, VALIDATION, type Validation } from '../dynalite.ts';
import type { Engine } from '../engine.ts';
import { validationError } from '../errors.ts';
import { iamRequest } from '../iam-request.ts';
import { type DynamoDbContext, type DynamoDbOperation, pinTables } from '../operation.ts';
import { withPlainTableName } from '../table-name.ts';

interface TimeToLiveRequest extends TableRequest {
  readonly TimeToLiveSpecification: { readonly Enabled: boolean; readonly AttributeName: string };
}

const { types } = VALIDATION.describeTable;

const UPDATE: Validation<TimeToLiveRequest> = {
  types: {
    ...types,
    TimeToLiveSpecification: {
      type: 'FieldStruct<TimeToLiveSpecification>',
      notNull: true,
      children: {
        Enabled: { type: 'Boolean', notNull: true },
        AttributeName: { type: 'String', notNull: true, lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 255 },
      },
    },
  },
};

/**
 * The operations on the time to live of a table. An expired item remains: DynamoDB deletes it within days, and its reads return it until then.
 * A request that must not see expired items filters them.
 *
 * @see Amazon DynamoDB Developer Guide, "Using time to live (TTL) in DynamoDB"
 */
export const TIME_TO_LIVE_OPERATIONS: readonly DynamoDbOperation[] = [
  timeToLiveOperation('UpdateTimeToLive', UPDATE, update),
  timeToLiveOperation('DescribeTimeToLive', { types }, describe),
];

function timeToLiveOperation<Data extends TableRequest>(
  name: string,
  validation: Validation<Data>,
  run: (engine: Engine, table: TableDescription, data: Data) => object,
): DynamoDbOperation {
  return {
    operation: name,
    actions: [`dynamodb:${name}`],
    conditionKeys: [],
    parse(parameters, context: DynamoDbContext) {
      const { engine, scope } = context;
      const data = engine.check(name, withPlainTableName(scope, parameters), validation);
      const checkSameTables = pinTables(context, [data.TableName]);
      return {
        authorize: [iamRequest(context, { action: name, table: data.TableName })],
        execute() {
          checkSameTables();
          const table = engine.table(data.TableName);
          if (table !== undefined) return run(engine, table, data);
          throw new AwsError('ResourceNotFoundException', 400, `Requested resource not found: Table: ${data.TableName} not found`);
        },
      };
    },
  };
}

function update({ metadata }: Engine, table: TableDescription, { TimeToLiveSpecification }: TimeToLiveRequest): object {
  const { Enabled, AttributeName } = TimeToLiveSpecification;
  const current = metadata.timeToLiveOf(table);
  if (Enabled === (current !== undefined)) {
    if (Enabled && current !== AttributeName) throw otherAttribute(current);
    throw validationError(`TimeToLive is already ${Enabled ? 'enabled' : 'disabled'}`);
  }
  if (!Enabled && current !== AttributeName) throw otherAttribute(current);
  metadata.setTimeToLive(table, Enabled ? AttributeName : undefined);
  return { TimeToLiveSpecification };
}

function otherAttribute(current: string | undefined): AwsError {
  return validationError(`TimeToLive is active on a different AttributeName: current AttributeName is ${current}`);
}

function describe({ metadata }: Engine, table: TableDescription): object {
  const AttributeName = metadata.timeToLiveOf(table);
  const status = AttributeName === undefined ? { TimeToLiveStatus: 'DISABLED' } : { TimeToLiveStatus: 'ENABLED', AttributeName };
  return { TimeToLiveDescription: status };
}
