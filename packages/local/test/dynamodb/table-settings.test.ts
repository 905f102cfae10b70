import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { hashTable, notesTable } from './tables.ts';

const STREAM = 'arn:aws:dynamodb:eu-central-1:000000000000:table/people/stream/2026-03-01T00:00:00.000';
const invalid = (message: string) => `ValidationException: One or more parameter values were invalid: ${message}`;

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable]);
});

const outcomeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'accepted',
    ({ name, message }: Error) => `${name}: ${message}`,
  );
const create = (more: Partial<CreateTableCommandInput> = {}) =>
  harness.client.send(new CreateTableCommand({ ...hashTable('people', 'S'), ...more }));
const update = (more: Partial<UpdateTableCommandInput>) => harness.client.send(new UpdateTableCommand({ TableName: 'people', ...more }));
const described = async () => (await harness.client.send(new DescribeTableCommand({ TableName: 'people' }))).Table;

const withStream = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const } };
const encrypted = { SSESpecification: { Enabled: true, SSEType: 'KMS' as const } };

describe('CreateTable', () => {
  it('shows the settings of a table', async () => {
    const OnDemandThroughput = { MaxReadRequestUnits: 5, MaxWriteRequestUnits: 6 };
    const settings = { ...withStream, ...encrypted, OnDemandThroughput, DeletionProtectionEnabled: true };
    const { TableDescription } = await create({ ...settings, TableClass: 'STANDARD_INFREQUENT_ACCESS' });
    const expected = {
      ...withStream,
      LatestStreamArn: STREAM,
      LatestStreamLabel: '2026-03-01T00:00:00.000',
      SSEDescription: {
        Status: 'ENABLED',
        SSEType: 'KMS',
        KMSMasterKeyArn: expect.stringMatching(/^arn:aws:kms:eu-central-1:000000000000:key\//),
      },
      OnDemandThroughput,
      DeletionProtectionEnabled: true,
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
    };
    expect(TableDescription).toMatchObject(expected);
    const table = await described();
    expect(table).toMatchObject({ ...expected, TableStatus: 'ACTIVE' });
    for (const name of ['SSESpecification', 'TableClass', 'Tags']) expect(table).not.toHaveProperty(name);
  });

  it('shows only the deletion protection of a table without settings', async () => {
    await create({ StreamSpecification: { StreamEnabled: false }, SSESpecification: { Enabled: false } });
    const table = await described();
    expect(table).toMatchObject({ DeletionProtectionEnabled: false });
    for (const name of ['StreamSpecification', 'LatestStreamArn', 'SSEDescription', 'TableClassSummary', 'OnDemandThroughput'])
      expect(table).not.toHaveProperty(name);
  });

  it.each<[string, Partial<CreateTableCommandInput>, string]>([
    [
      'a stream without a view',
      { StreamSpecification: { StreamEnabled: true } },
      'Table is being created with a stream enabled, UpdateViewType is required',
    ],
    [
      'a view without a stream',
      { StreamSpecification: { StreamEnabled: false, StreamViewType: 'KEYS_ONLY' } },
      'Table is being created with a stream disabled, UpdateViewType should not be specified',
    ],
    [
      'a type of encryption that is not enabled',
      { SSESpecification: { SSEType: 'KMS' } },
      'SSEType can not be specified if Enabled is false',
    ],
    ['the type AES256', { SSESpecification: { Enabled: true, SSEType: 'AES256' } }, 'SSEType AES256 is not supported'],
    [
      'a throughput of 0',
      { OnDemandThroughput: { MaxReadRequestUnits: 0 } },
      'Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range',
    ],
    [
      'an on-demand throughput of a provisioned table',
      {
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
        OnDemandThroughput: { MaxWriteRequestUnits: 1 },
      },
      'MaxWriteRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED',
    ],
  ])('rejects %s', async (_, more, message) => {
    expect(await outcomeOf(create(more))).toBe(invalid(message));
  });

  it.each([
    ['TableClass', { TableClass: 'CHEAP' }],
    ['StreamSpecification', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'ALL' } }],
    ['StreamSpecification', { StreamSpecification: { StreamViewType: 'NEW_IMAGE' } }],
    ['SSESpecification', { SSESpecification: { Enabled: true, SSEType: '__proto__' } }],
    ['DeletionProtectionEnabled', { DeletionProtectionEnabled: 1 }],
    ['OnDemandThroughput', { OnDemandThroughput: { MaxReadRequestUnits: '5' } }],
  ])('rejects another value of %s: %j', async (_, more) => {
    const body = JSON.stringify({ ...hashTable('people', 'S'), ...more });
    expect((await harness.send('DynamoDB_20120810.CreateTable', body)).status).toBe(400);
    expect(harness.executed).toEqual([]);
  });

  it('answers a key of the customer with 501', async () => {
    const more = { SSESpecification: { Enabled: true, SSEType: 'KMS' as const, KMSMasterKeyId: 'alias/mine' } };
    expect(await outcomeOf(create(more))).toBe(
      'NotImplemented: The parameter CreateTable.SSESpecification.KMSMasterKeyId is not supported by the local AWS',
    );
  });
});

