import { once } from 'node:events';
import type { OutgoingHttpHeaders, RequestListener } from 'node:http';
import { connect, createServer, Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { tenantCredentials as expressTenants } from '@tenant-aws/express';
import { tenantCredentials as koaTenants } from '@tenant-aws/koa';
import express5 from 'express';
import koa3 from 'koa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { currentTenantOrCode } from '../support/current-tenant.ts';

const require = createRequire(import.meta.url);
const express4: typeof express5 = require('express4');
const koa2: typeof koa3 = require('koa2');

const aws = notesAws();

/** The current tenant in the listener of each response. */
const seen: string[] = [];

/** Express replaces the prototype of a request. For HTTP/2, its prototypes must inherit from Node's HTTP/2 classes. */
function overHttp2(express: typeof express5): RequestListener {
  const tenants = expressTenants();
  onTestFinished(() => tenants.close());
  const app = express();
  for (const [name, base] of [
    ['request', Http2ServerRequest.prototype],
    ['response', Http2ServerResponse.prototype],
  ] as const) {
    const own = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(app[name]));
    Object.setPrototypeOf(app[name], Object.create(base, own));
  }
  return app.use(tenants, (req, res) => {
    res.on('finish', () => seen.push(currentTenantOrCode()));
    res.end(`${req.tenantAws.tenantId} ${currentTenantOrCode()}`);
  });
}

function koaOverHttp2(Koa: typeof koa3): RequestListener {
  const tenants = koaTenants();
  onTestFinished(() => tenants.close());
  const app = new Koa().use(tenants).use((ctx) => {
    ctx.res.on('finish', () => seen.push(currentTenantOrCode()));
    ctx.body = `${ctx.tenantAws.tenantId} ${currentTenantOrCode()}`;
  });
  const callback = app.callback();
  return (req, res) => void callback(req, res);
}

describe.each([
  ['Express 5', () => overHttp2(express5)],
  ['Express 4', () => overHttp2(express4)],
  ['Koa 3', () => koaOverHttp2(koa3)],
  ['Koa 2', () => koaOverHttp2(koa2)],
] as const)('%s over HTTP/2', (_name, listenerOf) => {
  it('serves 40 streams of 8 tenants on one connection, each as its own tenant, and refuses one without a token', async () => {
    seen.length = 0;
    const server = createServer(listenerOf() as never).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const session = connect(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    const get = async (headers: OutgoingHttpHeaders = {}) => {
      const stream = session.request({ ':path': '/', ...headers });
      const [response] = await once(stream, 'response');
      return [response[':status'], await text(stream)];
    };
    const tenants = Array.from({ length: 40 }, (_, i) => `tenant-${i % 8}`);
    const bearers = await Promise.all(tenants.map(async (tenant) => `Bearer ${await aws.issuer.token({ tenant })}`));

    expect(await Promise.all(bearers.map((authorization) => get({ authorization })))).toEqual(
      tenants.map((tenant) => [200, `${tenant} ${tenant}`]),
    );
    await expect.poll(() => seen.toSorted()).toEqual(tenants.toSorted());
    expect((await get())[0]).toBe(401);

    session.close();
    server.close();
  });
});
