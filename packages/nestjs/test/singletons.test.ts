import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Controller, Get, type INestApplication, Injectable, Param, Req } from '@nestjs/common';
import { bindTenant, currentTenantAws, type TenantAws } from '@tenant-aws/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { KEEP_ALIVE_MS } from '../../../test/support/loopback.ts';
import { bucket, seed } from '../../../test/support/notes-aws.ts';
import { CurrentTenant, TenantAwsModule, TenantClient, type TenantIdentity } from '../src/index.ts';
import { start } from './application.ts';
import { singletons } from './singletons.ts';

const aws = notesAws();
const tenants = Array.from({ length: 10 }, (_, index) => `tenant-${index}`);
const REQUESTS = 200;

/** These libraries run a job in the context of the request that added it. */
const keepContext = ['p-queue', 'p-limit'];

const shared = Object.values(singletons).map((make) => make());

@Injectable()
class Plans {
  constructor(@TenantClient(S3Client) private readonly s3: S3Client) {}

  /** Reads the plan of the current tenant. */
  current(): Promise<string> {
    return this.read(this.s3, currentTenantAws().tenantId);
  }

  async read(s3: S3Client, tenantId: string): Promise<string> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${tenantId}/plan` }));
    return (await Body?.transformToString()) ?? '';
  }
}

@Controller()
class Pages {
  constructor(private readonly plans: Plans) {}

  @Get('parameter/:index')
  parameter(@Param('index') index: string, @TenantClient(S3Client) s3: S3Client, @CurrentTenant() { tenantId }: TenantIdentity) {
    return shared[Number(index)]?.(() => this.plans.read(s3, tenantId));
  }

  @Get('request/:index')
  request(@Param('index') index: string, @Req() { tenantAws }: { tenantAws: TenantAws }) {
    return shared[Number(index)]?.(() => this.plans.read(tenantAws.client(S3Client), tenantAws.tenantId));
  }

  @Get('bound/:index')
  bound(@Param('index') index: string) {
    return shared[Number(index)]?.(bindTenant(() => this.plans.current()));
  }

  @Get('constructor/:index')
  fromConstructor(@Param('index') index: string) {
    return shared[Number(index)]?.(() => this.plans.current());
  }
}

describe.each(Object.keys(singletons).map((name, index) => [name, index] as const))('a shared %s', (name, index) => {
  let app: INestApplication;
  beforeAll(async () => {
    for (const tenant of tenants) await seed(aws, `${tenant}/plan`, tenant);
    app = await start('Express', { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [Pages], providers: [Plans] });
    app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  /** Sends 200 concurrent requests of 10 tenants, and returns the responses. */
  async function responsesOf(path: string): Promise<{ own: string; text: string }[]> {
    const tokens = await Promise.all(tenants.map((tenant) => aws.issuer.token({ tenant })));
    const url = `${await app.getUrl()}/${path}/${index}`;
    return Promise.all(
      Array.from({ length: REQUESTS }, async (_, request) => {
        const response = await fetch(url, { headers: { authorization: `Bearer ${tokens[request % tenants.length]}` } });
        return { own: tenants[request % tenants.length] ?? '', text: await response.text() };
      }),
    );
  }

  it.each(['parameter', 'request', 'bound'])('returns to each of 200 requests of 10 tenants its own object: %s', async (path) => {
    expect((await responsesOf(path)).filter(({ own, text }) => text !== own)).toEqual([]);
  });

  it("calls the client of a constructor in another request's context, unless the library keeps the context", async ({ annotate }) => {
    const responses = await responsesOf('constructor');

    const foreign = responses.filter(({ own, text }) => text !== own);
    await annotate(`${name}: ${foreign.length} of ${REQUESTS} responses had another tenant's object`);
    expect(foreign.filter(({ text }) => !tenants.includes(text))).toEqual([]);
    expect(foreign.length > 0).toBe(!keepContext.includes(name));
  });
});
