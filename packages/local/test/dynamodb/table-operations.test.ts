import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ExecuteStatementCommand,
  ExecuteTransactionCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbHarness, dynamodbHarness } from './dynamodb-harness.ts';
import { hashTable, notesTable } from './tables.ts';

let harness: DynamoDbHarness;
beforeEach(async () => {
  harness = await dynamodbHarness([notesTable]);
});

describe('table operations', () => {
  it('creates a table that exists when the response arrives', async () => {
    harness.now = new Date('2026-04-01T00:00:00Z');
    const { TableDescription } = await harness.client.send(new CreateTableCommand(hashTable('people', 'S')));
    expect(TableDescription?.TableStatus).toBe('CREATING');
    await harness.client.send(new PutItemCommand({ TableName: 'people', Item: { tenant: { S: 'acme' } } }));
    const { Table } = await harness.client.send(new DescribeTableCommand({ TableName: 'people' }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: 'arn:aws:dynamodb:eu-central-1:000000000000:table/people',
      CreationDateTime: harness.now,
    });
  });

  it('makes an IAM request for the table, or for `*` if it lists tables', async () => {
    await harness.client.send(new ListTablesCommand({}));
    await harness.client.send(new DescribeTableCommand({ TableName: 'notes' }));
    expect(harness.iamRequests).toEqual([
      { action: 'dynamodb:ListTables', resource: '*', context: {} },
      { action: 'dynamodb:DescribeTable', resource: 'arn:aws:dynamodb:eu-central-1:000000000000:table/notes', context: {} },
    ]);
  });

  it('lists tables in pages', async () => {
    for (const name of ['bbb', 'aaa']) await harness.client.send(new CreateTableCommand(hashTable(name, 'S')));
    const first = await harness.client.send(new ListTablesCommand({ Limit: 2 }));
    expect(first).toMatchObject({ TableNames: ['aaa', 'bbb'], LastEvaluatedTableName: 'bbb' });
    const { TableNames } = await harness.client.send(new ListTablesCommand({ ExclusiveStartTableName: 'bbb' }));
    expect(TableNames).toEqual(['notes']);
  });

  it('deletes a table and its items', async () => {
    const Item = { tenant: { S: 'acme' }, id: { S: '1' } };
    await harness.client.send(new PutItemCommand({ TableName: 'notes', Item }));
    await harness.client.send(new DeleteTableCommand({ TableName: 'notes' }));
    await expect(harness.client.send(new GetItemCommand({ TableName: 'notes', Key: Item }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await harness.client.send(new CreateTableCommand(notesTable));
    expect((await harness.client.send(new ScanCommand({ TableName: 'notes' }))).Items).toEqual([]);
  });

  it('checks and authorizes with the keys of a table that was deleted and created again', async () => {
    const leadingKeys = (): unknown => harness.iamRequests.at(-1)?.context['dynamodb:LeadingKeys'];
    const Item = { tenant: { S: 'acme' }, id: { S: 'globex' } };
    await harness.client.send(new PutItemCommand({ TableName: 'notes', Item }));
    expect(leadingKeys()).toEqual(['acme']);
    await harness.client.send(new DeleteTableCommand({ TableName: 'notes' }));
    await harness.client.send(
      new CreateTableCommand({
        ...notesTable,
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        LocalSecondaryIndexes: undefined,
        GlobalSecondaryIndexes: undefined,
      }),
    );
    await harness.client.send(new PutItemCommand({ TableName: 'notes', Item }));
    expect(leadingKeys()).toEqual(['globex']);
  });

  it('rejects a second table of the same name', async () => {
    await expect(harness.client.send(new CreateTableCommand(notesTable))).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });

  it('updates throughput, and returns 501 for a change of indexes', async () => {
    const ProvisionedThroughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
    await harness.client.send(new CreateTableCommand({ ...hashTable('people', 'S'), BillingMode: 'PROVISIONED', ProvisionedThroughput }));
    const more = { ReadCapacityUnits: 7, WriteCapacityUnits: 7 };
    await harness.client.send(new UpdateTableCommand({ TableName: 'people', ProvisionedThroughput: more }));
    const { Table } = await harness.client.send(new DescribeTableCommand({ TableName: 'people' }));
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', ProvisionedThroughput: more });
    const Delete = { IndexName: 'by-status' };
    await expect(
      harness.client.send(new UpdateTableCommand({ TableName: 'notes', GlobalSecondaryIndexUpdates: [{ Delete }] })),
    ).rejects.toMatchObject({ name: 'NotImplemented', $metadata: { httpStatusCode: 501 } });
  });

  const key = { tenant: { S: 'acme' }, id: { S: '1' } };
  const query = { KeyConditionExpression: 'tenant = :t', ExpressionAttributeValues: { ':t': { S: 'acme' } } };
  const insert = "INSERT INTO notes VALUE {'tenant': 'acme', 'id': '1'}";
  it.each<[string, (client: DynamoDBClient) => Promise<unknown>]>([
    ['GetItem', (client) => client.send(new GetItemCommand({ TableName: 'notes', Key: key }))],
    ['PutItem', (client) => client.send(new PutItemCommand({ TableName: 'notes', Item: key }))],
    ['Query', (client) => client.send(new QueryCommand({ TableName: 'notes', ...query }))],
    ['Scan', (client) => client.send(new ScanCommand({ TableName: 'notes' }))],
    ['BatchGetItem', (client) => client.send(new BatchGetItemCommand({ RequestItems: { notes: { Keys: [key] } } }))],
    ['BatchWriteItem', (client) => client.send(new BatchWriteItemCommand({ RequestItems: { notes: [{ PutRequest: { Item: key } }] } }))],
    [
      'TransactGetItems',
      (client) => client.send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName: 'notes', Key: key } }] })),
    ],
    [
      'TransactWriteItems',
      (client) => client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 'notes', Item: key } }] })),
    ],
    ['ExecuteStatement', (client) => client.send(new ExecuteStatementCommand({ Statement: "SELECT * FROM notes WHERE tenant = 'acme'" }))],
    ['BatchExecuteStatement', (client) => client.send(new BatchExecuteStatementCommand({ Statements: [{ Statement: insert }] }))],
    ['ExecuteTransaction', (client) => client.send(new ExecuteTransactionCommand({ TransactStatements: [{ Statement: insert }] }))],
  ])('rejects %s if its table is replaced after the decision', async (_, request) => {
    const { client, service } = harness;
    const parse = service.parse.bind(service);
    let replaceTable = async () => {
      replaceTable = async () => {};
      await client.send(new DeleteTableCommand({ TableName: 'notes' }));
      await client.send(new CreateTableCommand(hashTable('notes', 'S')));
    };
    service.parse = async (request) => {
      const operation = await parse(request);
      await replaceTable();
      return operation;
    };
    await expect(request(client)).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });

  it.each([
    ['an unsupported parameter', { ...notesTable, WarmThroughput: {} }, 'WarmThroughput'],
    ['a key without a definition', { ...notesTable, AttributeDefinitions: [] }, 'KeySchema'],
  ])('names the table that cannot be created because of %s', async (_, table, reason) => {
    await expect(dynamodbHarness([table])).rejects.toThrow(new RegExp(`table \`notes\` cannot be created: .*${reason}`));
  });
});
