import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Proxy } from './proxy.ts';

const BODY = 'the whole answer';

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

/** The answer's text, or the code of what went wrong. */
function ask(): Promise<string> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
    const sent = get(proxy.url, { agent: false }, (response) => void text(response).then(resolve, failed));
    sent.on('error', failed);
  });
}

it('lets everything pass in good weather', async () => {
  expect(await ask()).toBe(BODY);
});

it.each([
  ['refuses', { refuse: true }, 'ECONNREFUSED'],
  ['resets at once', { resetAfterBytes: 0 }, 'ECONNRESET'],
  ['resets within the answer', { resetAfterBytes: 100 }, 'ECONNRESET'],
  ['cuts within the answer', { cutAfterBytes: 100 }, 'ECONNRESET'], // Node's word for an answer that ends too early
  ['cuts before the answer', { cutAfterBytes: 0 }, 'ECONNRESET'],
])('%s, and lets everything pass again after it', async (_name, weather, code) => {
  await proxy.become(weather);
  expect(await ask()).toBe(code);
  await proxy.become({});
  expect(await ask()).toBe(BODY);
});

it.each([
  ['hangs', { hang: true }],
  ['delays', { delayMs: 2 ** 31 - 1 }],
  ['drips', { dripMs: 2 ** 31 - 1 }],
])('%s, and gives what it held when the weather clears', async (_name, weather) => {
  await proxy.become(weather);
  let answered = false;
  const asked = ask().finally(() => {
    answered = true;
  });
  await once(server, 'request');
  await new Promise((resolve) => setImmediate(resolve));
  expect(answered).toBe(false);
  await proxy.become({});
  expect(await asked).toBe(BODY);
});

it('drips a whole answer, one byte after the other', async () => {
  await proxy.become({ dripMs: 1 });
  expect(await ask()).toBe(BODY);
});

it('resets what hangs when it begins to refuse', async () => {
  await proxy.become({ hang: true });
  const asked = ask();
  await once(server, 'request');
  await proxy.become({ refuse: true });
  expect(await asked).toBe('ECONNRESET');
});

it('ends what hangs when it closes', async () => {
  await proxy.become({ hang: true });
  const asked = ask();
  await once(server, 'request');
  await proxy.close();
  expect(await asked).toBe('ECONNRESET');
});
