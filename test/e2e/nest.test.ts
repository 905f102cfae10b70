import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../examples/nestjs/app.module.ts';
import { describeAwsErrors } from './aws-errors.ts';
import { startNestOnExpressWithAwsErrors, startNestOnFastifyWithAwsErrors } from './aws-errors-nest.ts';
import { describeContexts } from './contexts.ts';
import { startNestOnExpress, startNestOnFastify } from './nest-contexts.ts';
import { describeNotesApi } from './scenarios.ts';

describeNotesApi('NestJS over Express', async (storage) => {
  const app = await NestFactory.create(AppModule.forRoot(storage), { logger: false });
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
});

describeNotesApi('NestJS over Fastify', async (storage) => {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(storage), new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
});

describeContexts('NestJS over Express', startNestOnExpress);
describeContexts('NestJS over Fastify', startNestOnFastify);
describeAwsErrors('NestJS over Express', startNestOnExpressWithAwsErrors);
describeAwsErrors('NestJS over Fastify', startNestOnFastifyWithAwsErrors);
