import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { INestApplication } from '@nestjs/common';
import { Args, Field, GraphQLModule, ID, Mutation, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { currentTenantAws } from '@tenant-aws/core';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { bucket } from '../../../test/support/notes-aws.ts';
import { currentTenantOrCode } from '../../../test/support/current-tenant.ts';
import { CurrentTenant, Public, Scoped, TenantAwsModule, TenantClient, type TenantIdentity } from '../src/index.ts';
import { type Platform, platforms, start } from './application.ts';

const aws = notesAws();

@ObjectType()
class Note {
  @Field(() => ID)
  id!: string;

  @Field()
  text!: string;

  @Field()
  reader!: string;

  @Field()
  locked!: string;
}

@Resolver(() => Note)
class Notes {
  constructor(@TenantClient(S3Client) private readonly s3: S3Client) {}

  @Mutation(() => Note)
  async write(@Args('id') id: string, @Args('text') text: string) {
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(id), Body: text }));
    return { id };
  }

  @Query(() => [Note])
  notes(@Args('ids', { type: () => [String] }) ids: string[]) {
    return ids.map((id) => ({ id }));
  }

  @Public()
  @Query(() => String)
  open(): string {
    return currentTenantOrCode();
  }

  @Scoped(['s3-folder-read-only'])
  @Query(() => String)
  async readOnly(@TenantClient(S3Client) s3: S3Client): Promise<string> {
    return s3.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf('read-only'), Body: 'x' })).then(() => 'written', nameOf);
  }

  @Query(() => String)
  async whole(@CurrentTenant() { tenantId }: TenantIdentity): Promise<string> {
    return this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${tenantId}/whole`, Body: 'x' })).then(() => 'written', nameOf);
  }

  @ResolveField()
  async text(@Parent() { id }: Note): Promise<string | undefined> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(id) }));
    return Body?.transformToString();
  }

  @ResolveField()
  reader(): string {
    return currentTenantAws().tenantId;
  }

  /** Applied only where guards also run for fields. */
  @Scoped(['s3-folder-read-only'])
  @ResolveField()
  async locked(): Promise<string> {
    return this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf('locked'), Body: 'x' })).then(() => 'written', nameOf);
  }
}

const keyOf = (id: string): string => `${currentTenantAws().tenantId}/graphql/${id}`;
const nameOf = (error: Error): string => error.name;

const startWith = (platform: Platform, options: Partial<ApolloDriverConfig> = {}): Promise<INestApplication> =>
  start(platform, {
    imports: [
      TenantAwsModule.forRoot({ guard: true }),
      GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true, ...options }),
    ],
    providers: [Notes],
  });

async function ask(app: INestApplication, tenant: string | undefined, query: string) {
  const sent = request(app.getHttpServer()).post('/graphql').send({ query });
  const { body } = await (tenant === undefined ? sent : sent.auth(await aws.issuer.token({ tenant }), { type: 'bearer' }));
  return body;
}

describe.each(platforms)('GraphQL on %s', (platform) => {
  let app: INestApplication;
  beforeAll(async () => {
    app = await startWith(platform);
  });
  afterAll(() => app.close());

  it('runs resolvers and field resolvers of 40 interleaved requests of 8 tenants, each as its own tenant', async () => {
    const tenants = Array.from({ length: 8 }, (_, index) => `tenant-${index}`);
    await Promise.all(tenants.map((tenant) => ask(app, tenant, `mutation { write(id: "a", text: "of ${tenant}") { id } }`)));
    const requests = Array.from({ length: 40 }, (_, index) => `tenant-${index % 8}`);

    const responses = await Promise.all(requests.map((tenant) => ask(app, tenant, '{ notes(ids: ["a", "a", "a"]) { id text reader } }')));

    expect(responses).toEqual(
      requests.map((tenant) => ({ data: { notes: [1, 2, 3].map(() => ({ id: 'a', text: `of ${tenant}`, reader: tenant })) } })),
    );
    const data = aws.calls.filter(({ service }) => service === 's3');
    expect([data.length, data.filter(({ decision }) => decision !== 'allowed')]).toEqual([8 + 120, []]);
  });

  it('returns the error code in `extensions.code`', async () => {
    expect(await ask(app, undefined, '{ whole }')).toMatchObject({
      errors: [{ message: 'This request needs a bearer token', extensions: { code: 'token_missing', status: 401 } }],
    });
  });

  it('gives each resolver of one request its own permissions', async () => {
    expect(await ask(app, 'acme', '{ open readOnly whole again: readOnly also: open }')).toEqual({
      data: { open: 'no_tenant', readOnly: 'AccessDenied', whole: 'written', again: 'AccessDenied', also: 'no_tenant' },
    });
  });
});

describe('GraphQL with guards and interceptors for fields', () => {
  let app: INestApplication;
  beforeAll(async () => {
    app = await startWith('Express', { fieldResolverEnhancers: ['guards', 'interceptors'] });
  });
  afterAll(() => app.close());

  it("uses a field's own permissions", async () => {
    expect(await ask(app, 'acme', '{ notes(ids: ["a"]) { locked reader } whole }')).toEqual({
      data: { notes: [{ locked: 'AccessDenied', reader: 'acme' }], whole: 'written' },
    });
  });
});
