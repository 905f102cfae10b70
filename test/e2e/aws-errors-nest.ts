import 'reflect-metadata';
import type { ServerResponse } from 'node:http';
import { All, Controller, type DynamicModule, Inject, Module, Req, Res } from '@nestjs/common';
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

@Module({ controllers: [EveryPath] })
// oxlint-disable-next-line typescript/no-extraneous-class -- a dynamic module of Nest
class AwsErrorsModule {
  static with(handle: Handle): DynamicModule {
    const tenants = TenantAwsModule.forRootAsync({ useFactory: () => ({}), guard: true, awsErrors: true });
    return { module: AwsErrorsModule, imports: [tenants], providers: [{ provide: HANDLE, useValue: handle }] };
  }
}

export const startNestOnExpressWithAwsErrors: StartAwsErrorsApp = async (handle) => {
  const app = await NestFactory.create(AwsErrorsModule.with(handle), new ExpressAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
};

export const startNestOnFastifyWithAwsErrors: StartAwsErrorsApp = async (handle) => {
  const app = await NestFactory.create<NestFastifyApplication>(AwsErrorsModule.with(handle), new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
};
