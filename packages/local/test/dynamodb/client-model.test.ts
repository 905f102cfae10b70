import * as dynamodb from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { DYNAMODB_OPERATIONS } from '../../src/services/dynamodb/operations.ts';
import { modelOf } from '../client-schema.ts';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { notesTable } from './tables.ts';

const model = modelOf(dynamodb);
const SUPPORTED = DYNAMODB_OPERATIONS.map(({ operation }) => operation);
const REFUSED = model.operations.filter((name) => !SUPPORTED.includes(name));

/** All of them are parameters of table operations. All parameters of item operations are supported. */
const REFUSED_PARAMETERS = [
  'CreateTable.GlobalSecondaryIndexes.OnDemandThroughput',
  'CreateTable.GlobalSecondaryIndexes.WarmThroughput',
  'CreateTable.SSESpecification.KMSMasterKeyId',
  'CreateTable.WarmThroughput',
  'CreateTable.ResourcePolicy',
  'CreateTable.GlobalTableSourceArn',
  'CreateTable.GlobalTableSettingsReplicationMode',
  'CreateTable.VectorIndexes',
  'UpdateTable.AttributeDefinitions',
  'UpdateTable.GlobalSecondaryIndexUpdates.Update.OnDemandThroughput',
  'UpdateTable.GlobalSecondaryIndexUpdates.Update.WarmThroughput',
  'UpdateTable.GlobalSecondaryIndexUpdates.Create.OnDemandThroughput',
  'UpdateTable.GlobalSecondaryIndexUpdates.Create.WarmThroughput',
  'UpdateTable.SSESpecification.KMSMasterKeyId',
  'UpdateTable.ReplicaUpdates',
  'UpdateTable.MultiRegionConsistency',
  'UpdateTable.GlobalTableWitnessUpdates',
  'UpdateTable.WarmThroughput',
  'UpdateTable.GlobalTableSettingsReplicationMode',
  'UpdateTable.DisassociationProtectionEnabled',
  'UpdateTable.VectorIndexUpdates',
  'ListTagsOfResource.NextToken',
];

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable]);
});

describe("the operations of the SDK's client", () => {
  it('are supported or refused: the two lists are complete', () => {
    expect([SUPPORTED.length, REFUSED.length]).toEqual([23, 39]);
    expect(SUPPORTED.filter((name) => !model.operations.includes(name))).toEqual([]);
    expect(REFUSED).toEqual(
      expect.arrayContaining(['PutResourcePolicy', 'CreateBackup', 'ExportTableToPointInTime', 'UpdateContinuousBackups']),
    );
  });

  it.each(REFUSED)('return 501 for %s, without an IAM request', async (name) => {
    const response = await harness.send(`DynamoDB_20120810.${name}`, '{"TableName":"notes"}');
    expect(response).toMatchObject({ status: 501, body: { __type: 'com.amazon.coral.service#NotImplemented' } });
    expect([harness.iamRequests, harness.executed]).toEqual([[], []]);
  });
});

describe("the parameters of the SDK's client", () => {
  it('are supported, or refused with 501 together with their members', async () => {
    const refused: string[] = [];
    const parameters = SUPPORTED.flatMap((name) => model.parameters(name));
    for (const { operation, path, input } of parameters) {
      harness.iamRequests.length = 0;
      const { status } = await harness.send(`DynamoDB_20120810.${operation}`, JSON.stringify(input));
      if (status !== 501) continue;
      refused.push(`${operation}.${path}`);
      expect(harness.iamRequests).toEqual([]);
    }
    expect([parameters.length, refused.length]).toEqual([365, 102]);
    expect(refused.filter((path) => !refused.some((outer) => path.startsWith(`${outer}.`)))).toEqual(REFUSED_PARAMETERS);
  });
});
