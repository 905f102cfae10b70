import { EventEmitter, on } from 'node:events';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { Field, GraphQLModule, Mutation, ObjectType, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { currentTenantAws } from '@tenant-aws/core';
import { type Client, createClient } from 'graphql-ws';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { bucket } from '../../../test/support/notes-aws.ts';
import { currentTenantOrCode } from '../../../test/support/current-tenant.ts';
import { CurrentTenant, Public, Scoped, TenantAwsModule, TenantClient, type TenantIdentity } from '../src/index.ts';
import { type Platform, start } from './application.ts';

const aws = notesAws();

/** One source of events for all tenants. */
let news: EventEmitter;

/** The tenants in whose context the filters ran. */
let filteredAs: Set<string>;

async function* events(): AsyncGenerator<{ as: string }> {
  for await (const _ of on(news, 'event')) yield { as: currentTenantOrCode() };
}

@ObjectType()
class Seen {
  /** The tenant of the source's context. */
  @Field(() => String)
  as!: string;

  @Field(() => String)
  resolver!: string;

  @Field(() => String)
  field!: string;

  @Field(() => String)
  injected!: string;

  @Field(() => String)
  parameter!: string;
}

@Resolver(() => Seen)
class Feed {
  constructor(@TenantClient(S3Client) private readonly s3: S3Client) {}

  @Query(() => String)
  async me(@CurrentTenant() { tenantId }: TenantIdentity) {
    return tenantId;
  }

  /** Publishes an event in the context of the publisher's tenant. */
  @Mutation(() => Boolean)
  publish() {
    return news.emit('event');
  }

  @Subscription(() => Seen, { filter: () => filteredAs.add(currentTenantOrCode()).size > 0, resolve })
  filtered() {
    return events();
  }

  /** Without a filter, and with the default resolver of graphql-js. */
  @Subscription(() => Seen)
  async *plain() {
    for await (const event of events()) yield { plain: resolve(event) };
  }

  @Scoped(['s3-folder-read-only'])
  @Subscription(() => Seen, { resolve })
  readOnly() {
    return events();
  }

  @Public()
  @Subscription(() => Seen, { resolve })
  open() {
    return events();
  }

  @ResolveField()
  field() {
    return currentTenantOrCode();
  }

  @ResolveField()
  injected() {
    return this.put(this.s3);
  }

  @ResolveField()
  parameter(@TenantClient(S3Client) s3: S3Client) {
    return this.put(s3);
  }

  private async put(s3: S3Client): Promise<string> {
    const Key = `${currentTenantAws().tenantId}/subscription`;
    return s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' })).then(
      () => 'written',
      (error: Error) => error.name,
    );
  }
}

function resolve(event: object): object {
  return { ...event, resolver: currentTenantOrCode() };
}

const apollo = GraphQLModule.forRoot<ApolloDriverConfig>({
  driver: ApolloDriver,
  autoSchemaFile: true,
  subscriptions: { 'graphql-ws': true },
});
const mercurius = GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true, subscription: true });

const drivers: readonly (readonly [string, Platform, DynamicModule])[] = [
  ['Apollo on Express', 'Express', apollo],
  ['Apollo on Fastify', 'Fastify', apollo],
  ['Mercurius', 'Fastify', mercurius],
];

