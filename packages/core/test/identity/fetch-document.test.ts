import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../../../test/support/loopback.ts';
import { fetchDocument } from '../../src/identity/fetch-document.ts';

async function serve(listener: RequestListener): Promise<URL> {
  const { url, close } = await listen(listener);
  onTestFinished(close);
  return new URL(`${url}/keys`);
}

const soon = (): AbortSignal => AbortSignal.timeout(100);
const never = (): AbortSignal => new AbortController().signal;

describe('fetchDocument', () => {
  it('reads a JSON document', async () => {
    const url = await serve((_, response) => response.end('{"keys":[]}'));
    await expect(fetchDocument(url, never())).resolves.toEqual({ keys: [] });
  });

  it('accepts a document of 1 MiB, and refuses one byte more', async () => {
    const full = await serve((_, response) => response.end(JSON.stringify('a'.repeat(1_048_574))));
    await expect(fetchDocument(full, never())).resolves.toHaveLength(1_048_574);
    const over = await serve((_, response) => response.end(JSON.stringify('a'.repeat(1_048_575))));
    await expect(fetchDocument(over, never())).rejects.toThrow(`${over.href} responded with more than 1048576 bytes`);
  });

  it('stops reading a response of 64 MiB', async () => {
    let sent = 0;
    let closed: Promise<unknown> | undefined;
    const url = await serve((_, response) => {
      closed = once(response, 'close');
      const send = (): void => {
        for (; sent < 64; sent += 1) if (!response.write(' '.repeat(1_048_576))) return void response.once('drain', send);
        response.end();
      };
      send();
    });
    await expect(fetchDocument(url, never())).rejects.toThrow('responded with more than 1048576 bytes');
    await closed;
    expect(sent).toBeLessThan(64);
  });

  it('counts the bytes after decompression', async () => {
    const bomb = gzipSync(' '.repeat(10 * 1_048_576));
    expect(bomb.length).toBeLessThan(20_000);
    const url = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    await expect(fetchDocument(url, never())).rejects.toThrow('responded with more than 1048576 bytes');
  });

  it('aborts a request without response', async () => {
    const url = await serve(() => undefined);
    await expect(fetchDocument(url, soon())).rejects.toThrow(`${url.href} did not respond in time`);
  });

  it('aborts a response that arrives too slowly', async () => {
    const url = await serve((_, response) => {
      const timer = setInterval(() => response.write(' '), 10);
      response.once('close', () => clearInterval(timer));
    });
    await expect(fetchDocument(url, soon())).rejects.toThrow('did not respond in time');
  });

  it.each([301, 302, 303, 307, 308])('does not follow a redirect with status %i', async (status) => {
    let followed = false;
    const target = await serve((_, response) => {
      followed = true;
      response.end('{"keys":[]}');
    });
    const url = await serve((_, response) => response.writeHead(status, { location: target.href }).end('{"keys":[]}'));
    await expect(fetchDocument(url, never())).rejects.toThrow(`responded with status ${status}, and redirects are not followed`);
    expect(followed).toBe(false);
  });

  it.each([204, 404, 429, 500, 503])('refuses a response with status %i', async (status) => {
    const url = await serve((_, response) => response.writeHead(status).end(status === 204 ? undefined : '{"keys":[]}'));
    await expect(fetchDocument(url, never())).rejects.toThrow(`${url.href} responded with status ${status}`);
  });

  it('refuses a body that is not JSON, and does not quote it', async () => {
    const url = await serve((_, response) => response.end('<html>canary</html>'));
    await expect(fetchDocument(url, never())).rejects.toThrow(new Error(`${url.href} responded with a body that is not JSON`));
  });

  it('reports that no server listens', async () => {
    const { url: origin, close } = await listen(() => undefined);
    await close();
    const url = new URL(origin);
    await expect(fetchDocument(url, never())).rejects.toThrow(`${url.href} cannot be reached`);
  });

  it('reports a lost connection after one retry', async () => {
    let requests = 0;
    const url = await serve((request) => {
      requests += 1;
      request.socket.destroy();
    });
    await expect(fetchDocument(url, never())).rejects.toThrow(`${url.href} cannot be reached`);
    expect(requests).toBe(2);
  });

  it('retries on another connection if the pooled one was closed in the meantime', async () => {
    const used = new WeakSet<object>();
    let broken = 0;
    const url = await serve(({ socket }, response) => {
      if (used.has(socket)) {
        broken += 1;
        return void socket.destroy();
      }
      used.add(socket);
      return void response.end('{"keys":[]}');
    });
    for (let round = 0; round < 3; round += 1) await expect(fetchDocument(url, never())).resolves.toEqual({ keys: [] });
    expect(broken).toBeGreaterThan(0);
  });
});
