import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { notesTable } from './tables.ts';

const TableName = 'notes';

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable]);
});

const update = (Enabled: boolean, AttributeName = 'expiresAt') =>
  harness.client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled, AttributeName } })).then(
    ({ TimeToLiveSpecification }) => TimeToLiveSpecification,
    ({ name, message }: Error) => `${name}: ${message}`,
  );
const described = async () => (await harness.client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;

describe('the time to live of a table', () => {
  it('is enabled and disabled', async () => {
    expect(await described()).toEqual({ TimeToLiveStatus: 'DISABLED' });
    expect(await update(true)).toEqual({ Enabled: true, AttributeName: 'expiresAt' });
    expect(await described()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
    expect(await update(false)).toEqual({ Enabled: false, AttributeName: 'expiresAt' });
    expect(await described()).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });

  it('keeps an expired item visible, as DynamoDB does for days', async () => {
    await update(true);
    const Key = { tenant: { S: 'acme' }, id: { S: '1' } };
    const Item = { ...Key, expiresAt: { N: '1' } };
    await harness.client.send(new PutItemCommand({ TableName, Item }));
    harness.now = new Date('2030-01-01T00:00:00Z');
    expect((await harness.client.send(new GetItemCommand({ TableName, Key }))).Item).toEqual(Item);
  });

  it('rejects a change that it has already, and another attribute', async () => {
    expect(await update(false)).toBe('ValidationException: TimeToLive is already disabled');
    await update(true);
    expect(await update(true)).toBe('ValidationException: TimeToLive is already enabled');
    const other = 'ValidationException: TimeToLive is active on a different AttributeName: current AttributeName is expiresAt';
    expect(await update(true, 'other')).toBe(other);
    expect(await update(false, 'other')).toBe(other);
  });

  it('does not belong to a later table of the same name', async () => {
    await update(true);
    await harness.client.send(new DeleteTableCommand({ TableName }));
    await expect(described()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await harness.client.send(new CreateTableCommand(notesTable));
    expect(await described()).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });

  it.each([
    ['{}', 400],
    ['{"Enabled":true}', 400],
    ['{"Enabled":true,"AttributeName":""}', 400],
    [`{"Enabled":true,"AttributeName":"${'n'.repeat(256)}"}`, 400],
    ['{"Enabled":1,"AttributeName":"a"}', 400],
    ['{"Enabled":true,"AttributeName":"__proto__"}', 400],
    ['{"Enabled":true,"AttributeName":"a","Colour":1}', 501],
  ])('rejects %s', async (specification, status) => {
    const body = `{"TableName":"notes","TimeToLiveSpecification":${specification}}`;
    expect((await harness.send('DynamoDB_20120810.UpdateTimeToLive', body)).status).toBe(status);
    expect(harness.executed).toEqual([]);
  });

  it('needs its own permissions', async () => {
    await update(true);
    await described();
    const resource = 'arn:aws:dynamodb:eu-central-1:000000000000:table/notes';
    expect(harness.iamRequests).toEqual([
      { action: 'dynamodb:UpdateTimeToLive', resource, context: {} },
      { action: 'dynamodb:DescribeTimeToLive', resource, context: {} },
    ]);
    harness.allows = () => false;
    expect(await update(false)).toMatch(/^AccessDeniedException/);
  });
});
