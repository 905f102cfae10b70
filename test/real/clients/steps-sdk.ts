// Runs the isolation steps with the SDK v3, configured by environment variables only. Prints the outcome of each step as JSON.
import { DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Step } from './isolation-steps.ts';

const { BUCKET: Bucket = '', TABLE: TableName = '' } = process.env;
const s3 = new S3Client({});
const db = new DynamoDBClient({});
const outcomes = new Map<Step, string>();

async function step(name: Step, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    outcomes.set(name, 'allowed');
  } catch (error) {
    const { name: code, message } = error as Error;
    outcomes.set(name, code === 'AccessDenied' || code === 'AccessDeniedException' ? 'denied' : `${code}: ${message}`);
  }
}

async function read(Key: string): Promise<void> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  await Body?.transformToString(); // a body that is not read keeps its socket in use
}

async function presigned(Key: string): Promise<void> {
  const response = await fetch(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 }));
  const text = await response.text();
  if (response.status === 403) throw Object.assign(new Error(text), { name: 'AccessDenied' });
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
}

function upload(Key: string): Promise<unknown> {
  return new Upload({ client: s3, params: { Bucket, Key, Body: Buffer.alloc(12_000_000, 'x') } }).done();
}

const item = (customer: string) => ({ customer: { S: customer }, id: { S: '1' } });

await step('puts its own object', () => s3.send(new PutObjectCommand({ Bucket, Key: 'acme/note', Body: 'mine' })));
await step('gets its own object', () => read('acme/note'));
await step('lists its own folder', () => s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'acme/' })));
await step('copies its own object', () => s3.send(new CopyObjectCommand({ Bucket, Key: 'acme/copy', CopySource: `${Bucket}/acme/note` })));
await step('uploads 12 MB of its own in parts', () => upload('acme/large'));
await step('reads its own object by a presigned URL', () => presigned('acme/note'));
await step('puts its own item', () => db.send(new PutItemCommand({ TableName, Item: item('acme') })));
await step('gets its own item', () => db.send(new GetItemCommand({ TableName, Key: item('acme') })));
await step("gets another's object", () => read('globex/note'));
await step("puts another's object", () => s3.send(new PutObjectCommand({ Bucket, Key: 'globex/note', Body: 'mine' })));
await step("deletes another's object", () => s3.send(new DeleteObjectCommand({ Bucket, Key: 'globex/note' })));
await step("copies another's object", () =>
  s3.send(new CopyObjectCommand({ Bucket, Key: 'acme/copy', CopySource: `${Bucket}/globex/note` })),
);
await step("lists another's folder", () => s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'globex/' })));
await step('lists the whole bucket', () => s3.send(new ListObjectsV2Command({ Bucket })));
await step('lists the bare prefix', () => s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'acme' })));
await step("uploads 12 MB to another's folder", () => upload('globex/large'));
await step("reads another's object by a presigned URL", () => presigned('globex/note'));
await step("puts another's item", () => db.send(new PutItemCommand({ TableName, Item: item('globex') })));
await step("gets another's item", () => db.send(new GetItemCommand({ TableName, Key: item('globex') })));
await step('scans the table', () => db.send(new ScanCommand({ TableName })));
console.log(JSON.stringify(Object.fromEntries(outcomes)));
