import { EventEmitter, once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { setImmediate as aTurn } from 'node:timers/promises';
import { bindTenant, currentTenantAws, exchangeOf, runForRequest, type TenantAws, tenantContext } from '@tenant-aws/core';
import { asTenant } from '@tenant-aws/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../../../test/support/loopback.ts';
import { currentTenantOrCode } from '../../../../test/support/current-tenant.ts';

const tenantAwsOf = (tenantId: string): TenantAws => asTenant(tenantId, (tenantAws) => tenantAws);

/** A server that takes the tenant from the path of a request. */
async function serve(handler: (...given: [...Parameters<RequestListener>, tenantId: string]) => unknown): Promise<string> {
  const { url, close } = await listen((request, response) => {
    const tenantId = request.url?.slice(1) ?? '';
    runForRequest({ request, response }, { current: tenantAwsOf(tenantId), purpose: 'handler' }, () =>
      handler(request, response, tenantId),
    );
  });
  onTestFinished(close);
  return url;
}

/** Pipelines one GET for each of these tenants on one socket, and reads until it closes. */
async function pipelined(url: string, ...tenants: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const last = tenants.length - 1;
  socket.write(
    tenants.map((tenant, i) => `GET /${tenant} HTTP/1.1\r\nHost: x\r\n${i === last ? 'Connection: close\r\n' : ''}\r\n`).join(''),
  );
  return text(socket);
}

const LARGE = '.'.repeat(100_000);

describe('the context of a request', () => {
  it.each([
    ['first', 'acme'],
    ['second', 'globex'],
  ])('is kept by its listeners when another request on the same socket destroys it; admitted %s', async (_when, early) => {
    const seen: [string, string][] = [];
    const admitted = new EventEmitter();
    const admit = async (...[request, response]: Parameters<RequestListener>): Promise<void> => {
      const tenantId = request.url?.slice(1) ?? '';
      if (tenantId !== early) await once(admitted, early);
      runForRequest({ request, response }, { current: tenantAwsOf(tenantId), purpose: 'handler' }, () => {
        response.on('close', () => seen.push([tenantId, currentTenantOrCode()]));
        request.on('close', () => seen.push([tenantId, currentTenantOrCode()]));
        if (tenantId === 'acme') response.write('begun');
        if (tenantId === 'globex')
          admitted.once(
            'end',
            bindTenant(() => request.socket.destroy()),
          );
        setImmediate(() => admitted.emit(tenantId === early ? early : 'end'));
      });
    };
    const { url, close } = await listen((request, response) => void admit(request, response));
    onTestFinished(close);

    await pipelined(url, 'acme', 'globex').catch(() => undefined);
    await expect.poll(() => seen.length).toBeGreaterThanOrEqual(3);

    expect(seen.filter(([own, context]) => own !== context)).toEqual([]);
    expect(seen.map(([own]) => own)).toEqual(expect.arrayContaining(['acme', 'globex']));
  });

  it('lets a handler stream as another tenant, on its own socket and pipelined', async () => {
    async function* pages(): AsyncGenerator<string> {
      for (let page = 0; page < 6; page += 1) {
        await aTurn();
        yield `<${currentTenantAws().tenantId}>${LARGE}`;
      }
    }
    const url = await serve((_request, response, tenantId) => {
      const served = tenantAwsOf(`customer-of-${tenantId}`);
      void served.run(() => pipeline(Readable.from(pages()), response));
    });

    const tenantsIn = (body: string) => body.match(/(?<=<)[^>]+/g);
    const sixOf = (tenant: string) => Array.from({ length: 6 }, () => `customer-of-${tenant}`);
    expect(tenantsIn(await pipelined(url, 'acme'))).toEqual(sixOf('acme'));
    expect(tenantsIn(await pipelined(url, 'acme', 'globex', 'initech'))).toEqual(['acme', 'globex', 'initech'].flatMap(sixOf));
  });

  it('runs the callback of a write as the tenant that wrote, if the response waits for its socket', async () => {
    const seen: string[] = [];
    const url = await serve((_request, response, tenantId) => {
      const record = () => seen.push(`${tenantId}: ${currentTenantOrCode()}`);
      response.write(LARGE, record);
      tenantAwsOf('customer').run(() => response.write(LARGE, record));
      response.end(LARGE, record);
    });

    await pipelined(url, 'acme', 'globex');

    expect(seen.filter((each) => each.startsWith('globex'))).toEqual(
      ['globex', 'customer', 'globex'].map((context) => `globex: ${context}`),
    );
    expect(seen).toHaveLength(6);
  });

  it('is the innermost one, if one request opened several', async () => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      response.on('finish', () => seen.push(currentTenantOrCode()));
      runForRequest({ request, response }, { current: tenantAwsOf('inner'), purpose: 'handler' }, () =>
        response.end(currentTenantOrCode()),
      );
    });

    expect(await (await fetch(`${url}/outer`)).text()).toBe('inner');
    expect(seen).toEqual(['inner']);
  });

  it('belongs to the request whose TenantAws is run, even in the context of another request', async () => {
    const contexts: unknown[] = [];
    const waiting: (() => void)[] = [];
    const url = await serve((request, response) => {
      const own = currentTenantAws();
      waiting.push(() =>
        own.lasting(60).run(() => {
          contexts.push([currentTenantOrCode() === own.tenantId, tenantContext()?.exchange === exchangeOf(request)]);
          response.end();
        }),
      );
      if (waiting.length === 2) for (const go of waiting) go();
    });

    await Promise.all(['acme', 'globex'].map((tenant) => fetch(`${url}/${tenant}`)));

    expect(contexts).toEqual([
      [true, true],
      [true, true],
    ]);
  });

  it("has no tenant after the response in an adapter's own steps, but keeps it in a handler", async () => {
    const late = Promise.withResolvers<string[]>();
    const { url, close } = await listen((request, response) => {
      const http = { request, response };
      const current = tenantAwsOf('acme');
      runForRequest(http, { current, purpose: 'request' }, () => {
        const adapters = once(response, 'close').then(async () => (await aTurn(), currentTenantOrCode()));
        response.on('close', () => response.emit('seen', currentTenantOrCode()));
        const listeners = once(response, 'seen').then(([tenant]) => tenant as string);
        const handlers = runForRequest(http, { current, purpose: 'handler' }, () =>
          once(response, 'close').then(async () => (await aTurn(), currentTenantOrCode())),
        );
        late.resolve(Promise.all([adapters, listeners, handlers]));
        response.end();
      });
    });
    onTestFinished(close);
    await fetch(url);

    expect(await late.promise).toEqual(['no_tenant', 'no_tenant', 'acme']);
  });
});
