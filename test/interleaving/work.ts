import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setImmediate as aTurn, setTimeout as aWhile } from 'node:timers/promises';
import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, type S3Client, waitUntilObjectExists } from '@aws-sdk/client-s3';
import { type DynamoDBDocumentClient, GetCommand, paginateQuery, PutCommand } from '@aws-sdk/lib-dynamodb';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { currentTenantAws } from '@tenant-aws/core';
import { bucket, table } from '../support/notes-aws.ts';

/** The body of a presigned PUT is not known when its URL is signed. Without this option, the URL requires an empty body. */
export const forPresigning = { requestChecksumCalculation: 'WHEN_REQUIRED' } as const;

/** The current tenant's clients. The code that uses them reads the property again for each call. */
export interface TenantClients {
  readonly s3: S3Client;
  /** Configured {@link forPresigning}. */
  readonly presigner: S3Client;
  readonly documents: DynamoDBDocumentClient;
}

type Work = (clients: TenantClients, tenant: string, id: string) => Promise<void>;

/**
 * The ways in which an application uses a client, with the number of AWS calls that each makes. Each accesses the data of the
 * tenant that it is given, but only the async context decides which tenant signs. Where the two differ, IAM denies the call.
 */
export const works: Readonly<Record<string, { readonly calls: number; readonly run: Work }>> = {
  timers: { calls: 3, run: timers },
  pipeline: { calls: 3, run: throughPipeline },
  forAwait: { calls: 3, run: forAwait },
  paginator: { calls: 6, run: paginator },
  waiter: { calls: 2, run: waiter },
  upload: { calls: 2, run: uploadAndRead },
  presigned: { calls: 2, run: presigned },
  documents: { calls: 3, run: documents },
  together: { calls: 22, run: together },
};

export async function put({ s3 }: Pick<TenantClients, 's3'>, tenant: string, id: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${tenant}/${id}`, Body: contentOf(tenant, id) }));
}

export async function get(clients: TenantClients, tenant: string, id: string): Promise<AsyncIterable<Uint8Array>> {
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${tenant}/${id}` }));
  return Body as unknown as AsyncIterable<Uint8Array>;
}

/** Uploads this number of bytes from a stream, in parts if there are many. */
export async function upload(clients: TenantClients, tenant: string, id: string, bytes: number): Promise<void> {
  const Body = new PassThrough();
  const uploaded = new Upload({ client: clients.s3, params: { Bucket: bucket, Key: `${tenant}/${id}/upload`, Body } }).done();
  Body.end(Buffer.alloc(bytes, tenant));
  await uploaded;
}

async function uploadAndRead(clients: TenantClients, tenant: string, id: string): Promise<void> {
  await upload(clients, tenant, id, 1_000);
  const read = await buffer(await get(clients, tenant, `${id}/upload`));
  expectSame(read.equals(Buffer.alloc(1_000, tenant)), true);
}

/** Long enough to arrive in several chunks. */
function contentOf(tenant: string, id: string): string {
  return `${tenant} ${id} `.repeat(2_000);
}

async function timers(clients: TenantClients, tenant: string, id: string): Promise<void> {
  await aTurn();
  await put(clients, tenant, id);
  await aWhile(2);
  await new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
  await put(clients, tenant, id);
  await new Promise<void>((resolve, reject) => {
    setTimeout(() => void put(clients, tenant, id).then(resolve, reject), 1);
  });
}

async function throughPipeline(clients: TenantClients, tenant: string, id: string): Promise<void> {
  await put(clients, tenant, id);
  let read = '';
  await pipeline(
    await get(clients, tenant, id),
    async function* (chunks) {
      for await (const chunk of chunks) yield chunk;
    },
    async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) {
        await aTurn();
        expectSame(currentTenantAws().tenantId, tenant);
        read += Buffer.from(chunk).toString();
      }
      await put(clients, tenant, id);
    },
  );
  expectSame(read, contentOf(tenant, id));
}

async function forAwait(clients: TenantClients, tenant: string, id: string): Promise<void> {
  await put(clients, tenant, id);
  for await (const _ of await get(clients, tenant, id)) await aTurn();
  await put(clients, tenant, id);
}

async function paginator(clients: TenantClients, tenant: string, id: string): Promise<void> {
  const names = ['a', 'b', 'c'];
  for (const name of names) await put(clients, tenant, `${id}/pages/${name}`);
  const listed: unknown[] = [];
  const pages = paginateListObjectsV2({ client: clients.s3, pageSize: 1 }, { Bucket: bucket, Prefix: `${tenant}/${id}/pages/` });
  for await (const { Contents = [] } of pages) listed.push(Contents.map(({ Key }) => Key).join());
  expectSame(listed.join(' '), names.map((name) => `${tenant}/${id}/pages/${name}`).join(' '));
}

async function waiter(clients: TenantClients, tenant: string, id: string): Promise<void> {
  await put(clients, tenant, id);
  await waitUntilObjectExists({ client: clients.s3, maxWaitTime: 20 }, { Bucket: bucket, Key: `${tenant}/${id}` });
}

async function presigned({ presigner }: TenantClients, tenant: string, id: string): Promise<void> {
  const object = { Bucket: bucket, Key: `${tenant}/${id}/presigned` };
  const [put, get] = await Promise.all([
    getSignedUrl(presigner, new PutObjectCommand(object)),
    getSignedUrl(presigner, new GetObjectCommand(object)),
  ]);
  expectSame((await fetch(put, { method: 'PUT', body: id })).status, 200);
  expectSame(await (await fetch(get)).text(), id);
}

async function documents(clients: TenantClients, tenant: string, id: string): Promise<void> {
  await clients.documents.send(new PutCommand({ TableName: table, Item: { customer: tenant, id, product: id } }));
  const { Item } = await clients.documents.send(new GetCommand({ TableName: table, Key: { customer: tenant, id } }));
  expectSame(Item?.['product'], id);
  const query = { TableName: table, KeyConditionExpression: 'customer = :c', ExpressionAttributeValues: { ':c': tenant } };
  for await (const { Items = [] } of paginateQuery({ client: clients.documents }, query)) {
    for (const item of Items) expectSame(item['customer'], tenant);
  }
}

/** Some in sequence, then others in parallel. */
async function together(clients: TenantClients, tenant: string, id: string): Promise<void> {
  await uploadAndRead(clients, tenant, id);
  await throughPipeline(clients, tenant, id);
  const parallel = [waiter, presigned, paginator, documents, forAwait].map((work) => work(clients, tenant, id));
  await Promise.all([...parallel, aTurn().then(() => put(clients, tenant, id))]);
}

function expectSame(seen: unknown, wanted: unknown): void {
  if (seen !== wanted) throw new Error(`expected ${String(wanted)}, but got ${String(seen)}`);
}
