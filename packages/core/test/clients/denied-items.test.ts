import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BatchExecuteStatementCommand, DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { BatchDeletePartitionCommand, GlueClient } from '@aws-sdk/client-glue';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { DeleteObjectsCommand, S3Client } from '@aws-sdk/client-s3';
import { BatchGetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import { DeleteMessageBatchCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { channels, type DeniedEvent } from '@tenant-aws/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucket, identityOf, localAws, machineFor, table } from '../local-machine.ts';

const aws = localAws();
let events: DeniedEvent[];
const record = (event: DeniedEvent): void => void events.push(event);
beforeEach(() => {
  events = [];
  channels.denied.subscribe(record);
});
afterEach(() => channels.denied.unsubscribe(record));

/** The response to every request, set by the test. */
let reply: { status?: number; body: string };
const server = createServer((_request, response) => {
  response.writeHead(reply.status ?? 200, { 'x-amzn-requestid': 'request-1' }).end(reply.body);
}).listen(0, '127.0.0.1');
let endpoint: string;
beforeAll(async () => {
  if (!server.listening) await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((closed) => server.close(closed));
});

/** Sends a command with a vended client of this class, over HTTP/1.1 even where the service uses HTTP/2. */
async function send(type: typeof S3Client | object, command: object): Promise<void> {
  await using tvm = machineFor(aws);
  const requestHandler = new NodeHttpHandler();
  const client: { send(command: object): Promise<object> } = tvm
    .for(identityOf('acme'))
    .client(type as never, { endpoint, requestHandler } as never);
  await client.send(command).catch(() => undefined);
  requestHandler.destroy();
}

const Id = '1';
const json = (body: object) => JSON.stringify(body);
const operations: [string, string, object, object, (code: string) => string][] = [
  [
    'SQS',
    'SendMessageBatch',
    SQSClient,
    new SendMessageBatchCommand({ QueueUrl: 'http://q/1/q', Entries: [{ Id, MessageBody: 'x' }] }),
    (Code) => json({ Successful: [{ Id: '2' }], Failed: [{ Id, SenderFault: true, Code }] }),
  ],
  [
    'SQS',
    'DeleteMessageBatch',
    SQSClient,
    new DeleteMessageBatchCommand({ QueueUrl: 'http://q/1/q', Entries: [{ Id, ReceiptHandle: 'x' }] }),
    (Code) =>
      json({
        Failed: [
          { Id, SenderFault: true, Code: 'Other' },
          { Id, SenderFault: true, Code },
        ],
      }),
  ],
  [
    'SNS',
    'PublishBatch',
    SNSClient,
    new PublishBatchCommand({ TopicArn: 'arn:aws:sns:us-east-1:1:t', PublishBatchRequestEntries: [{ Id, Message: 'x' }] }),
    (code) =>
      `<PublishBatchResponse><PublishBatchResult><Failed><member><Id>1</Id><Code>${code}</Code><SenderFault>true</SenderFault></member></Failed></PublishBatchResult></PublishBatchResponse>`,
  ],
  [
    'Kinesis',
    'PutRecords',
    KinesisClient,
    new PutRecordsCommand({ StreamName: 's', Records: [{ Data: Buffer.from('x'), PartitionKey: 'p' }] }),
    (ErrorCode) => json({ FailedRecordCount: 1, Records: [{ SequenceNumber: '1' }, { ErrorCode }] }),
  ],
  [
    'Firehose',
    'PutRecordBatch',
    FirehoseClient,
    new PutRecordBatchCommand({ DeliveryStreamName: 's', Records: [{ Data: Buffer.from('x') }] }),
    (ErrorCode) => json({ FailedPutCount: 1, RequestResponses: [{ ErrorCode }] }),
  ],
  [
    'EventBridge',
    'PutEvents',
    EventBridgeClient,
    new PutEventsCommand({ Entries: [{ Detail: '{}' }] }),
    (ErrorCode) => json({ FailedEntryCount: 1, Entries: [{ EventId: '1' }, { ErrorCode }] }),
  ],
  [
    'EventBridge',
    'PutTargets',
    EventBridgeClient,
    new PutTargetsCommand({ Rule: 'r', Targets: [{ Id, Arn: 'arn' }] }),
    (ErrorCode) => json({ FailedEntryCount: 1, FailedEntries: [{ ErrorCode }] }),
  ],
  [
    'DynamoDB',
    'BatchExecuteStatement',
    DynamoDBClient,
    new BatchExecuteStatementCommand({ Statements: [{ Statement: 'SELECT' }] }),
    (Code) => json({ Responses: [{ TableName: table }, { Error: { Code } }] }),
  ],
  [
    'SecretsManager',
    'BatchGetSecretValue',
    SecretsManagerClient,
    new BatchGetSecretValueCommand({ SecretIdList: ['s'] }),
    (ErrorCode) => json({ Errors: [{ SecretId: 's', ErrorCode }], SecretValues: [] }),
  ],
  [
    'Glue',
    'BatchDeletePartition',
    GlueClient,
    new BatchDeletePartitionCommand({ DatabaseName: 'd', TableName: 't', PartitionsToDelete: [] }),
    (ErrorCode) => json({ Errors: [{ PartitionValues: ['p'], ErrorDetail: { ErrorCode } }] }),
  ],
];

describe('tenant-aws:denied', () => {
  it("is published once for a thousand of another tenant's keys in S3 DeleteObjects", async () => {
    await using tvm = machineFor(aws);
    const s3 = tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url, forcePathStyle: true });
    const Objects = Array.from({ length: 1_000 }, (_, i) => ({ Key: `globex/${i}` }));

    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));

    expect(Errors).toHaveLength(1_000);
    expect(events).toEqual([{ tenantId: 'acme', service: 'S3', operation: 'DeleteObjects', requestId: expect.stringMatching(/./) }]);
  });

  it('is published for S3 DeleteObjects through the client of all tenants', async () => {
    await using tvm = machineFor(aws);
    const s3 = await tvm.currentClient(S3Client, { endpoint: aws.url, forcePathStyle: true });
    const Objects = [{ Key: 'acme/own' }, { Key: 'globex/note' }];

    await tvm.for(identityOf('acme')).run(() => s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } })));

    expect(events).toEqual([expect.objectContaining({ tenantId: 'acme', operation: 'DeleteObjects' })]);
  });

  it.each(operations)('is published for denied items of %s %s', async (service, operation, type, command, bodyWith) => {
    for (const code of ['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'NotAuthorized', 'InternalError']) {
      reply = { body: bodyWith(code) };
      await send(type, command);
    }

    expect(events).toHaveLength(4);
    expect(events[0]).toMatchObject({ tenantId: 'acme', service, operation });
  });

  it('is published for a cancelled transaction', async () => {
    reply = {
      status: 400,
      body: json({ __type: 'TransactionCanceledException', CancellationReasons: [{ Code: 'None' }, { Code: 'AccessDenied' }] }),
    };
    await send(DynamoDBClient, new TransactWriteItemsCommand({ TransactItems: [] }));

    expect(events).toEqual([expect.objectContaining({ service: 'DynamoDB', operation: 'TransactWriteItems' })]);
  });

  it("is not published for the application's own data that looks like a denial", async () => {
    const item = { ErrorCode: { S: 'AccessDenied' }, Code: { S: 'AccessDenied' }, Error: { M: { Code: { S: 'AccessDenied' } } } };
    reply = { body: json({ Items: [item], Count: 1 }) };
    await send(DynamoDBDocumentClient, new QueryCommand({ TableName: table }));

    expect(events).toEqual([]);
  });
});
