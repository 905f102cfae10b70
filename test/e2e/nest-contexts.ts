import 'reflect-metadata';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { All, Controller, Inject, type MiddlewareConsumer, Module, type NestModule, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { TenantAws } from '@tenant-aws/core';
import { TenantAwsModule } from '@tenant-aws/nestjs';
import type { ContextApp, StartContextApp } from './contexts.ts';

/** On Express the request and the response are Node's own; on Fastify they are in `raw`. */
interface PlatformRequest extends IncomingMessage {
  readonly raw?: IncomingMessage;
  readonly tenantAws: TenantAws;
}
type PlatformResponse = ServerResponse & { readonly raw?: ServerResponse; hijack?(): void };

const APP = Symbol('app');

@Controller()
class EveryPath {
  readonly #app: ContextApp;

  constructor(@Inject(APP) app: ContextApp) {
    this.#app = app;
  }

  @All(':action/:tenant/:id')
  async handle(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    response.hijack?.();
    await this.#app.serve(request.raw ?? request, response.raw ?? response, request.tenantAws);
  }
}

function moduleOf(app: ContextApp): new () => NestModule {
  @Module({ imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [EveryPath], providers: [{ provide: APP, useValue: app }] })
  class ContextModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      const { detour } = app;
      if (!detour) return;
      consumer.apply((_request: unknown, _response: unknown, next: () => void) => detour(next)).forRoutes('{*path}');
    }
  }
  return ContextModule;
}

export const startNestOnExpress: StartContextApp = async (context) => {
  const app = await NestFactory.create(moduleOf(context), new ExpressAdapter(), { logger: false, bodyParser: false });
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
};

export const startNestOnFastify: StartContextApp = async (context) => {
  const app = await NestFactory.create<NestFastifyApplication>(moduleOf(context), new FastifyAdapter(), {
    logger: false,
    bodyParser: false,
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addContentTypeParser('application/octet-stream', (_request, _payload, done) => done(null));
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
};
