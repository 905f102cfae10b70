import 'reflect-metadata';
import type { Server } from 'node:http';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { TenantAwsModule } from '@tenant-aws/nestjs';
import type { RequestHandler } from 'express';
import type { Candidates } from './candidate.ts';
import { floor } from './floor.ts';
import { appOf, passportAppOf } from './nest-app.ts';

export const candidates: Candidates = {
  bare: () => serve(appOf()),
  floor: () => serve(appOf(), floorMiddleware()),
  ours: () => serve(appOf(TenantAwsModule.forRoot({ guard: true }))),
  '@nestjs/passport': (issuer) => serve(passportAppOf(issuer)),
};

function floorMiddleware(): RequestHandler {
  const { context, enter } = floor();
  return function floorMiddleware(req, _res, next) {
    context.run(enter(req.headers.authorization), next);
  };
}

async function serve(module: Type, ...middleware: RequestHandler[]): Promise<Server> {
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: ['error', 'fatal'] });
  for (const each of middleware) app.use(each);
  await app.listen(0, '127.0.0.1');
  return app.getHttpServer();
}