describe.each(drivers)('a subscription over a WebSocket with %s', (_name, platform, graphql) => {
  let app: INestApplication;
  let clients: Client[] = [];
  beforeEach(async () => {
    filteredAs = new Set();
    news = new EventEmitter().setMaxListeners(0);
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true }), graphql], providers: [Feed] });
    await app.listen(0, '127.0.0.1');
  });
  afterEach(async () => {
    vi.useRealTimers();
    for (const made of clients) await made.dispose();
    clients = [];
    await app.close();
  });

  async function client(connectionParams?: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Client> {
    class SocketWithHeaders extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols, { headers });
      }
    }
    const url = `${(await app.getUrl()).replace('http', 'ws')}/graphql`;
    const made = createClient({
      url,
      webSocketImpl: SocketWithHeaders,
      retryAttempts: 0,
      ...(connectionParams ? { connectionParams } : {}),
    });
    clients.push(made);
    return made;
  }

  const bearer = async (tenant: string, expiresInSeconds = 300): Promise<string> =>
    `Bearer ${await aws.issuer.token({ tenant, expiresInSeconds })}`;

  async function publish(): Promise<void> {
    const sent = request(app.getHttpServer())
      .post('/graphql')
      .auth(await aws.issuer.token({ tenant: 'publisher' }), { type: 'bearer' });
    await sent.send({ query: 'mutation { publish }' });
  }

  async function subscribe(field: string, connectionParams?: Record<string, unknown>, headers?: Record<string, string>) {
    return (await client(connectionParams, headers)).iterate({ query: `subscription { ${field} }` });
  }

  /** Publishes one event after all subscriptions listen, and returns the event of each. */
  async function nextOf(...subscriptions: AsyncIterator<unknown>[]): Promise<unknown[]> {
    const results = subscriptions.map(async (subscription) => (await subscription.next()).value as unknown);
    await vi.waitUntil(() => news.listenerCount('event') === subscriptions.length, 10_000);
    await publish();
    return Promise.all(results);
  }

  /** The error code of a refused subscription. */
  async function refusalOf(subscription: AsyncIterator<unknown>): Promise<unknown> {
    const result: unknown = await subscription.next().catch((errors: unknown) => ({ value: { errors } }));
    return (result as { value: { errors: { extensions?: { code: unknown } }[] } }).value.errors[0]?.extensions?.code;
  }

  const seen = (tenant: string, put = 'written') => ({ as: tenant, resolver: tenant, field: tenant, injected: put, parameter: put });
  const fields = '{ as resolver field injected parameter }';

  it('runs source, filter, resolver and fields as the tenant of the connection', async () => {
    const tenants = Array.from({ length: 20 }, (_, index) => `tenant-${index % 10}`);
    const subscriptions = await Promise.all(
      tenants.map(async (tenant, index) =>
        subscribe(`filtered ${fields}`, { [index % 3 === 0 ? 'authorization' : 'Authorization']: await bearer(tenant) }),
      ),
    );

    for (let turn = 0; turn < 2; turn += 1) {
      expect(await nextOf(...subscriptions)).toEqual(tenants.map((tenant) => ({ data: { filtered: seen(tenant) } })));
    }
    expect(filteredAs).toEqual(new Set(tenants));
    expect(aws.calls.filter(({ decision }) => decision !== 'allowed')).toEqual([]);
  });

  it('uses the permissions of the subscription', async () => {
    const connectionParams = { authorization: await bearer('acme') };

    const [readOnly] = await nextOf(await subscribe(`readOnly ${fields}`, connectionParams));

    expect(readOnly).toEqual({ data: { readOnly: seen('acme', 'AccessDenied') } });
  });

  it('has no tenant if it is public', async () => {
    const connectionParams = { authorization: await bearer('acme') };

    const [open] = await nextOf(await subscribe('open { as resolver field }', connectionParams));

    expect(open).toEqual({ data: { open: { as: 'no_tenant', resolver: 'no_tenant', field: 'no_tenant' } } });
  });

  it('accepts the token in the request that opened the connection, and the same token in both places', async () => {
    const authorization = await bearer('acme');

    const [header] = await nextOf(await subscribe(`plain ${fields}`, undefined, { authorization }));
    expect(header).toEqual({ data: { plain: seen('acme') } });
    news = new EventEmitter();
    const [both] = await nextOf(await subscribe(`plain ${fields}`, { authorization }, { authorization }));
    expect(both).toEqual({ data: { plain: seen('acme') } });
  });

  it('refuses a connection without a token, and two different tokens', async () => {
    const [acme, globex] = [await bearer('acme'), await bearer('globex')];

    expect(await refusalOf(await subscribe('plain { as }'))).toBe('token_missing');
    expect(await refusalOf(await subscribe('plain { as }', { authorization: acme }, { authorization: globex }))).toBe('token_invalid');
    expect(await refusalOf(await subscribe('plain { as }', { authorization: acme, Authorization: globex }))).toBe('token_invalid');
    expect(await refusalOf(await subscribe('filtered { as }', { authorization: 'Bearer no-token' }))).toBe('token_invalid');
  });

  it.each([
    ['an array', ['Bearer x']],
    ['an object', { toString: 'Bearer x' }],
    ['null', null],
    ['true', true],
    ['a number', 0],
    ['only a scheme', 'Bearer'],
    ['a token after two spaces', 'Bearer  x'],
    ['9,000 characters', `Bearer ${'x'.repeat(9_000)}`],
  ])('refuses `authorization` of the connection parameters that is %s', async (_title, authorization) => {
    expect(await refusalOf(await subscribe('plain { as }', { authorization }))).toBe('token_invalid');
  });

  it('refuses events and new subscriptions once the token has expired', async () => {
    const of = await client({ authorization: await bearer('acme', 60) });
    const subscription = of.iterate({ query: `subscription { plain ${fields} }` });
    expect(await nextOf(subscription)).toEqual([{ data: { plain: seen('acme') } }]);

    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 120_000 });

    const [late] = await nextOf(subscription);
    expect(late).toMatchObject({ data: null, errors: [{ extensions: { code: 'token_invalid' } }] });
    expect(await refusalOf(of.iterate({ query: 'subscription { filtered { as } }' }))).toBe('token_invalid');
  });
});
