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

/** The body of a presigned PUT is not known when its URL is signed: without this, the URL demands an empty one. */
export const forPresigning = { requestChecksumCalculation: 'WHEN_REQUIRED' } as const;

/** The current tenant's clients; what works with them asks for one anew at each call. */
export interface TenantClients {
  readonly s3: S3Client;
  /** Configured {@link forPresigning}. */
  readonly presigner: S3Client;
  readonly documents: DynamoDBDocumentClient;
}

type Work = (clients: TenantClients, tenant: string, id: string) => Promise<void>;

/**
 * Everything that an application does with a client, and how many calls of AWS it takes. It is told whose request it works
 * for and names that tenant's data; who signs is the context's affair alone. Where the two differ, IAM denies the call.
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

/** Of so many bytes, which come as a stream: in parts where they are many. */
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

/** Long enough to come in several chunks. */
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
  const place = { Bucket: bucket, Key: `${tenant}/${id}/presigned` };
  const [put, get] = await Promise.all([
    getSignedUrl(presigner, new PutObjectCommand(place)),
    getSignedUrl(presigner, new GetObjectCommand(place)),
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

/** One after the other, and then all at once. */
async function together(clients: TenantClients, tenant: string, id: string): Promise<void> {
  await uploadAndRead(clients, tenant, id);
  await throughPipeline(clients, tenant, id);
  const atOnce = [waiter, presigned, paginator, documents, forAwait].map((work) => work(clients, tenant, id));
  await Promise.all([...atOnce, aTurn().then(() => put(clients, tenant, id))]);
}

function expectSame(seen: unknown, wanted: unknown): void {
  if (seen !== wanted) throw new Error(`${String(seen)} in place of ${String(wanted)}`);
}
