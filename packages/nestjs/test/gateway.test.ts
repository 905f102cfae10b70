import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type INestApplication, Injectable, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, type OnGatewayConnection, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { currentTenantAws } from '@tenant-aws/core';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { bucket } from '../../../test/support/notes-aws.ts';
import { Public, Scoped, TenantAwsExceptionFilter, TenantAwsModule, TenantClient, TenantGuard, TenantInterceptor } from '../src/index.ts';
import { platforms, start } from './application.ts';

const aws = notesAws();

@Injectable()
class Store {
  constructor(@TenantClient(S3Client) readonly s3: S3Client) {}

  async put(folder: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${folder}/socket`, Body: 'x' }));
  }
}

@UseFilters(TenantAwsExceptionFilter)
@UseGuards(TenantGuard)
@UseInterceptors(TenantInterceptor)
@WebSocketGateway()
class Gateway implements OnGatewayConnection {
  constructor(private readonly store: Store) {}

  /** A native socket does not keep its upgrade request, which carries the token. */
  handleConnection(client: { request?: IncomingMessage }, request: IncomingMessage): void {
    client.request = request;
  }

  @SubscribeMessage('write')
  async write(@MessageBody() { id }: { id: number }) {
    await nextTurn();
    await this.store.put(currentTenantAws().tenantId);
    return { event: 'written', data: { id, tenant: currentTenantAws().tenantId } };
  }

  @Scoped(['s3-folder-read-only'])
  @SubscribeMessage('read-only')
  readOnly() {
    return this.tryToWrite(currentTenantAws().tenantId);
  }

  @SubscribeMessage('foreign')
  foreign() {
    return this.tryToWrite('globex');
  }

  private async tryToWrite(folder: string) {
    const data = await this.store.put(folder).then(
      () => 'written',
      (error: Error) => error.name,
    );
    return { event: 'tried', data };
  }

  @Public()
  @SubscribeMessage('open')
  open() {
    currentTenantAws();
  }
}

describe.each(platforms)('a gateway of platform-ws on %s', (platform) => {
  let app: INestApplication | undefined;
  const sockets: WebSocket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate();
    await app?.close();
    app = undefined;
  });

  async function connect(tenant?: string): Promise<WebSocket> {
    app ??= await start(platform, { imports: [TenantAwsModule.forRoot()], providers: [Gateway, Store] }, (app) =>
      app.useWebSocketAdapter(new WsAdapter(app)),
    );
    if (!app.getHttpServer().listening) await app.listen(0, '127.0.0.1');
    const headers = tenant === undefined ? {} : { authorization: `Bearer ${await aws.issuer.token({ tenant })}` };
    const socket = new WebSocket((await app.getUrl()).replace('http', 'ws'), { headers });
    sockets.push(socket);
    await once(socket, 'open');
    return socket;
  }

  async function send(socket: WebSocket, ...messages: { event: string; data: object }[]): Promise<unknown[]> {
    const replies: unknown[] = [];
    const all = new Promise<void>((resolve) => {
      socket.on('message', (text: Buffer) => {
        replies.push(JSON.parse(text.toString()));
        if (replies.length === messages.length) resolve();
      });
    });
    for (const message of messages) socket.send(JSON.stringify(message));
    await all;
    socket.removeAllListeners('message');
    return replies;
  }

  it('handles concurrent messages of 6 sockets of 3 tenants, each as its own tenant', async () => {
    const tenants = ['acme', 'globex', 'initech', 'acme', 'globex', 'initech'];
    const connected: WebSocket[] = [];
    for (const tenant of tenants) connected.push(await connect(tenant));
    const messages = Array.from({ length: 10 }, (_, id) => ({ event: 'write', data: { id } }));

    const responses = await Promise.all(connected.map((socket) => send(socket, ...messages)));

    expect(responses.flatMap((of) => of.map((reply) => (reply as { data: { tenant: string } }).data.tenant))).toEqual(
      tenants.flatMap((tenant) => Array(10).fill(tenant)),
    );
    const puts = aws.calls.filter(({ operation }) => operation === 'PutObject');
    expect([puts.length, puts.filter(({ decision }) => decision !== 'allowed')]).toEqual([60, []]);
  });

  it('sends a refusal to the socket, and denies access to another tenant', async () => {
    const refusal = { event: 'exception', data: { status: 'error', code: 'token_missing', message: 'This request needs a bearer token' } };
    expect(await send(await connect(), { event: 'write', data: {} })).toEqual([refusal]);

    expect(await send(await connect('acme'), { event: 'foreign', data: {} })).toEqual([{ event: 'tried', data: 'AccessDenied' }]);
    expect(aws.calls.filter(({ operation }) => operation === 'PutObject')).toMatchObject([{ decision: 'denied', tenantSession: 'acme' }]);
  });

  it('uses the permissions of each handler, and has no tenant in a public handler', async () => {
    const socket = await connect('acme');

    expect(await send(socket, { event: 'read-only', data: {} })).toEqual([{ event: 'tried', data: 'AccessDenied' }]);
    expect(await send(socket, { event: 'open', data: {} })).toMatchObject([{ data: { code: 'no_tenant' } }]);
    expect(await send(socket, { event: 'write', data: { id: 1 } })).toMatchObject([{ data: { tenant: 'acme' } }]);
  });
});
