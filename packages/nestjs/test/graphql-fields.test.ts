import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { Field, GraphQLModule, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { currentTenantAws, NoTenantError } from '@tenant-aws/core';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { bucket } from '../../../test/support/notes-aws.ts';
import { Public, Scoped, TenantAwsModule, TenantClient } from '../src/index.ts';
import { type Platform, start } from './application.ts';

const aws = notesAws();

@ObjectType()
class Note {
  @Field(() => String)
  injected!: string;

  @Field(() => String)
  parameter!: string;

  @Field(() => String)
  reader!: string;

  @Field(() => Note)
  locked!: Note;

  @Field(() => Note)
  unlocked!: Note;

  @Field(() => [Note])
  more!: Note[];
}

@Resolver(() => Note)
class Notes {
  constructor(@TenantClient(S3Client) private readonly s3: S3Client) {}

  @Query(() => Note)
  async full() {
    return {};
  }

  @Scoped(['s3-folder-read-only'])
  @Query(() => Note)
  async readOnly() {
    return {};
  }

  @Public()
  @Query(() => Note)
  async open() {
    return {};
  }

  /** A resolver without parameters: Nest calls it directly. */
  @ResolveField()
  injected() {
    return put(this.s3);
  }

  @ResolveField()
  parameter(@TenantClient(S3Client) s3: S3Client) {
    return put(s3);
  }

  @ResolveField()
  reader(): string {
    return currentTenantAws().tenantId;
  }

  @Scoped(['s3-folder-read-only'])
  @ResolveField()
  async locked() {
    return {};
  }

  @Scoped(['s3-folder-per-tenant'])
  @ResolveField()
  async unlocked() {
    return {};
  }

  @ResolveField()
  async more() {
    return [{}, {}];
  }
}

async function put(s3: S3Client): Promise<string> {
  try {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `acme/fields`, Body: 'x' }));
    return 'written';
  } catch (error) {
    if (error instanceof NoTenantError) throw error;
    return (error as Error).name;
  }
}

type Enhancers = ('guards' | 'interceptors')[];

const drivers: readonly (readonly [string, Platform, (enhancers: Enhancers) => DynamicModule])[] = [
  ['Apollo on Express', 'Express', apollo],
  ['Apollo on Fastify', 'Fastify', apollo],
  ['Mercurius', 'Fastify', (enhancers) => mercurius(enhancers, 0)],
  ['Mercurius with compiled queries', 'Fastify', (enhancers) => mercurius(enhancers, 1)],
];

function apollo(fieldResolverEnhancers: Enhancers): DynamicModule {
  return GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true, fieldResolverEnhancers });
}

function mercurius(fieldResolverEnhancers: Enhancers, jit: number): DynamicModule {
  return GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true, fieldResolverEnhancers, jit });
}

describe.each(drivers)('the fields of a query with %s', (_name, platform, graphql) => {
  let app: INestApplication | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });
  const startWith = (enhancers: Enhancers): Promise<INestApplication> =>
    start(platform, { imports: [TenantAwsModule.forRoot({ guard: true }), graphql(enhancers)], providers: [Notes] });

  async function ask(query: string): Promise<{ data: Record<string, unknown>; errors?: { path: unknown[] }[] }> {
    const sent = request(app?.getHttpServer())
      .post('/graphql')
      .auth(await aws.issuer.token({ tenant: 'acme' }), { type: 'bearer' });
    return (await sent.send({ query })).body;
  }

  const fields = '{ injected parameter more { injected parameter } }';
  const note = (seen: string) => ({ injected: seen, parameter: seen, more: [1, 2].map(() => ({ injected: seen, parameter: seen })) });

  it.each([
    ['without enhancers', []],
    ['with guards and interceptors', ['guards', 'interceptors']],
  ] as const)('have the permissions of their own root field, %s', async (_title, enhancers) => {
    app = await startWith([...enhancers]);

    for (let turn = 0; turn < 3; turn += 1) {
      expect(await ask(`{ full ${fields} a: readOnly ${fields} again: full ${fields} b: readOnly ${fields} }`)).toEqual({
        data: { full: note('written'), a: note('AccessDenied'), again: note('written'), b: note('AccessDenied') },
      });
    }
  });

  it.each([
    ['without enhancers', []],
    ['with guards and interceptors', ['guards', 'interceptors']],
  ] as const)('have no tenant beneath a public query, %s', async (_title, enhancers) => {
    app = await startWith([...enhancers]);

    for (const field of ['injected', 'parameter', 'reader', 'more { reader }']) {
      const { data, errors } = await ask(`{ full { reader } open { ${field} } }`);
      expect([data, errors?.length]).toEqual([null, 1]);
    }
  });

  it('have the permissions of the nearest field with its own permissions', async () => {
    app = await startWith(['guards', 'interceptors']);

    expect(await ask(`{ full { locked ${fields} injected } readOnly { unlocked ${fields} injected } }`)).toEqual({
      data: {
        full: { locked: note('AccessDenied'), injected: 'written' },
        readOnly: { unlocked: note('written'), injected: 'AccessDenied' },
      },
    });
  });
});
