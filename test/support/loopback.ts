import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';

/** A server on loopback, on a free port. */
export interface Listening {
  readonly url: string;
  /** Also closes its connections. */
  readonly close: () => Promise<void>;
}

/** Longer than clients keep an idle connection. Otherwise a client may send a request while the server closes the connection. */
export const KEEP_ALIVE_MS = 65_000;

/** No process listens on port 1: a connection is refused. */
export const NOBODY_LISTENS = 'http://127.0.0.1:1/jwks.json';

export async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
