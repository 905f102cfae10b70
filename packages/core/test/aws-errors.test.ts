import { DynamoDBClient, GetItemCommand, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Upload } from '@aws-sdk/lib-storage';
import { NoTenantError, problemResponseOf, StsRejectedError } from '@tenant-aws/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../../test/support/loopback.ts';
import { bucket, everyTemplate, identityOf, localAws, machineFor, table } from './local-machine.ts';

const aws = localAws();
type Attempt = (clients: ReturnType<typeof clientsOf>) => Promise<unknown>;

function clientsOf(config: object) {
  return {
    s3: new S3Client({ ...config, forcePathStyle: true }),
    db: new DynamoDBClient(config),
    sqs: new SQSClient(config),
    sns: new SNSClient(config),
  };
}

/** Clients that may do everything. They do not retry. */
const admin = () => clientsOf({ endpoint: aws.url, region: 'us-east-1', credentials: aws.admin, maxAttempts: 1 });

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('the call succeeded');
}

/** The status and the code of the response to an error. */
function responseTo(error: unknown): (number | string)[] | undefined {
  const { problem } = problemResponseOf(error, { awsErrors: true }) ?? {};
  return problem && [problem.status, problem.code];
}

const Key = { customer: { S: 'acme' }, id: { S: '1' } };
const never = { ConditionExpression: 'attribute_exists(nothing)' } as const;
const queueUrl = () => `${aws.url}/000000000000/jobs`;
const TopicArn = 'arn:aws:sns:us-east-1:000000000000:events';
const IfMatch = '"another version"';

beforeAll(async () => {
  await admin().s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'globex/plan', Body: 'secret' }));
});

