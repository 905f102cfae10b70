import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as aTurn } from 'node:timers/promises';
import { bodyParser } from '@koa/bodyparser';
import multer from '@koa/multer';
import { currentTenantAws } from '@tenant-aws/core';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { identityOf } from '../../../test/support/identity-of.ts';
import { listen } from '../../../test/support/loopback.ts';
import { currentTenantOrCode } from '../../../test/support/current-tenant.ts';
import { applicationsOn, createMiddleware } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

describe.each(frameworks)('the context of a request on %s', (_name, Framework) => {
  const { appOf, send } = applicationsOn(Framework, aws);

  it('is kept through JSON and multipart bodies, timers and streams', async () => {
    const upload = multer();
    const app = appOf(bodyParser(), createMiddleware(), upload.single('file'), async (ctx) => {
      await aTurn();
      const source = new PassThrough();
      const seen: string[] = [currentTenantAws().tenantId];
      const drained = pipeline(source, async (chunks) => {
        for await (const _ of chunks) seen.push(currentTenantAws().tenantId);
      });
      source.end('chunk');
      await drained;
      ctx.body = seen;
    });
    const token = await aws.issuer.token({ tenant: 'acme' });
    const json = request(app.callback())
      .post('/')
      .auth(token, { type: 'bearer' })
      .send({ text: 'x'.repeat(20_000) });
    const form = request(app.callback()).post('/').auth(token, { type: 'bearer' }).attach('file', Buffer.alloc(20_000), 'file.bin');

    expect((await json).body).toEqual(['acme', 'acme']);
    expect((await form).body).toEqual(['acme', 'acme']);
  });

  it("has no tenant if the request presented nothing, even if the server was started in a tenant's context", async () => {
    const middleware = createMiddleware({ optional: true });
    const app = appOf(middleware, (ctx) => {
      ctx.body = currentTenantOrCode();
    });
    const server = await middleware.tvm.for(identityOf('globex')).run(() => listen((req, res) => void app.callback()(req, res)));

    expect(await (await fetch(server.url)).text()).toBe('no_tenant');
    await server.close();
  });

  it('is kept by a second, optional middleware to which the request presents nothing', async () => {
    const app = appOf(createMiddleware(), createMiddleware({ optional: true, identity: () => undefined }), (ctx) => {
      ctx.body = [ctx.tenantAws.tenantId, currentTenantOrCode()];
    });

    expect((await send(app, 'acme')).body).toEqual(['acme', 'acme']);
  });

  it("has the request's own tenant or none in a bare listener of the request", async () => {
    const app = appOf(createMiddleware(), async (ctx) => {
      const ended = once(ctx.req, 'end');
      const seen = new Promise((resolve) => {
        ctx.req.on('end', () => resolve(currentTenantOrCode()));
      });
      ctx.req.resume();
      await ended;
      ctx.body = { seen: await seen, own: ctx.tenantAws.tenantId };
    });
    const token = await aws.issuer.token({ tenant: 'acme' });

    const response = await request(app.callback()).post('/').auth(token, { type: 'bearer' }).send('body');

    expect(response.body.own).toBe('acme');
    expect(['no_tenant', 'acme']).toContain(response.body.seen);
  });
});
