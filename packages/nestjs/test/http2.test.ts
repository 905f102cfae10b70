import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { TenantAwsModule } from '../src/index.ts';
import { started } from './application.ts';
import { Everything, EverythingController } from './everything.controller.ts';

const aws = notesAws();

let app: INestApplication;
let session: ClientHttp2Session;
beforeAll(async () => {
  const imports = [TenantAwsModule.forRoot({ guard: true })];
  const testing = await Test.createTestingModule({ imports, controllers: [EverythingController], providers: [Everything] }).compile();
  app = await started(testing.createNestApplication(new FastifyAdapter({ http2: true })));
  await app.listen(0, '127.0.0.1');
  session = connect(await app.getUrl());
  await once(session, 'connect');
});
afterAll(async () => {
  session.close();
  await app.close();
});

async function get(path: string, headers: Record<string, string | string[]>): Promise<{ status: unknown; body: string }> {
  const stream = session.request({ ':path': path, ...headers });
  const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
  return { status: head[':status'], body: await text(stream) };
}

const tokenOf = async (tenant: string) => ({ authorization: `Bearer ${await aws.issuer.token({ tenant })}` });

it.each(['works/forAwait', 'handler', 'stream', 'response', 'filter', 'observable'])(
  'runs each of 20 interleaved requests of 4 tenants over one HTTP/2 connection as its own tenant: %s',
  async (path) => {
    const tenants = Array.from({ length: 20 }, (_, index) => `tenant-${index % 4}`);

    const responses = await Promise.all(tenants.map(async (tenant, id) => get(`/${path}/${tenant}/note-${id}`, await tokenOf(tenant))));

    expect(responses).toEqual(tenants.map((body) => ({ status: 200, body })));
    expect(aws.calls.filter(({ decision }) => decision !== 'allowed')).toEqual([]);
  },
);

it('refuses an HTTP/2 request without a token', async () => {
  const { status, body } = await get('/handler/acme/note', {});

  expect([status, JSON.parse(body).code]).toEqual([401, 'token_missing']);
});
