import { type INestApplication, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { KEEP_ALIVE_MS } from '../../../test/support/loopback.ts';
import { TenantAwsModule } from '../src/index.ts';
import { type Platform, platforms, start } from './application.ts';
import { Everything, EverythingController } from './everything.controller.ts';
import { foreignResponses, foreignMiddleware } from './foreign-context.ts';

const aws = notesAws();

const paths = ['works/forAwait', 'handler', 'stream', 'response', 'filter', 'observable', 'events'];

async function startBehind(platform: Platform, middleware: (typeof foreignMiddleware)[number][1]): Promise<INestApplication> {
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
