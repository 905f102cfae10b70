import 'reflect-metadata';
import type { Server } from 'node:http';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TenantAwsModule } from '@tenant-aws/nestjs';
import type { Candidates } from './candidate.ts';
import { floor } from './floor.ts';
import { appOf, passportAppOf } from './nest-app.ts';

export const candidates: Candidates = {
  bare: () => serve(appOf()),
  floor: () => serve(appOf(), addFloor),
  ours: () => serve(appOf(TenantAwsModule.forRoot({ guard: true }))),
  '@nestjs/passport': (issuer) => serve(passportAppOf(issuer)),
};

function addFloor(app: NestFastifyApplication): void {
  const { context, enter } = floor();
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, _reply, done) => {
    context.run(enter(request.headers.authorization), done);
  });
}

async function serve(module: Type, prepare?: (app: NestFastifyApplication) => void): Promise<Server> {
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), { logger: ['error', 'fatal'] });
  prepare?.(app);
  await app.listen(0, '127.0.0.1');
  return app.getHttpServer();
}
