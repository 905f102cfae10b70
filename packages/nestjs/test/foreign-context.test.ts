import type { ServerResponse } from 'node:http';
import {
  Inject,
  type INestApplication,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { KEEP_ALIVE_MS } from '../../../test/support/loopback.ts';
import { TenantAwsModule } from '../src/index.ts';
import { type Platform, platforms, start } from './application.ts';
import { Everything, EverythingController } from './everything.controller.ts';
import { foreignResponses, foreignMiddleware } from './foreign-context.ts';

const aws = notesAws();

const paths = ['works/forAwait', 'handler', 'stream', 'response', 'filter', 'observable', 'events'];

type MakeMiddleware = (typeof foreignMiddleware)[number][1];

async function startBehind(platform: Platform, middleware: MakeMiddleware): Promise<INestApplication> {
  @Module({ imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [EverythingController], providers: [Everything] })
  class AppModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(middleware()).forRoutes('{*path}');
    }
  }
  const app = await start(platform, { imports: [AppModule] });
  app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
  await app.listen(0, '127.0.0.1');
  return app;
}

describe.each(platforms)('on %s', (platform) => {
  describe.each(foreignMiddleware)('behind %s', (_name, middleware) => {
    let app: INestApplication;
    beforeAll(async () => {
      app = await startBehind(platform, middleware);
    });
    afterAll(() => app.close());

    it.each(paths)('runs each of 40 requests of 10 tenants as its own tenant: %s', async (path) => {
      expect(await foreignResponses(aws, await app.getUrl(), path)).toEqual([]);
      expect(aws.calls.filter(({ decision }) => decision !== 'allowed')).toEqual([]);
    });
  });
});

it('runs each request as its own tenant behind a Fastify hook that runs after every hook of this package', async () => {
  class LastHook implements OnApplicationBootstrap {
    constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

    onApplicationBootstrap(): void {
      const batch = foreignMiddleware[2]?.[1]();
      const hook = (_request: unknown, reply: { raw: ServerResponse }, done: () => void): void => batch?.(undefined, reply.raw, done);
      this.host.httpAdapter.getInstance<{ addHook(name: string, fn: unknown): void }>().addHook('preHandler', hook);
    }
  }
  const imports = [TenantAwsModule.forRoot({ guard: true })];
  const app = await start('Fastify', { imports, controllers: [EverythingController], providers: [Everything, LastHook] });
  app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
  await app.listen(0, '127.0.0.1');

  for (const path of ['handler', 'filter', 'observable']) expect(await foreignResponses(aws, await app.getUrl(), path)).toEqual([]);
  await app.close();
});
