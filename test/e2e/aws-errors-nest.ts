import 'reflect-metadata';
import type { ServerResponse } from 'node:http';
import { All, Controller, Inject, Module, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { TenantAws } from '@tenant-aws/core';
import { TenantAwsModule } from '@tenant-aws/nestjs';
import type { Handle, StartAwsErrorsApp } from './aws-errors.ts';

/** A response of Express, or of Fastify with Node's own as `raw`. */
type PlatformResponse = ServerResponse & { readonly raw?: ServerResponse; header(name: string, value: string): unknown };

const HANDLE = Symbol('handle');

@Controller()
class EveryPath {
  readonly #handle: Handle;

  constructor(@Inject(HANDLE) handle: Handle) {
    this.#handle = handle;
  }

  @All()
  handle(@Req() { tenantAws }: { tenantAws: TenantAws }, @Res({ passthrough: true }) response: PlatformResponse): Promise<string> {
    const set = (name: string, value: string) => response.header(name, value);
    return this.#handle({ own: tenantAws, response: response.raw ?? response, set });
  }
}

function moduleOf(handle: Handle): new () => object {
  @Module({
    imports: [TenantAwsModule.forRootAsync({ useFactory: () => ({}), guard: true, awsErrors: true })],
    controllers: [EveryPath],
    providers: [{ provide: HANDLE, useValue: handle }],
  })
  class AwsErrorsModule {}
  return AwsErrorsModule;
}

export const startNestOnExpressWithAwsErrors: StartAwsErrorsApp = async (handle) => {
  const app = await NestFactory.create(moduleOf(handle), new ExpressAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
};

export const startNestOnFastifyWithAwsErrors: StartAwsErrorsApp = async (handle) => {
  const app = await NestFactory.create<NestFastifyApplication>(moduleOf(handle), new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
};
