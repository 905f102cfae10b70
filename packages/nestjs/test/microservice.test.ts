import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Controller, type INestMicroservice, UseGuards, UseInterceptors } from '@nestjs/common';
import { type ClientProxy, ClientProxyFactory, MessagePattern, type MicroserviceOptions, Payload, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { currentTenantAws, type IdentitySource, TenantJwtStrategy, TokenMissingError } from '@tenant-aws/core';
import { concatMap, firstValueFrom, from, type Observable, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { bucket } from '../../../test/support/notes-aws.ts';
import { currentTenantOrCode } from '../../../test/support/current-tenant.ts';
import {
  CurrentTenant,
  Public,
  Scoped,
  TenantAwsModule,
  TenantClient,
  TenantGuard,
  type TenantIdentity,
  TenantInterceptor,
} from '../src/index.ts';
import { start } from './application.ts';

const aws = notesAws();
const tcp = (): MicroserviceOptions => ({ transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } });

interface Message {
  readonly token?: string;
  readonly folder?: string;
}

/** The application decides which part of a message carries the token. */
function tokenOfMessage(): IdentitySource {
  const strategy = new TenantJwtStrategy({ issuer: aws.issuer.url, audience: aws.issuer.audience });
  return ({ raw }) => {
    const { token } = (raw as { data: Message }).data;
    if (token === undefined) throw new TokenMissingError();
    return strategy.identify(token);
  };
}

@Controller()
class Jobs {
  constructor(@TenantClient(S3Client) private readonly s3: S3Client) {}

  @MessagePattern('write')
  async write(@Payload() { folder }: Message, @CurrentTenant() { tenantId }: TenantIdentity) {
    await nextTurn();
    await this.put(folder ?? tenantId);
    return currentTenantAws().tenantId;
  }

  @MessagePattern('stream')
  stream(): Observable<string> {
    return from([1, 2, 3]).pipe(
      concatMap(async () => {
        await this.put(currentTenantAws().tenantId);
        return currentTenantAws().tenantId;
      }),
    );
  }

  @Scoped(['s3-folder-read-only'])
  @MessagePattern('read-only')
  async readOnly() {
    return this.put(currentTenantAws().tenantId).then(
      () => 'written',
      (error: Error) => error.name,
    );
  }

  @Public()
  @MessagePattern('open')
  open() {
    return currentTenantOrCode();
  }

  private async put(folder: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${folder}/message`, Body: 'x' }));
  }
}

/** In a hybrid application Nest applies no global guard or interceptor to messages, so the class needs its own. */
@UseGuards(TenantGuard)
@UseInterceptors(TenantInterceptor)
@Controller()
class HybridJobs extends Jobs {}

describe('messages over TCP', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  async function clientOf(microservice: INestMicroservice): Promise<ClientProxy> {
    const server = microservice.unwrap<Server>();
    if (!server.listening) await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
    closing.push(() => client.close());
    return client;
  }

  async function pure(): Promise<ClientProxy> {
    const module = { imports: [TenantAwsModule.forRoot({ identity: tokenOfMessage(), guard: true })], controllers: [Jobs] };
    const microservice = (await Test.createTestingModule(module).compile()).createNestMicroservice(tcp());
    microservice.useLogger(false);
    closing.push(() => microservice.close());
    await microservice.listen();
    return clientOf(microservice);
  }

  async function hybrid(): Promise<ClientProxy> {
    const module = { imports: [TenantAwsModule.forRoot({ identity: tokenOfMessage() })], controllers: [HybridJobs] };
    const app = await start('Express', module);
    closing.push(() => app.close());
    const microservice = app.connectMicroservice<MicroserviceOptions>(tcp());
    await app.startAllMicroservices();
    return clientOf(microservice);
  }

  const send = async (client: ClientProxy, pattern: string, message: Message) => firstValueFrom(client.send<string>(pattern, message));
  const tokenOf = (tenant: string) => aws.issuer.token({ tenant });

  describe.each([
    ['a microservice', pure],
    ['a hybrid application', hybrid],
  ])('of %s', (_name, connect) => {
    it('run each as its own tenant: 60 concurrent messages of 12 tenants on one socket', async () => {
      const client = await connect();
      const tenants = Array.from({ length: 60 }, (_, index) => `tenant-${index % 12}`);

      const responses = await Promise.all(tenants.map(async (tenant) => send(client, 'write', { token: await tokenOf(tenant) })));

      expect(responses).toEqual(tenants);
      const puts = aws.calls.filter(({ operation }) => operation === 'PutObject');
      expect([puts.length, puts.filter(({ decision }) => decision !== 'allowed')]).toEqual([60, []]);
    });

    it('keep their tenant until the end of a stream of replies', async () => {
      const client = await connect();
      const streams = ['acme', 'globex', 'initech'].map(async (tenant) =>
        firstValueFrom(client.send<string>('stream', { token: await tokenOf(tenant) }).pipe(toArray())),
      );

      expect(await Promise.all(streams)).toEqual(['acme', 'globex', 'initech'].map((tenant) => Array(3).fill(tenant)));
      expect(aws.calls.filter(({ service, decision }) => service === 's3' && decision !== 'allowed')).toEqual([]);
    });

    it('have the permissions of their handler, and no tenant in a public handler', async () => {
      const client = await connect();

      const token = await tokenOf('acme');
      const responses = await Promise.all(['read-only', 'open', 'write', 'open'].map((pattern) => send(client, pattern, { token })));
      expect(responses).toEqual(['AccessDenied', 'no_tenant', 'acme', 'no_tenant']);
    });

    it("cannot reach another tenant's data", async () => {
      const client = await connect();

      await expect(send(client, 'write', { token: await tokenOf('acme'), folder: 'globex' })).rejects.toEqual({
        status: 'error',
        message: 'Internal server error',
      });
      expect(aws.calls.filter(({ operation }) => operation === 'PutObject')).toMatchObject([{ decision: 'denied', tenantSession: 'acme' }]);
    });
  });

  it('reply with the code of a refusal', async () => {
    const client = await pure();

    await expect(send(client, 'write', {})).rejects.toEqual({
      status: 'error',
      code: 'token_missing',
      message: 'This request needs a bearer token',
    });
    await expect(send(client, 'write', { token: 'no-token' })).rejects.toMatchObject({ code: 'token_invalid' });
  });
});