describe('problemResponseOf with awsErrors', () => {
  it.each<[string, Attempt]>([
    ['S3 GetObject', ({ s3 }) => s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/plan' }))],
    ['S3 HeadObject, whose response has no body', ({ s3 }) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'globex/plan' }))],
    ['S3 ListObjectsV2', ({ s3 }) => s3.send(new ListObjectsV2Command({ Bucket: bucket }))],
    ['DynamoDB GetItem', ({ db }) => db.send(new GetItemCommand({ TableName: table, Key: { ...Key, customer: { S: 'globex' } } }))],
    ['SQS SendMessage', ({ sqs }) => sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(), MessageBody: 'job' }))],
    ['SNS Publish', ({ sns }) => sns.send(new PublishCommand({ TopicArn, Message: 'event' }))],
    [
      'an upload of several parts',
      ({ s3 }) => new Upload({ client: s3, params: { Bucket: bucket, Key: 'globex/plan', Body: Buffer.alloc(6_000_000) } }).done(),
    ],
  ])('maps a call that AWS denied to 403, and reports it to the operator: %s', async (_title, attempt) => {
    await using tvm = machineFor(aws, everyTemplate);
    const own = tvm.for(identityOf('acme'));
    const error = await rejectionOf(
      attempt({
        s3: own.client(S3Client, { endpoint: aws.url, forcePathStyle: true }),
        db: own.client(DynamoDBClient, { endpoint: aws.url }),
        sqs: own.client(SQSClient, { endpoint: aws.url }),
        sns: own.client(SNSClient, { endpoint: aws.url }),
      }),
    );

    expect(problemResponseOf(error, { awsErrors: true })).toEqual({
      problem: {
        type: 'urn:tenant-aws:error:aws_access_denied',
        title: 'AWS denied access to the requested data',
        status: 403,
        code: 'aws_access_denied',
      },
      headers: {},
      isLogged: true,
    });
    expect(problemResponseOf(error, { awsErrors: false })).toBeUndefined();
  });

  it.each<[string, number, string, Attempt]>([
    ['a missing object', 404, 'aws_not_found', ({ s3 }) => s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'missing' }))],
    ['the head of a missing object', 404, 'aws_not_found', ({ s3 }) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'missing' }))],
    [
      'a missing upload',
      404,
      'aws_not_found',
      ({ s3 }) => s3.send(new UploadPartCommand({ Bucket: bucket, Key: 'new', UploadId: 'missing', PartNumber: 1, Body: 'part' })),
    ],
    [
      'an object of another version',
      412,
      'aws_precondition_failed',
      ({ s3 }) => s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/plan', IfMatch })),
    ],
    [
      'the head of an object of another version',
      412,
      'aws_precondition_failed',
      ({ s3 }) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'globex/plan', IfMatch })),
    ],
    [
      'an object that exists already',
      412,
      'aws_precondition_failed',
      ({ s3 }) => s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'globex/plan', Body: 'new', IfNoneMatch: '*' })),
    ],
    ['a failed condition', 409, 'aws_conflict', ({ db }) => db.send(new PutItemCommand({ TableName: table, Item: Key, ...never }))],
    [
      'a transaction with a failed condition',
      409,
      'aws_conflict',
      ({ db }) => db.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: table, Item: Key, ...never } }] })),
    ],
  ])('maps %s to %i, and does not report it', async (_title, status, code, attempt) => {
    const error = await rejectionOf(attempt(admin()));

    expect(responseTo(error)).toEqual([status, code]);
    expect(problemResponseOf(error, { awsErrors: true })).toMatchObject({ headers: {}, isLogged: false });
  });

  it.each<[string, string, Attempt]>([
    ['a missing bucket', 'NoSuchBucket', ({ s3 }) => s3.send(new GetObjectCommand({ Bucket: 'missing', Key: 'plan' }))],
    ['a missing table', 'ResourceNotFoundException', ({ db }) => db.send(new GetItemCommand({ TableName: 'missing', Key }))],
    ['a missing queue', 'QueueDoesNotExist', ({ sqs }) => sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(), MessageBody: 'job' }))],
    ['a missing topic', 'NotFoundException', ({ sns }) => sns.send(new PublishCommand({ TopicArn, Message: 'event' }))],
    ['an invalid request', 'ValidationException', ({ db }) => db.send(new PutItemCommand({ TableName: table, Item: {} }))],
    [
      'an unchanged object (304)',
      'Unknown',
      ({ s3 }) => s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/plan', IfNoneMatch: '*' })),
    ],
  ])('leaves %s to the application', async (_title, name, attempt) => {
    const error = await rejectionOf(attempt(admin()));

    expect(error).toMatchObject({ name });
    expect(responseTo(error)).toBeUndefined();
  });

  it('maps throttling to 503 with Retry-After, and reports it', async () => {
    const get = () => admin().s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/plan' }));
    const head = () => admin().s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'globex/plan' }));
    const item = () => admin().db.send(new GetItemCommand({ TableName: table, Key }));
    const response = { problem: { status: 503, code: 'aws_unavailable' }, headers: { 'Retry-After': '1' }, isLogged: true };

    for (const attempt of [get, head]) {
      aws.faults.s3({ code: 'SlowDown', times: 1 });
      expect(problemResponseOf(await rejectionOf(attempt()), { awsErrors: true })).toMatchObject(response);
    }
    for (const code of ['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded']) {
      aws.faults.dynamodb({ code, times: 1 });
      expect(problemResponseOf(await rejectionOf(item()), { awsErrors: true })).toMatchObject(response);
    }
  });

  it.each([
    ['InternalError', 's3'],
    ['SignatureDoesNotMatch', 's3'],
    ['ExpiredToken', 's3'],
    ['InvalidAccessKeyId', 's3'],
    ['RequestTimeTooSkewed', 's3'],
    ['InternalServerError', 'dynamodb'],
  ] as const)('leaves %s of %s to the application', async (code, service) => {
    const { s3, db } = admin();
    aws.faults[service]({ code, times: 1 });
    const attempt =
      service === 's3'
        ? s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/plan' }))
        : db.send(new GetItemCommand({ TableName: table, Key }));

    const error = await rejectionOf(attempt);
    expect(error).toMatchObject({ name: code });
    expect(responseTo(error)).toBeUndefined();
  });

  it.each([
    [400, 'RequestThrottled', 503],
    [429, 'Busy', 503],
    [403, 'AccessDenied', 403],
    [403, 'InvalidSecurity', undefined],
    [400, 'OverLimit', undefined],
  ])('maps the response %i %s of SQS to %s', async (status, code, expected) => {
    const { url, close } = await listen((_request, response) =>
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
        .end(JSON.stringify({ __type: `com.amazonaws.sqs#${code}` })),
    );
    const { sqs } = clientsOf({ endpoint: url, region: 'us-east-1', credentials: aws.admin, maxAttempts: 1 });

    expect(responseTo(await rejectionOf(sqs.send(new SendMessageCommand({ QueueUrl: `${url}/jobs`, MessageBody: 'job' }))))?.[0]).toBe(
      expected,
    );
    await close();
  });

  it.each([
    [
      ['None', 'ConditionalCheckFailed'],
      [409, 'aws_conflict'],
    ],
    [
      ['TransactionConflict', 'ThrottlingError'],
      [409, 'aws_conflict'],
    ],
    [
      ['ThrottlingError', 'None'],
      [503, 'aws_unavailable'],
    ],
    [
      ['ConditionalCheckFailed', 'AccessDenied'],
      [403, 'aws_access_denied'],
    ],
    [['ValidationError', 'None'], undefined],
  ])('maps a transaction that was cancelled by %j to %j', async (codes, expected) => {
    const body = { __type: 'TransactionCanceledException', CancellationReasons: codes.map((Code) => ({ Code })) };
    const { url, close } = await listen((_request, response) => response.writeHead(400).end(JSON.stringify(body)));
    const { db } = clientsOf({ endpoint: url, region: 'us-east-1', credentials: aws.admin, maxAttempts: 1 });

    expect(responseTo(await rejectionOf(db.send(new TransactWriteItemsCommand({ TransactItems: [] }))))).toEqual(expected);
    await close();
  });

  const $metadata = { httpStatusCode: 403 };
  const denied = { name: 'AccessDenied', $fault: 'client', $metadata, message: 'globex/plan' };
  class HttpClientError extends Error {
    override readonly name = 'AccessDenied';
    readonly code = 'AccessDenied';
    readonly statusCode = 403;
  }
  const notFound = () => new NoSuchKey({ message: 'globex/plan', $metadata: {} });

  it.each<[string, unknown]>([
    ['of another HTTP client', new HttpClientError('denied')],
    ['with the properties of parsed JSON', Object.assign(new Error('denied'), JSON.parse(JSON.stringify(denied)))],
    [
      'with a forged constructor of parsed JSON',
      Object.assign(new Error('denied'), JSON.parse(JSON.stringify({ ...denied, constructor: { isInstance: true } }))),
    ],
    ['that is a plain object', denied],
    ['that is a proxy', new Proxy(notFound(), {})],
    ['that was aborted', Object.assign(new Error('aborted'), { name: 'AbortError', $metadata: { attempts: 1 } })],
    ['without a prototype', Object.setPrototypeOf(new Error('denied'), null)],
    ['that is null', null],
    ['that is a string', 'AccessDenied'],
    ['of the SDK with a `$fault` of its prototype only', Object.setPrototypeOf(new Error('denied'), notFound())],
  ])('leaves an error %s to the application', (_title, error) => {
    expect(responseTo(error)).toBeUndefined();
  });

  it('reads the `cause` of errors without a status of their own', () => {
    const wrapped = new TypeError('cannot read', { cause: new Error('cannot load', { cause: notFound() }) });
    const withStatus = Object.assign(new Error('gone', { cause: notFound() }), { status: 410 });
    const statusCode = new Error('outer', { cause: Object.assign(new Error('gone', { cause: notFound() }), { statusCode: 410 }) });
    const circular = new Error('circular');
    circular.cause = circular;

    expect(responseTo(notFound())).toEqual([404, 'aws_not_found']);
    expect(responseTo(wrapped)).toEqual([404, 'aws_not_found']);
    for (const error of [withStatus, statusCode, circular, new Error('outer', { cause: denied })])
      expect(responseTo(error)).toBeUndefined();
  });

  it("responds to this package's own errors as before", () => {
    const error = new StsRejectedError('AccessDenied', { cause: notFound() });

    expect(responseTo(error)).toEqual([500, 'sts_rejected']);
    expect(responseTo(new NoTenantError())).toEqual([500, 'no_tenant']);
    expect(problemResponseOf(error, { awsErrors: false })).toMatchObject({ isLogged: true });
  });

  it('sends no text of the error', async () => {
    const error = await rejectionOf(admin().s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'missing/key' })));

    expect(JSON.stringify(problemResponseOf(error, { awsErrors: true }))).not.toMatch(/missing|key|notes|arn:/i);
  });
});
