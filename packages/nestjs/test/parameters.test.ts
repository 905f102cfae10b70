import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, Get, type INestApplication, type NestInterceptor, UseGuards, UseInterceptors } from '@nestjs/common';
import { Args, Field, GraphQLModule, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ClientProxyFactory, MessagePattern, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { type OnGatewayConnection, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { type IdentitySource, TenantJwtStrategy } from '@tenant-aws/core';
import { firstValueFrom } from 'rxjs';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { bucket } from '../../../test/support/notes-aws.ts';
import { CurrentTenant, TenantAwsModule, TenantClient, TenantGuard, type TenantIdentity, TenantInterceptor } from '../src/index.ts';
import { get, platforms, start } from './application.ts';
import { foreignInterceptors } from './foreign-context.ts';

const aws = notesAws();
const REQUESTS = Array.from({ length: 80 }, (_, index) => `tenant-${index % 10}`);

/** Returns the tenant of the handler's identity. Writes with the handler's client: AWS denies a client of another tenant. */
async function seen(s3: S3Client, { tenantId }: TenantIdentity): Promise<string> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${tenantId}/parameters`, Body: 'x' }));
  return tenantId;
}

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  closing = [];
});

function keep(app: INestApplication): INestApplication {
  closing.push(() => app.close());
  return app;
}

describe.each(foreignInterceptors)('parameters of handlers behind %s', (_name, interceptor) => {
  /** Sends all requests concurrently, and returns the responses. */
  async function responses(ask: (token: string, tenant: string) => Promise<unknown>): Promise<unknown[]> {
    const tokens = new Map<string, string>();
    for (const tenant of REQUESTS) tokens.set(tenant, tokens.get(tenant) ?? (await aws.issuer.token({ tenant })));
    return Promise.all(REQUESTS.map((tenant) => ask(tokens.get(tenant) ?? '', tenant)));
  }

  it.each(platforms)('belong to their own request: HTTP on %s', async (platform) => {
    @UseInterceptors(interceptor())
    @Controller()
    class Pages {
      @Get('me')
      me(@TenantClient(S3Client) s3: S3Client, @CurrentTenant() tenant: TenantIdentity) {
        return seen(s3, tenant);
      }
    }
    const app = keep(await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [Pages] }));
    await app.listen(0, '127.0.0.1');

    expect(await responses(async (token) => (await get(app, '/me', token)).text)).toEqual(REQUESTS);
  });

  it('belong to their own request: GraphQL', async () => {
    @ObjectType()
    class Me {
      @Field(() => String)
      id!: string;

      @Field(() => String)
      field!: string;
    }

    @UseInterceptors(interceptor())
    @Resolver(() => Me)
    class Resolvers {
      @Query(() => Me)
      async me(@TenantClient(S3Client) s3: S3Client, @CurrentTenant() tenant: TenantIdentity, @Args('id') id: string) {
        return { id: `${id} ${await seen(s3, tenant)}` };
      }

      @ResolveField()
      field(@TenantClient(S3Client) s3: S3Client, @CurrentTenant() tenant: TenantIdentity) {
        return seen(s3, tenant);
      }
    }
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true });
    const app = keep(await start('Express', { imports: [TenantAwsModule.forRoot({ guard: true }), graphql], providers: [Resolvers] }));
    await app.listen(0, '127.0.0.1');
    const query = '{ a: me(id: "a") { id field } b: me(id: "b") { id field } }';

    const all = await responses(async (token) => {
      const { body } = await request(app.getHttpServer()).post('/graphql').auth(token, { type: 'bearer' }).send({ query });
      return body.data;
    });

    expect(all).toEqual(REQUESTS.map((id) => ({ a: { id: `a ${id}`, field: id }, b: { id: `b ${id}`, field: id } })));
  });

  it.each([
    ['an object', (token: string) => ({ token })],
    ['a string', (token: string) => token],
  ])('belong to their own message of a microservice: %s', async (_title, dataOf) => {
    @UseInterceptors(interceptor())
    @Controller()
    class Jobs {
      @MessagePattern('me')
      me(@TenantClient(S3Client) s3: S3Client, @CurrentTenant() tenant: TenantIdentity) {
        return seen(s3, tenant);
      }
    }
    const strategy = new TenantJwtStrategy({ issuer: aws.issuer.url, audience: aws.issuer.audience });
    const identity: IdentitySource = ({ raw }) => {
      const { data } = raw as { data: string | { token: string } };
      return strategy.identify(typeof data === 'string' ? data : data.token);
    };
    const app = keep(await start('Express', { imports: [TenantAwsModule.forRoot({ identity, guard: true })], controllers: [Jobs] }));
    const tcp: MicroserviceOptions = { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } };
    const microservice = app.connectMicroservice<MicroserviceOptions>(tcp, { inheritAppConfig: true });
    await app.startAllMicroservices();
    const server = microservice.unwrap<Server>();
    if (!server.listening) await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
    closing.push(() => client.close());

    expect(await responses((token) => firstValueFrom(client.send<string>('me', dataOf(token))))).toEqual(REQUESTS);
  });

  it.each([
    ['an object', (id: number) => ({ id })],
    ['a number', (id: number) => id],
    ['nothing', () => undefined],
  ])('belong to their own message of a socket: %s', async (_title, dataOf) => {
    @UseGuards(TenantGuard)
    @UseInterceptors(TenantInterceptor, interceptor() satisfies NestInterceptor)
    @WebSocketGateway()
    class Gateway implements OnGatewayConnection {
      handleConnection(client: { request?: IncomingMessage }, upgrade: IncomingMessage): void {
        client.request = upgrade;
      }

      @SubscribeMessage('me')
      async me(@TenantClient(S3Client) s3: S3Client, @CurrentTenant() tenant: TenantIdentity) {
        return { event: 'me', data: await seen(s3, tenant) };
      }
    }
    const app = keep(
      await start('Express', { imports: [TenantAwsModule.forRoot()], providers: [Gateway] }, (app) =>
        app.useWebSocketAdapter(new WsAdapter(app)),
      ),
    );
    await app.listen(0, '127.0.0.1');
    const url = (await app.getUrl()).replace('http', 'ws');
    const sockets = new Map<string, WebSocket>();
    for (const tenant of new Set(REQUESTS)) {
      const headers = { authorization: `Bearer ${await aws.issuer.token({ tenant })}` };
      const socket = new WebSocket(url, { headers });
      sockets.set(tenant, socket);
      closing.push(() => socket.terminate());
      await once(socket, 'open');
    }

    const received = new Map([...sockets.keys()].map((tenant) => [tenant, [] as unknown[]]));
    const all = Promise.all(
      [...sockets].map(
        ([tenant, socket]) =>
          new Promise<void>((resolve) => {
            socket.on('message', (text: Buffer) => {
              if (received.get(tenant)?.push(JSON.parse(text.toString()).data) === REQUESTS.length / sockets.size) resolve();
            });
          }),
      ),
    );
    for (const [id, tenant] of REQUESTS.entries()) sockets.get(tenant)?.send(JSON.stringify({ event: 'me', data: dataOf(id) }));
    await all;

    expect(received).toEqual(new Map([...sockets.keys()].map((tenant) => [tenant, Array(REQUESTS.length / sockets.size).fill(tenant)])));
  });
});
