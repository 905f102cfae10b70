import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { currentTenantAws } from '@tenant-aws/core';
import { asTenant, fakeTenant } from '@tenant-aws/core/testing';
import * as onExpress from '@tenant-aws/express';
import * as onKoa from '@tenant-aws/koa';
import express from 'express';
import Koa from 'koa';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// The recipe for unit tests in the READMEs of the adapters.

function expressApp(tenants = onExpress.tenantCredentials()) {
  const app = express();
  app.use(tenants);
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5
  app.get('/plan', async ({ tenantAws }, res) => {
    const { Body } = await tenantAws.client(S3Client).send(new GetObjectCommand({ Bucket: 'notes', Key: `${tenantAws.tenantId}/plan` }));
    res.send(await Body?.transformToString());
  });
  return app;
}

function koaApp(tenants = onKoa.tenantCredentials()) {
  return new Koa().use(tenants).use(async ({ tenantAws, response }) => {
    const { Body } = await tenantAws.client(S3Client).send(new GetObjectCommand({ Bucket: 'notes', Key: `${tenantAws.tenantId}/plan` }));
    response.body = await Body?.transformToString();
  });
}

const sent: unknown[] = [];
beforeEach(() => {
  sent.length = 0;
  // oxlint-disable-next-line typescript/no-misused-promises -- the last overload of `send` has a callback, and no handler uses it
  vi.spyOn(S3Client.prototype, 'send').mockImplementation(async ({ input }: { input: unknown }) => {
    sent.push(input);
    return { Body: { transformToString: async () => 'sell anvils' } };
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a unit test with a fake tenant', () => {
  it.each([
    ['Express', () => expressApp(onExpress.tenantCredentials(fakeTenant('acme')))],
    ['Koa', () => koaApp(onKoa.tenantCredentials(fakeTenant('acme'))).callback()],
  ])('runs the handlers of %s without a token and without AWS', async (_, app) => {
    expect((await request(app()).get('/plan')).text).toBe('sell anvils');
    expect(sent).toEqual([{ Bucket: 'notes', Key: 'acme/plan' }]);
  });

  it('runs a function that reads the current tenant', async () => {
    const save = () =>
      currentTenantAws()
        .client(S3Client)
        .send(new GetObjectCommand({ Bucket: 'notes', Key: 'acme/plan' }));
    await asTenant('acme', save);
    expect(sent).toEqual([{ Bucket: 'notes', Key: 'acme/plan' }]);
  });
});
