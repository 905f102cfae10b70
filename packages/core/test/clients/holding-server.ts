import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that does not respond until `release()` is called. */
export interface HoldingServer extends AsyncDisposable {
  readonly url: string;
  /** The number of requests since the start. */
  readonly count: number;
  /** Resolves when this number of requests has arrived since the start. */
  arrived(count: number): Promise<void>;
  /** Responds to all held requests, and to later ones immediately. */
  release(): void;
}

export async function startHoldingServer(body = ''): Promise<HoldingServer> {
  const held: (() => void)[] = [];
  let isHolding = true;
  let count = 0;
  const server = createServer((_request, response) => {
    count += 1;
    if (isHolding) held.push(() => response.end(body));
    else response.end(body);
    server.emit('held');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const release = (): void => {
    isHolding = false;
    for (const respond of held.splice(0)) respond();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get count() {
      return count;
    },
    arrived: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => (count < wanted ? void server.once('held', look) : resolve());
        look();
      }),
    release,
    async [Symbol.asyncDispose]() {
      release();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
