import { isObject } from '@tenant-aws/policy/json';
import { parseStrictJson } from '../../strict-json.ts';
import { creationError } from '../service.ts';
import type { DynamoDbContext } from './operation.ts';
import { TABLE_OPERATIONS } from './operations/tables.ts';

interface KeySchemaPart {
  readonly AttributeName: string | undefined;
  readonly KeyType: string | undefined;
}

interface Throughput {
  readonly ReadCapacityUnits: number | undefined;
  readonly WriteCapacityUnits: number | undefined;
}

interface IndexDefinition {
  readonly IndexName: string | undefined;
  readonly KeySchema: readonly KeySchemaPart[] | undefined;
  readonly Projection:
    | { readonly ProjectionType?: string | undefined; readonly NonKeyAttributes?: readonly string[] | undefined }
    | undefined;
}

/** The input of CreateTable in the AWS SDK, with the members that the local AWS supports. */
export interface TableDefinition {
  readonly TableName: string | undefined;
  readonly AttributeDefinitions?:
    | readonly { readonly AttributeName: string | undefined; readonly AttributeType: string | undefined }[]
    | undefined;
  readonly KeySchema?: readonly KeySchemaPart[] | undefined;
  readonly BillingMode?: string | undefined;
  readonly ProvisionedThroughput?: Throughput | undefined;
  readonly LocalSecondaryIndexes?: readonly IndexDefinition[] | undefined;
  readonly GlobalSecondaryIndexes?: readonly (IndexDefinition & { readonly ProvisionedThroughput?: Throughput | undefined })[] | undefined;
  readonly StreamSpecification?: { readonly StreamEnabled: boolean | undefined; readonly StreamViewType?: string | undefined } | undefined;
  readonly SSESpecification?: { readonly Enabled?: boolean | undefined; readonly SSEType?: string | undefined } | undefined;
  readonly Tags?: readonly { readonly Key: string | undefined; readonly Value: string | undefined }[] | undefined;
  readonly DeletionProtectionEnabled?: boolean | undefined;
  readonly TableClass?: string | undefined;
  readonly OnDemandThroughput?:
    | { readonly MaxReadRequestUnits?: number | undefined; readonly MaxWriteRequestUnits?: number | undefined }
    | undefined;
}

/**
 * Creates tables with the checks of CreateTable.
 *
 * @throws Error that names the table
 */
export async function createTables(context: DynamoDbContext, tables: readonly TableDefinition[], now: Date): Promise<void> {
  const createTable = TABLE_OPERATIONS.find(({ operation }) => operation === 'CreateTable');
  for (const table of tables) {
    try {
      const parameters = parseStrictJson(Buffer.from(JSON.stringify(table)), 'it');
      if (!isObject(parameters)) throw new TypeError('it is not an input of CreateTable');
      await createTable?.parse(parameters, context, now).execute(new Set());
    } catch (error) {
      throw creationError('table', String(typeof table === 'string' ? table : table.TableName), error);
    }
  }
}
