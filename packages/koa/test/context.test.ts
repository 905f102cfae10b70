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
import { applicationsOn, made } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

describe.each(frameworks)('the context of a request on %s', (_name, Framework) => {
  const { appOf, send } = applicationsOn(Framework, aws);

  it('keeps the tenant through JSON and multipart bodies, timers and streams', async () => {
    const upload = multer();
    const app = appOf(bodyParser(), made(), upload.single('file'), async (ctx) => {
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

  it('has no tenant where nothing was presented, though the server was started in the name of one', async () => {
    const middleware = made({ optional: true });
    const app = appOf(middleware, (ctx) => {
      ctx.body = currentTenantOrCode();
    });
    const server = await middleware.tvm.for(identityOf('globex')).run(() => listen((req, res) => void app.callback()(req, res)));

    expect(await (await fetch(server.url)).text()).toBe('no_tenant');
    await server.close();
  });

  it('stays as it is below another middleware that is optional, to which nothing was presented', async () => {
    const app = appOf(made(), made({ optional: true, identity: () => undefined }), (ctx) => {
      ctx.body = [ctx.tenantAws.tenantId, currentTenantOrCode()];
    });

    expect((await send(app, 'acme')).body).toEqual(['acme', 'acme']);
  });

  it("has no tenant in a bare listener of the request: never another's", async () => {
    const app = appOf(made(), async (ctx) => {
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
