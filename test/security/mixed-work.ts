import { once } from 'node:events';
import type { Server } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as aTurn, setTimeout as aMillisecond } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { currentTenantAws } from '@tenant-aws/core';
import type { LocalAws } from '@tenant-aws/local';
import { bucket, table } from '../notes-aws.ts';

/** How many calls of {@link mixedWork} reach AWS: two puts and a get of objects, a presigned get, a listing, a head, two items. */
export const CALLS_OF_MIXED_WORK = 8;

/** All that a handler may do between one call to AWS and the next, with nobody's id at hand but the current tenant's. */
export async function mixedWork(id: string): Promise<string[]> {
  const tenant = currentTenantAws().tenantId;
  const s3 = currentTenantAws().client(S3Client);
  const Key = `${tenant}/${id}`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: id }));
  await aMillisecond(1);

  const source = new PassThrough();
  const upload = new Upload({ client: currentTenantAws().client(S3Client), params: { Bucket: bucket, Key: `${Key}.copy`, Body: source } });
  const uploaded = upload.done();
  source.end(id);
  await uploaded;
  await aTurn();

  const read: string[] = [];
  const { Body } = await currentTenantAws()
    .client(S3Client)
    .send(new GetObjectCommand({ Bucket: bucket, Key: `${Key}.copy` }));
  await pipeline(Body as Readable, async (chunks) => {
    for await (const chunk of chunks) read.push(String(chunk), currentTenantAws().tenantId);
  });

  const documents = DynamoDBDocumentClient.from(currentTenantAws().client(DynamoDBClient));
  const [presigned, keys, , item] = await Promise.all([
    getSignedUrl(currentTenantAws().client(S3Client), new GetObjectCommand({ Bucket: bucket, Key })).then((url) => fetch(url)),
    listed(`${tenant}/`),
    currentTenantAws()
      .client(S3Client)
      .send(new HeadObjectCommand({ Bucket: bucket, Key })),
    documents
      .send(new PutCommand({ TableName: table, Item: { customer: tenant, id, text: id } }))
      .then(() => documents.send(new GetCommand({ TableName: table, Key: { customer: tenant, id } }))),
  ]);
  read.push(await presigned.text(), String(keys.every((key) => key.startsWith(`${tenant}/`))), String(item.Item?.['text']));
  return read;
}

/** What {@link mixedWork} must answer. */
export function mixedAnswer(tenant: string, id: string): string[] {
  return [id, tenant, id, 'true', id];
}

async function listed(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2(
    { client: currentTenantAws().client(S3Client) },
    { Bucket: bucket, Prefix: prefix },
  )) {
    keys.push(...Contents.map(({ Key = '' }) => Key));
  }
  return keys;
}

/** Every call that was not allowed, or whose key served two tenants' sessions: nothing, where all is well. */
export function crossings(aws: LocalAws): LocalAws['calls'][number][] {
  const tenantOf = new Map<string, string | undefined>();
  return aws.calls.filter(({ service, accessKeyId, tenantSession, decision }) => {
    if (service === 'sts') return decision !== 'allowed';
    if (!tenantOf.has(accessKeyId)) tenantOf.set(accessKeyId, tenantSession);
    return decision !== 'allowed' || tenantOf.get(accessKeyId) !== tenantSession;
  });
}

/** Waits for a server to listen; answers its address. */
export async function addressOf(server: Server): Promise<string> {
  if (!server.listening) await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}
