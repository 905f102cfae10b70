import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { bucket, table } from '../../support/notes-aws.ts';
import type { LoadRequest } from '../load.ts';
import type { Endpoint, Keys } from './endpoint.ts';

/** One client of each service. */
export interface Clients {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
}

type Send = (clients: Clients, at: number, queueUrl: string) => Promise<unknown>;

export const TENANT = 'acme';
export const CONNECTIONS = 20;
/** Several keys for each connection, so that no server has only one. */
const REQUESTS = 5 * CONNECTIONS;
const BODY = 'x'.repeat(1_024);

/** The requests of each operation. They have one key each. */
export const OPERATIONS = {
  PutObject: ({ s3 }, at) => s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${TENANT}/${at}`, Body: BODY })),
  GetObject: ({ s3 }, at) => s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${TENANT}/${at}` })),
  PutItem: ({ dynamodb }, at) => dynamodb.send(new PutItemCommand({ TableName: table, Item: order(at) })),
  GetItem: ({ dynamodb }, at) => {
    const { customer, id } = order(at);
    return dynamodb.send(new GetItemCommand({ TableName: table, Key: { customer, id } }));
  },
  'Query, 1 item': ({ dynamodb }) => dynamodb.send(query(1)),
  'Query, 20 items': ({ dynamodb }) => dynamodb.send(query(20)),
  // Each connection sends a message, then receives one.
  'SendMessage, ReceiveMessage': ({ sqs }, at, QueueUrl) =>
    Math.floor(at / CONNECTIONS) % 2 === 0
      ? sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: BODY }))
      : sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 43_200 })),
} satisfies Readonly<Record<string, Send>>;

export type OperationName = keyof typeof OPERATIONS;

/** An order of the tenant. */
export function order(at: number) {
  return {
    customer: { S: TENANT },
    id: { S: `order-${at}` },
    status: { S: 'open' },
    total: { N: '129.9' },
    note: { S: 'x'.repeat(100) },
    lines: { L: [{ M: { sku: { S: 'A-1' }, count: { N: '2' } } }] },
  };
}

/** Clients of a server, signed with `keys`. */
export function clientsOf(
  { url }: Endpoint,
  keys: Keys,
  more: { readonly requestHandler?: S3Client['config']['requestHandler'] } = {},
): Clients {
  const options = { endpoint: url, region: 'us-east-1', credentials: keys, maxAttempts: 1, ...more };
  return {
    s3: new S3Client({ ...options, forcePathStyle: true }),
    dynamodb: new DynamoDBClient(options),
    sqs: new SQSClient({ ...options, useQueueUrlAsEndpoint: false }),
  };
}

/** The requests of an operation as the AWS SDK sends them. Their signatures are valid for 15 minutes. */
export async function signedRequests(operation: OperationName, endpoint: Endpoint, keys: Keys): Promise<LoadRequest[]> {
  const signed: LoadRequest[] = [];
  const captured = new Error('The request is not sent');
  const clients = clientsOf(endpoint, keys, {
    requestHandler: {
      async handle({ method, path, query, headers, body }) {
        const { host, 'content-length': _, expect: __, ...rest } = headers;
        const search = new URLSearchParams(query as Record<string, string>).toString();
        signed.push({
          method,
          path: search === '' ? path : `${path}?${search}`,
          headers: { host: host ?? '', ...rest },
          body: body?.toString() ?? '',
        });
        throw captured;
      },
    },
  });
  for (let at = 0; at < REQUESTS; at += 1) {
    await OPERATIONS[operation](clients, at, endpoint.queueUrl).catch((error: unknown) => {
      if (error !== captured) throw error;
    });
  }
  if (signed.length !== REQUESTS) throw new Error(`${signed.length} of ${REQUESTS} requests were signed`);
  return signed;
}

function query(limit: number): QueryCommand {
  return new QueryCommand({
    TableName: table,
    KeyConditionExpression: 'customer = :tenant',
    ExpressionAttributeValues: { ':tenant': { S: TENANT } },
    Limit: limit,
  });
}
