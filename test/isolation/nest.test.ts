import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { startIsolationTest } from '@tenant-aws/local/testing';
import { AppModule } from 'example-nestjs/app.module.ts';
import { describe, expect, it } from 'vitest';

const module = () => AppModule.forRoot({ bucket: 'notes', table: 'orders' });

describe('an isolation test of a NestJS application', () => {
  it.each([
    ['Express', () => NestFactory.create(module(), { logger: false })],
    ['Fastify', () => NestFactory.create<NestFastifyApplication>(module(), new FastifyAdapter(), { logger: false })],
  ])('starts and closes it on %s', async (_, app) => {
    const { as, expectDenied, stop, url } = await startIsolationTest({
      app,
      env: {
        TENANT_AWS_TEMPLATES: 's3-folder-per-tenant,dynamodb-leading-keys',
        TENANT_AWS_VAR_BUCKET: 'notes',
        TENANT_AWS_VAR_TABLE: 'orders',
      },
      tables: { orders: ['customer', 'id'] },
      objects: { notes: { 'acme/plan': 'sell anvils', 'globex/plan': 'secret' } },
    });
    try {
      expect((await as('acme').get('/files/content?key=acme/plan')).json).toMatchObject({ text: 'sell anvils' });
      expect(await expectDenied(() => as('acme').get('/files/content?key=globex/plan'))).toHaveLength(1);
      expect(await expectDenied(() => as('acme').get('/orders?customer=globex'))).toMatchObject([{ operation: 'Query' }]);
    } finally {
      await stop();
    }
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });
});
