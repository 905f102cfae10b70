import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type RequestListener, type Server } from 'node:http';
import { close, listen } from '../loopback.ts';

interface KoaApp {
  callback(): RequestListener;
}

interface NestApp {
  getHttpServer(): Server;
  listen(port: number, host: string): Promise<unknown>;
  close(): Promise<void>;
}

/** An app that receives requests at its origin. */
export interface ServedApp {
  readonly origin: string;
  close(): Promise<void>;
}

const LISTEN_TIMEOUT_MS = 10_000;
const LISTENING = 'tracing:net.server.listen:asyncEnd';
const KINDS =
  'an Express app, a Koa app, a NestJS application, an http.Server, a listener or a URL, or a module that exports one of them as `app` or listens itself';

/** What was loaded before. A module is created once in a process, so its app has the configuration of the test that loaded it first. */
const loadedBefore = new WeakSet<object>();

/**
 * Loads an app and serves it on 127.0.0.1. An app that listens itself is used as it is: its first server receives the requests.
 *
 * @throws TypeError if the loaded value is not an app, and nothing listens
 */
export async function serveApp(load: () => unknown): Promise<ServedApp> {
  const own = new OwnServers();
  try {
    const loaded = await load();
    checkNew(loaded);
    const served = await serve(loaded, own);
    const close = async (): Promise<void> => {
      await served.close();
      await own.close();
    };
    return { origin: served.origin, close };
  } catch (error) {
    await own.close();
    throw error;
  } finally {
    own.stopWatching();
  }
}

function checkNew(loaded: unknown): void {
  if ((typeof loaded !== 'object' && typeof loaded !== 'function') || loaded === null || loaded instanceof URL) return;
  if (loadedBefore.has(loaded))
    throw new TypeError(
      '`app` returned an app of an earlier isolation test, which uses a local AWS that has stopped: start one test for the whole file',
    );
  loadedBefore.add(loaded);
}

async function serve(loaded: unknown, own: OwnServers): Promise<ServedApp> {
  const app = findApp(loaded);
  if (app === undefined) return { origin: originOf(await own.first()), close: async () => {} };
  if (typeof app === 'string') return { origin: app, close: async () => {} };
  if (isNest(app)) {
    const server = app.getHttpServer();
    if (!server.listening) await app.listen(0, '127.0.0.1');
    return { origin: originOf(app.getHttpServer()), close: () => app.close() };
  }
  const server = typeof app === 'function' ? createServer(app) : app;
  if (server.listening) return { origin: originOf(server), close: () => closed(server) };
  return { origin: await listen(server, 0), close: () => closed(server) };
}

/** The app in a value; in a module, its export. */
function findApp(value: unknown, depth = 2): RequestListener | Server | NestApp | string | undefined {
  if (value instanceof URL) return value.origin;
  if (typeof value === 'string' && URL.canParse(value)) return new URL(value).origin;
  if (typeof value === 'function') return value as RequestListener;
  if (typeof value !== 'object' || value === null) return undefined;
  if (isNest(value)) return value;
  if (isServer(value)) return value;
  if (isKoa(value)) return value.callback();
  for (const name of ['app', 'server', 'default']) {
    const found = depth > 0 && name in value ? findApp(Reflect.get(value, name), depth - 1) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isNest(value: object | string): value is NestApp {
  return typeof value === 'object' && hasMethods(value, ['getHttpServer', 'listen', 'close']);
}

function isServer(value: object): value is Server {
  return hasMethods(value, ['listen', 'address', 'close']) && 'listening' in value;
}

function isKoa(value: object): value is KoaApp {
  return hasMethods(value, ['callback', 'listen']);
}

function hasMethods(value: object, names: readonly string[]): boolean {
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}

/** The servers that an app starts by itself while it is loaded. */
class OwnServers {
  readonly #servers = new Set<Server>();
  #resolve: (server: Server) => void = () => {};
  readonly #first = new Promise<Server>((resolve) => (this.#resolve = resolve));
  readonly #onListening = (message: unknown): void => {
    const { server } = message as { readonly server: Server };
    this.#servers.add(server);
    this.#resolve(server);
  };

  constructor() {
    subscribe(LISTENING, this.#onListening);
  }

  /** @throws TypeError if no server listens in time */
  async first(): Promise<Server> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TypeError(`\`app\` must return ${KINDS}`)), LISTEN_TIMEOUT_MS);
    });
    return Promise.race([this.#first, late]).finally(() => clearTimeout(timer));
  }

  stopWatching(): void {
    unsubscribe(LISTENING, this.#onListening);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers].map(closed));
  }
}

function originOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('the server of `app` does not listen on a port');
  const isAny = address.address === '::' || address.address === '0.0.0.0';
  const host = isAny ? '127.0.0.1' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

/** Closes a server that may be closed already. */
async function closed(server: Server): Promise<void> {
  if (server.listening) await close(server);
}
