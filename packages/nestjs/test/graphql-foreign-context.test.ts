import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import {
  type INestApplication,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Context, Field, GraphQLModule, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { currentTenantAws } from '@tenant-aws/core';
import DataLoader from 'dataloader';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { bucket } from '../../../test/support/notes-aws.ts';
import { TenantAwsModule, TenantClient } from '../src/index.ts';
import { platforms, start } from './application.ts';
import { foreignMiddleware } from './foreign-context.ts';

const aws = notesAws();
const REQUESTS = Array.from({ length: 40 }, (_, index) => `tenant-${index % 10}`);

@ObjectType()
class Note {
  @Field(() => String)
  id!: string;

  @Field(() => String)
  text!: string;

  @Field(() => String)
  loaded!: string;
}

/** One loader for each operation, with one S3 client for all tenants. */
@Injectable()
class Loaders {
  constructor(@TenantClient(S3Client) readonly s3: S3Client) {}

  private readonly loaders = new WeakMap<object, DataLoader<string, string | undefined>>();

  of(operation: object): DataLoader<string, string | undefined> {
    const loader = this.loaders.get(operation) ?? new DataLoader((ids: readonly string[]) => Promise.all(ids.map((id) => this.read(id))));
    this.loaders.set(operation, loader);
    return loader;
  }

  async read(id: string): Promise<string | undefined> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${currentTenantAws().tenantId}/${id}` }));
    return Body?.transformToString();
  }
}

@Resolver(() => Note)
class Notes {
  constructor(private readonly loaders: Loaders) {}

  @Query(() => [Note])
  async notes() {
    const { tenantId } = currentTenantAws();
    await this.loaders.s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${tenantId}/note`, Body: tenantId }));
    return [{ id: 'note' }, { id: 'note' }];
  }

  @ResolveField()
  text(@Parent() { id }: Note) {
    return this.loaders.read(id);
  }

  @ResolveField()
  loaded(@Parent() { id }: Note, @Context() operation: object) {
    return this.loaders.of(operation).load(id);
  }
}

const imports = [
  TenantAwsModule.forRoot({ guard: true }),
  GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
];

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function responses(): Promise<{ data?: unknown; errors?: { extensions: { code: unknown } }[] }[]> {
  const server = app?.getHttpServer();
  return Promise.all(
    REQUESTS.map(async (tenant) => {
      const sent = request(server)
        .post('/graphql')
        .auth(await aws.issuer.token({ tenant }), { type: 'bearer' });
      return (await sent.send({ query: '{ notes { id text loaded } }' })).body;
    }),
  );
}

const own = (tenant: string) => ({ data: { notes: [1, 2].map(() => ({ id: 'note', text: tenant, loaded: tenant })) } });

describe.each(platforms)('GraphQL on %s', (platform) => {
  it.each(foreignMiddleware)('runs each of 40 requests of 10 tenants as its own tenant, behind %s', async (_name, middleware) => {
    @Module({ imports, providers: [Loaders, Notes] })
    class AppModule implements NestModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(middleware()).forRoutes('{*path}');
      }
    }
    app = await start(platform, { imports: [AppModule] });
    await app.listen(0, '127.0.0.1');

    expect(await responses()).toEqual(REQUESTS.map(own));
    expect(aws.calls.filter(({ decision }) => decision !== 'allowed')).toEqual([]);
  });
});

/** A Fastify hook that runs after every hook that this package registers. */
@Injectable()
class LastHook implements OnApplicationBootstrap {
  constructor(private readonly host: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    const batch = foreignMiddleware[2]?.[1]();
    const hook = (_request: unknown, reply: { raw: never }, done: () => void): void => batch?.(undefined, reply.raw, done);
    this.host.httpAdapter.getInstance<{ addHook(name: string, fn: unknown): void }>().addHook('preHandler', hook);
  }
}

it('refuses an operation that is executed in the context of another request', async () => {
  app = await start('Fastify', { imports, providers: [Loaders, Notes, LastHook] });
  await app.listen(0, '127.0.0.1');

  const all = await responses();

  const codes = all.map(({ errors }) => errors?.[0]?.extensions.code ?? 'none');
  expect(new Set(codes)).toEqual(new Set(['none', 'tenant_mismatch']));
  expect(all.filter((_, index) => codes[index] === 'none')).toEqual(REQUESTS.filter((_, index) => codes[index] === 'none').map(own));
  expect(aws.calls.filter(({ decision }) => decision !== 'allowed')).toEqual([]);
});
