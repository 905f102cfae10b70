import { pipeline } from 'node:stream/promises';
import { setImmediate as aTurn, setTimeout as aWhile } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client, waitUntilObjectExists } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, paginateQuery, PutCommand } from '@aws-sdk/lib-dynamodb';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Injectable } from '@nestjs/common';
import { bucket, table } from '../../../../test/notes-aws.ts';
import { TenantClient } from '../../src/index.ts';

/** The body of a presigned PUT is not known when its URL is signed: without this, the URL demands an empty one. */
const forPresigning = { requestChecksumCalculation: 'WHEN_REQUIRED' };

/**
 * One for all tenants, and everything that an application does with a client. It is told whose request it works for and
 * names that tenant's data; who signs is the context's affair alone. Where the two differ, IAM denies the call.
 */
@Injectable()
export class Everything {
  /** Made in the first request that wants it, and used in the others. */
  private documents: DynamoDBDocumentClient | undefined;

  constructor(
    @TenantClient(S3Client) private readonly s3: S3Client,
    @TenantClient(S3Client, forPresigning) private readonly presigner: S3Client,
    @TenantClient(DynamoDBClient) private readonly db: DynamoDBClient,
  ) {}

  async put(tenant: string, s3 = this.s3): Promise<void> {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${tenant}/note`, Body: `${tenant} `.repeat(2_000) }));
  }

  async get(tenant: string): Promise<AsyncIterable<Uint8Array>> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${tenant}/note` }));
    return Body as unknown as AsyncIterable<Uint8Array>;
  }

  async timers(tenant: string): Promise<void> {
    await aTurn();
    await this.put(tenant);
    await aWhile(2);
    await new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
    await this.put(tenant);
    await new Promise<void>((resolve, reject) => {
      setTimeout(() => void this.put(tenant).then(resolve, reject), 1);
    });
  }

  async pipeline(tenant: string): Promise<void> {
    await this.put(tenant);
    await pipeline(
      await this.get(tenant),
      async function* (chunks) {
        for await (const chunk of chunks) yield chunk;
      },
      async (chunks: AsyncIterable<Uint8Array>) => {
        for await (const _ of chunks) await aTurn();
        await this.put(tenant);
      },
    );
  }

  async forAwait(tenant: string): Promise<void> {
    await this.put(tenant);
    for await (const _ of await this.get(tenant)) await aTurn();
    await this.put(tenant);
  }

  async paginator(tenant: string): Promise<void> {
    for (const name of ['a', 'b', 'c']) {
      await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${tenant}/pages/${name}`, Body: name }));
    }
    let pages = 0;
    const listed = paginateListObjectsV2({ client: this.s3, pageSize: 1 }, { Bucket: bucket, Prefix: `${tenant}/pages/` });
    for await (const _ of listed) pages += 1;
    if (pages < 3) throw new Error(`${pages} pages`);
  }

  async waiter(tenant: string): Promise<void> {
    await this.put(tenant);
    await waitUntilObjectExists({ client: this.s3, maxWaitTime: 20 }, { Bucket: bucket, Key: `${tenant}/note` });
  }

  async upload(tenant: string, bytes = 1_000): Promise<void> {
    const params = { Bucket: bucket, Key: `${tenant}/upload`, Body: Buffer.alloc(bytes, tenant) };
    await new Upload({ client: this.s3, params }).done();
  }

  async presigned(tenant: string): Promise<void> {
    const place = { Bucket: bucket, Key: `${tenant}/presigned` };
    const [put, get] = await Promise.all([
      getSignedUrl(this.presigner, new PutObjectCommand(place)),
      getSignedUrl(this.presigner, new GetObjectCommand(place)),
    ]);
    const written = await fetch(put, { method: 'PUT', body: tenant });
    const read = await (await fetch(get)).text();
    if (!written.ok || read !== tenant) throw new Error(`${written.status} ${read}`);
  }

  async documentClient(tenant: string): Promise<void> {
    this.documents ??= DynamoDBDocumentClient.from(this.db);
    await this.documents.send(new PutCommand({ TableName: table, Item: { customer: tenant, id: '1', product: 'anvil' } }));
    const query = { TableName: table, KeyConditionExpression: 'customer = :c', ExpressionAttributeValues: { ':c': tenant } };
    for await (const { Items } of paginateQuery({ client: this.documents }, query)) {
      if (Items?.[0]?.['customer'] !== tenant) throw new Error(JSON.stringify(Items));
    }
  }

  async together(tenant: string): Promise<void> {
    await Promise.all([this.put(tenant), this.documentClient(tenant), aTurn().then(() => this.put(tenant)), this.forAwait(tenant)]);
  }
}
