import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Faults of the connections to a server. Members combine. Without any, all bytes are forwarded. */
export interface ProxyFaults {
  /** New connections are refused, and open ones are reset. */
  readonly refuse?: boolean;
  /** Connections are accepted and requests are read, but no response is forwarded. */
  readonly hang?: boolean;
  /** Each chunk of a response is delayed by this many milliseconds. */
  readonly delayMs?: number;
  /** Responses are forwarded one byte at a time, with this many milliseconds between. */
  readonly dripMs?: number;
  /** The connection is closed normally after this many bytes of a response. */
  readonly cutAfterBytes?: number;
  /** The connection is reset after this many bytes of a response. */
  readonly resetAfterBytes?: number;
}

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  /** Bytes of the response to the latest request that were forwarded. */
  forwarded: number;
  /** Chunks of the response that were not forwarded yet. */
  pending: Buffer[];
  forwarding: boolean;
}

/** A TCP proxy on loopback with faults that change while it runs. It forwards bytes and parses no protocol. */
export class Proxy {
  readonly port: number;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #connections = new Set<Connection>();
  readonly #timers = new Map<NodeJS.Timeout, () => void>();
  #server: Server | undefined;
  #faults: ProxyFaults = {};
  #closed = false;

  private constructor(target: URL, server: Server) {
    this.#target = { host: target.hostname, port: Number(target.port) };
    this.port = (server.address() as AddressInfo).port;
    this.#open(server);
  }

  /** @param target the URL of the server, such as `http://127.0.0.1:8080` */
  static async start(target: string): Promise<Proxy> {
    return new Proxy(new URL(target), await listening(0));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The number of open connections. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Replaces the faults, for open connections and new ones. Bytes that were held back are forwarded under the new faults. */
  async setFaults(faults: ProxyFaults): Promise<void> {
    this.#faults = faults;
    if (faults.refuse) await this.#refuse();
    else if (this.#server === undefined && !this.#closed) this.#open(await listening(this.port));
    for (const resume of this.#timers.values()) resume();
    for (const connection of this.#connections) void this.#forwardPending(connection);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#faults = {};
    for (const resume of this.#timers.values()) resume();
    await this.#refuse();
  }

  #open(server: Server): void {
    this.#server = server;
    server.on('connection', (client) => this.#accept(client));
  }

  async #refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const connection of this.#connections) for (const socket of [connection.client, connection.server]) socket.resetAndDestroy();
    this.#connections.clear();
    if (server === undefined) return;
    server.close();
    await once(server, 'close');
  }

  #accept(client: Socket): void {
    const connection: Connection = { client, server: connect(this.#target), forwarded: 0, pending: [], forwarding: false };
    this.#connections.add(connection);
    for (const socket of [client, connection.server]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined); // `close` follows
      socket.on('close', () => this.#end(connection));
    }
    client.on('data', (chunk) => {
      connection.forwarded = 0;
      connection.server.write(chunk);
    });
    client.on('end', () => connection.server.end());
    connection.server.on('data', (chunk) => {
      connection.pending.push(chunk);
      void this.#forwardPending(connection);
    });
  }

  /** When one side closes, the other is closed as well. If the server closes normally, its last bytes are forwarded first. */
  #end(connection: Connection): void {
    const { client, server, pending } = connection;
    if (server.destroyed && !client.destroyed && (pending.length > 0 || connection.forwarding)) return;
    client.destroy();
    server.destroy();
    this.#connections.delete(connection);
  }

  /** Forwards the pending chunks in order, each under the faults of that time. */
  async #forwardPending(connection: Connection): Promise<void> {
    if (connection.forwarding) return;
    connection.forwarding = true;
    for (let chunk = connection.pending[0]; chunk !== undefined && !this.#faults.hang; chunk = connection.pending[0]) {
      const { delayMs = 0, dripMs } = this.#faults;
      await this.#wait(dripMs ?? delayMs);
      if (connection.client.destroyed) break;
      if (this.#faults.hang) continue;
      const size = this.#faults.dripMs === undefined ? chunk.length : 1;
      if (size < chunk.length) connection.pending[0] = chunk.subarray(size);
      else connection.pending.shift();
      if (!this.#forward(connection, chunk.subarray(0, size))) break;
    }
    connection.forwarding = false;
    if (connection.client.destroyed || connection.server.destroyed) this.#end(connection);
  }

  /** @returns whether the connection is still open */
  #forward(connection: Connection, bytes: Buffer): boolean {
    const { cutAfterBytes, resetAfterBytes } = this.#faults;
    const limit = Math.min(cutAfterBytes ?? Number.POSITIVE_INFINITY, resetAfterBytes ?? Number.POSITIVE_INFINITY) - connection.forwarded;
    connection.forwarded += bytes.length;
    if (bytes.length <= limit) return connection.client.write(bytes) || !connection.client.destroyed;
    connection.pending = [];
    const last = bytes.subarray(0, Math.max(0, limit));
    if (resetAfterBytes === undefined) connection.client.end(last);
    else connection.client.write(last, () => connection.client.resetAndDestroy());
    connection.server.destroy();
    return false;
  }

  /** Waits, at most until the faults change. */
  #wait(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#timers.delete(timer);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#timers.set(timer, done);
    });
  }
}

async function listening(port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
