import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Proxy } from './proxy.ts';

const BODY = 'the whole response';

let server: Server;
let proxy: Proxy;
beforeEach(async () => {
  server = createServer((_req, res) => res.end(BODY)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await Proxy.start(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  await proxy.close();
  expect(proxy.connections).toBe(0);
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

/** The body of the response, or the error's code. */
function request(): Promise<string> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
    const sent = get(proxy.url, { agent: false }, (response) => void text(response).then(resolve, failed));
    sent.on('error', failed);
  });
}

it('forwards everything without faults', async () => {
  expect(await request()).toBe(BODY);
});

it.each([
  ['refuses', { refuse: true }, 'ECONNREFUSED'],
  ['resets immediately', { resetAfterBytes: 0 }, 'ECONNRESET'],
  ['resets within the response', { resetAfterBytes: 100 }, 'ECONNRESET'],
  ['closes within the response', { cutAfterBytes: 100 }, 'ECONNRESET'], // Node's code for an incomplete response
  ['closes before the response', { cutAfterBytes: 0 }, 'ECONNRESET'],
])('%s, and forwards everything again afterwards', async (_name, faults, code) => {
  await proxy.setFaults(faults);
  expect(await request()).toBe(code);
  await proxy.setFaults({});
  expect(await request()).toBe(BODY);
});

it.each([
  ['hangs', { hang: true }],
  ['delays', { delayMs: 2 ** 31 - 1 }],
  ['drips', { dripMs: 2 ** 31 - 1 }],
])('%s, and forwards what it held back when the faults end', async (_name, faults) => {
  await proxy.setFaults(faults);
  let answered = false;
  const response = request().finally(() => {
    answered = true;
  });
  await once(server, 'request');
  await new Promise((resolve) => setImmediate(resolve));
  expect(answered).toBe(false);
  await proxy.setFaults({});
  expect(await response).toBe(BODY);
});

it('drips a whole response byte by byte', async () => {
  await proxy.setFaults({ dripMs: 1 });
  expect(await request()).toBe(BODY);
});

it('resets hanging connections when it starts to refuse', async () => {
  await proxy.setFaults({ hang: true });
  const response = request();
  await once(server, 'request');
  await proxy.setFaults({ refuse: true });
  expect(await response).toBe('ECONNRESET');
});

it('resets hanging connections when it closes', async () => {
  await proxy.setFaults({ hang: true });
  const response = request();
  await once(server, 'request');
  await proxy.close();
  expect(await response).toBe('ECONNRESET');
});