describe('UpdateTable', () => {
  it('changes each setting', async () => {
    await create();
    const { TableDescription } = await update(withStream);
    expect(TableDescription).toMatchObject({ ...withStream, LatestStreamArn: STREAM });
    await update(encrypted);
    await update({ TableClass: 'STANDARD_INFREQUENT_ACCESS' });
    await update({ OnDemandThroughput: { MaxReadRequestUnits: 5 } });
    await update({ DeletionProtectionEnabled: true });
    expect(await described()).toMatchObject({
      ...withStream,
      SSEDescription: { Status: 'ENABLED' },
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS', LastUpdateDateTime: harness.now },
      OnDemandThroughput: { MaxReadRequestUnits: 5 },
      DeletionProtectionEnabled: true,
      TableStatus: 'ACTIVE',
    });
    await update({ StreamSpecification: { StreamEnabled: false } });
    await update({ SSESpecification: { Enabled: false } });
    await update({ OnDemandThroughput: { MaxReadRequestUnits: -1 } });
    const table = await described();
    for (const name of ['StreamSpecification', 'SSEDescription', 'OnDemandThroughput']) expect(table).not.toHaveProperty(name);
    expect(table?.LatestStreamArn).toBe(STREAM);
  });

  it('changes the billing mode together with the on-demand throughput', async () => {
    await create({ BillingMode: 'PROVISIONED', ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } });
    const OnDemandThroughput = { MaxReadRequestUnits: 5 };
    expect(await outcomeOf(update({ OnDemandThroughput }))).toBe(
      invalid('MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED'),
    );
    await update({ BillingMode: 'PAY_PER_REQUEST', OnDemandThroughput });
    expect(await described()).toMatchObject({ BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' }, OnDemandThroughput });
  });

  it.each<[Partial<UpdateTableCommandInput>, string]>([
    [{ ...encrypted, DeletionProtectionEnabled: true }, 'Server-Side Encryption modification must be the only operation in the request'],
    [{ TableClass: 'STANDARD', BillingMode: 'PAY_PER_REQUEST' }, 'TableClass modification must be the only operation in the request'],
    [
      { DeletionProtectionEnabled: true, BillingMode: 'PAY_PER_REQUEST' },
      'DeletionProtection modification must be the only operation in the request',
    ],
    [
      { ...withStream, OnDemandThroughput: { MaxReadRequestUnits: 5 } },
      'OnDemandThroughput can only be combined with BillingMode in an UpdateTable request',
    ],
    [
      { ...withStream, BillingMode: 'PROVISIONED', ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
      'You cannot modify stream status while updating table IOPS',
    ],
    [{ StreamSpecification: { StreamEnabled: true } }, 'If stream is being enabled then UpdateViewType is required'],
    [
      { StreamSpecification: { StreamEnabled: false, StreamViewType: 'KEYS_ONLY' } },
      'If stream is being disabled, then UpdateViewType must not be specified',
    ],
  ])('rejects %j', async (more, message) => {
    await create();
    expect(await outcomeOf(update(more))).toBe(invalid(message));
  });

  it.each<[Partial<UpdateTableCommandInput>, string]>([
    [withStream, 'ValidationException: Table already has an enabled stream: TableName: people'],
    [
      encrypted,
      invalid('Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key'),
    ],
  ])('rejects a setting that the table has already: %j', async (more, message) => {
    await create({ ...withStream, ...encrypted });
    expect(await outcomeOf(update(more))).toBe(message);
  });

  it.each<[Partial<UpdateTableCommandInput>, string]>([
    [{ StreamSpecification: { StreamEnabled: false } }, 'ValidationException: Table has no stream to disable: TableName: people'],
    [{ SSESpecification: { Enabled: false } }, invalid('Table is already encrypted by default')],
  ])('rejects the end of a setting that the table does not have: %j', async (more, message) => {
    await create();
    expect(await outcomeOf(update(more))).toBe(message);
  });

  it('rejects a table that does not exist, only to a caller that may update it', async () => {
    expect(await outcomeOf(update(withStream))).toBe('ResourceNotFoundException: Requested resource not found: Table: people not found');
    harness.allows = () => false;
    expect(await outcomeOf(update(withStream))).toMatch(/^AccessDeniedException: .* dynamodb:UpdateTable on resource: .*table\/people/);
  });

  it('applies every one of many concurrent changes', async () => {
    await create();
    const outcomes = await Promise.all([
      outcomeOf(update({ BillingMode: 'PROVISIONED', ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 7 } })),
      outcomeOf(update({ DeletionProtectionEnabled: true })),
      outcomeOf(update({ TableClass: 'STANDARD_INFREQUENT_ACCESS' })),
    ]);
    const table = await described();
    const applied = [
      table?.BillingModeSummary?.BillingMode === 'PROVISIONED' && table.ProvisionedThroughput?.ReadCapacityUnits === 7,
      table?.DeletionProtectionEnabled,
      table?.TableClassSummary?.TableClass === 'STANDARD_INFREQUENT_ACCESS',
    ];
    expect(outcomes.map((outcome) => outcome === 'accepted')).toEqual(applied);
    for (const outcome of outcomes) if (outcome !== 'accepted') expect(outcome).toMatch('ResourceInUseException');
  });
});

describe('DeleteTable', () => {
  it('keeps a table with deletion protection', async () => {
    await create({ DeletionProtectionEnabled: true });
    const remove = () => outcomeOf(harness.client.send(new DeleteTableCommand({ TableName: 'people' })));
    expect(await remove()).toBe(
      'ValidationException: Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
    expect(await described()).toMatchObject({ TableStatus: 'ACTIVE' });
    await update({ DeletionProtectionEnabled: false });
    expect(await remove()).toBe('accepted');
  });
});
