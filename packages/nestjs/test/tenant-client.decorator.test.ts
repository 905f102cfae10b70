import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { Controller, Get, type INestApplication, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { currentTenantAws } from '@tenant-aws/core';
import { afterEach, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { identityOf } from '../../../test/support/identity-of.ts';
import { bucket, table } from '../../../test/support/notes-aws.ts';
import { getTenantClientToken, TenantAwsModule, TenantAwsService, TenantClient } from '../src/index.ts';
import { get, platforms, start, started } from './application.ts';

const aws = notesAws();
const tokenOf = (tenant: string) => aws.issuer.token({ tenant });

const otherRegion = { region: 'eu-central-1' };

/** One instance for all tenants. */
@Injectable()
class Store {
  constructor(
    @TenantClient(S3Client) readonly s3: S3Client,
    @TenantClient(S3Client, otherRegion) readonly s3OtherRegion: S3Client,
    @TenantClient(DynamoDBClient) readonly db: DynamoDBClient,
    @TenantClient(DynamoDBDocumentClient, { marshallOptions: { removeUndefinedValues: true } }) readonly documents: DynamoDBDocumentClient,
  ) {}
}

@Controller()
class Pages {
  constructor(private readonly store: Store) {}

  @Get('constructor')
  async fromConstructor() {
    return { ...(await useS3(this.store.s3)), ...(await useDocuments(this.store.documents)) };
  }

  @Get('handler')
  async fromHandler(@TenantClient(S3Client) s3: S3Client, @TenantClient(DynamoDBDocumentClient) documents: DynamoDBDocumentClient) {
    return { ...(await useS3(s3)), ...(await useDocuments(documents)) };
  }

  @Get('regions')
  async regions(@TenantClient(S3Client, { region: 'ap-south-1' }) s3: S3Client) {
    const { s3: defaultRegion, s3OtherRegion } = this.store;
    return { regions: await Promise.all([defaultRegion, s3OtherRegion, s3].map((client) => client.config.region())) };
  }
}

async function useS3(s3: S3Client) {
  const location = { Bucket: bucket, Key: `${currentTenantAws().tenantId}/injected` };
  await s3.send(new PutObjectCommand({ ...location, Body: currentTenantAws().tenantId }));
  const { Body } = await s3.send(new GetObjectCommand(location));
  return { object: await Body?.transformToString() };
}

async function useDocuments(documents: DynamoDBDocumentClient) {
  const Key = { customer: currentTenantAws().tenantId, id: '1' };
  await documents.send(new PutCommand({ TableName: table, Item: { ...Key, product: 'anvil' } }));
  const { Item } = await documents.send(new GetCommand({ TableName: table, Key }));
  return { item: Item };
}

/** Imported after `forRoot()` has run. */
@Module({ controllers: [Pages], providers: [Store] })
class StoreModule {}

describe.each(platforms)('@TenantClient on %s', (platform) => {
  let app: INestApplication | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });
  const startPages = () => start(platform, { imports: [TenantAwsModule.forRoot({ guard: true }), StoreModule] });

  it.each(['constructor', 'handler'])('gives clients of the current tenant in a %s', async (where) => {
    app = await startPages();

    for (const tenant of ['acme', 'globex', 'acme']) {
      const { body } = await get(app, `/${where}`, await tokenOf(tenant));
      expect(body).toEqual({ object: tenant, item: { customer: tenant, id: '1', product: 'anvil' } });
    }

    const data = aws.calls.filter(({ service }) => service !== 'sts');
    expect(data.map(({ tenantSession }) => tenantSession)).toEqual(['acme', 'globex', 'acme'].flatMap((tenant) => Array(4).fill(tenant)));
    expect(data.filter(({ decision }) => decision !== 'allowed')).toEqual([]);
  });

  it('accepts a configuration in a constructor and in a handler', async () => {
    app = await startPages();

    expect((await get(app, '/regions', await tokenOf('acme'))).body).toEqual({ regions: ['us-east-1', 'eu-central-1', 'ap-south-1'] });
  });
});

describe('an injected client', () => {
  let app: INestApplication | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  it('is a real client of its class, one for all tenants', async () => {
    app = await start('Express', { imports: [TenantAwsModule.forRoot(), StoreModule] });
    const store = app.get(Store);

    expect([store.s3 instanceof S3Client, store.db instanceof DynamoDBClient]).toEqual([true, true]);
    expect(store.documents).toBeInstanceOf(DynamoDBDocumentClient);
    expect(app.get(getTenantClientToken(S3Client))).toBe(store.s3);
    expect(app.get(getTenantClientToken(S3Client, otherRegion))).toBe(store.s3OtherRegion);
  });

  it("sends nothing outside of a tenant's context, and never uses the credentials of the process", async () => {
    app = await start('Express', { imports: [TenantAwsModule.forRoot(), StoreModule] });
    const { s3, documents } = app.get(Store);

    await expect(s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'acme/injected' }))).rejects.toMatchObject({ code: 'no_tenant' });
    await expect(documents.send(new GetCommand({ TableName: table, Key: { customer: 'acme', id: '1' } }))).rejects.toMatchObject({
      code: 'no_tenant',
    });
    expect(aws.calls).toEqual([]);
  });

  it('still works after `destroy()`, because all tenants use it', async () => {
    app = await start('Express', { imports: [TenantAwsModule.forRoot(), StoreModule] });
    const { s3 } = app.get(Store);
    s3.destroy();

    expect(await app.get(TenantAwsService).runAs(identityOf('acme'), () => useS3(s3))).toEqual({ object: 'acme' });
  });

  it('can be replaced in tests by its token', async () => {
    const fake = { send: async () => ({ Body: { transformToString: async () => 'from a fake' } }) };
    const testing = await Test.createTestingModule({ imports: [TenantAwsModule.forRoot({ guard: true }), StoreModule] })
      .overrideProvider(getTenantClientToken(S3Client))
      .useValue(fake)
      .compile();
    app = await started(testing.createNestApplication());

    expect((await get(app, '/constructor', await tokenOf('acme'))).body.object).toBe('from a fake');
  });

  it('is injected into a class that was loaded after `forRoot()`', async () => {
    const module = TenantAwsModule.forRoot();
    const late = { forcePathStyle: true };

    @Injectable()
    class LateStore {
      constructor(@TenantClient(S3Client, late) readonly s3: S3Client) {}
    }
    app = await start('Express', { imports: [module], providers: [LateStore] });

    expect(app.get(LateStore).s3).toBe(app.get(getTenantClientToken(S3Client, late)));
  });
});
