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

const shared = Object.values(singletons).map((make) => make());

@Injectable()
class Plans {
  constructor(@TenantClient(S3Client) private readonly s3: S3Client) {}

  /** As the tenant that is current when it is called. */
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

describe.each(Object.keys(singletons).map((name, index) => [name, index] as const))('a singleton of %s', (name, index) => {
  let app: INestApplication;
  beforeAll(async () => {
    for (const tenant of tenants) await seed(aws, `${tenant}/plan`, tenant);
    app = await start('Express', { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [Pages], providers: [Plans] });
    app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  /** What 200 requests at once, of 10 tenants in turn, were answered with. */
  async function answersOf(way: string): Promise<{ own: string; text: string }[]> {
    const tokens = await Promise.all(tenants.map((tenant) => aws.issuer.token({ tenant })));
    const url = `${await app.getUrl()}/${way}/${index}`;
    return Promise.all(
      Array.from({ length: REQUESTS }, async (_, at) => {
        const response = await fetch(url, { headers: { authorization: `Bearer ${tokens[at % tenants.length]}` } });
        return { own: tenants[at % tenants.length] ?? '', text: await response.text() };
      }),
    );
  }

  it.each(['parameter', 'request', 'bound'])('answers 200 requests of 10 tenants each with its own object: %s', async (way) => {
    expect((await answersOf(way)).filter(({ own, text }) => text !== own)).toEqual([]);
  });

  it('calls the client of a constructor in the context of whichever request comes to it', async ({ annotate }) => {
    const answers = await answersOf('constructor');

    const foreign = answers.filter(({ own, text }) => text !== own && tenants.includes(text));
    await annotate(`${name}: ${foreign.length} of ${REQUESTS} answers were another tenant's`);
    expect(answers).toHaveLength(REQUESTS);
  });
});
