import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What the way to a server is like. Members combine; without any, everything passes. */
export interface Weather {
  /** Connections are refused, and those that stand are reset. */
  readonly refuse?: boolean;
  /** Connections are accepted, requests are read, and no answer comes. */
  readonly hang?: boolean;
  /** Each piece of an answer comes so many milliseconds late. */
  readonly delayMs?: number;
  /** Answers come one byte at a time, with so many milliseconds between. */
  readonly dripMs?: number;
  /** The connection ends in good order after so many bytes of an answer. */
  readonly cutAfterBytes?: number;
  /** The connection is reset after so many bytes of an answer. */
  readonly resetAfterBytes?: number;
}

/** One connection through the proxy. */
interface Passage {
  readonly near: Socket;
  readonly far: Socket;
  /** Bytes of the answer to the latest request. */
  answered: number;
  /** What has come of the answer and has not been passed on. */
  pending: Buffer[];
  passing: boolean;
}

/** A TCP proxy on loopback, whose weather changes while it runs. It knows bytes and no protocol. */
export class Proxy {
  readonly port: number;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #passages = new Set<Passage>();
  readonly #timers = new Map<NodeJS.Timeout, () => void>();
  #server: Server | undefined;
  #weather: Weather = {};
  #closed = false;

  private constructor(target: URL, server: Server) {
    this.#target = { host: target.hostname, port: Number(target.port) };
    this.port = (server.address() as AddressInfo).port;
    this.#open(server);
  }

  /** @param target where everything goes, such as `http://127.0.0.1:8080` */
  static async start(target: string): Promise<Proxy> {
    return new Proxy(new URL(target), await listening(0));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Connections that stand. */
  get connections(): number {
    return this.#passages.size;
  }

  /** From here on the weather is this, for connections that stand as for new ones; what was held back goes on under it. */
  async become(weather: Weather): Promise<void> {
    this.#weather = weather;
    if (weather.refuse) await this.#refuse();
    else if (this.#server === undefined && !this.#closed) this.#open(await listening(this.port));
    for (const resume of this.#timers.values()) resume();
    for (const passage of this.#passages) void this.#pass(passage);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#weather = {};
    for (const resume of this.#timers.values()) resume();
    await this.#refuse();
  }

  #open(server: Server): void {
    this.#server = server;
    server.on('connection', (near) => this.#enter(near));
  }

  async #refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const { near, far } of this.#passages) for (const socket of [near, far]) socket.resetAndDestroy();
    this.#passages.clear();
    if (server === undefined) return;
    server.close();
    await once(server, 'close');
  }

  #enter(near: Socket): void {
    const passage: Passage = { near, far: connect(this.#target), answered: 0, pending: [], passing: false };
    this.#passages.add(passage);
    for (const socket of [near, passage.far]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined); // told by the `close` that follows
      socket.on('close', () => this.#end(passage));
    }
    near.on('data', (chunk) => {
      passage.answered = 0;
      passage.far.write(chunk);
    });
    near.on('end', () => passage.far.end());
    passage.far.on('data', (chunk) => {
      passage.pending.push(chunk);
      void this.#pass(passage);
    });
  }

  /** One side that is gone takes the other with it: as soon as what it had said is passed on, for a good end of the server's. */
  #end(passage: Passage): void {
    const { near, far, pending } = passage;
    if (far.destroyed && !near.destroyed && (pending.length > 0 || passage.passing)) return;
    near.destroy();
    far.destroy();
    this.#passages.delete(passage);
  }

  /** Passes on what has come, in order, each piece under the weather of its moment. */
  async #pass(passage: Passage): Promise<void> {
    if (passage.passing) return;
    passage.passing = true;
    for (let piece = passage.pending[0]; piece !== undefined && !this.#weather.hang; piece = passage.pending[0]) {
      const { delayMs = 0, dripMs } = this.#weather;
      await this.#hold(dripMs ?? delayMs);
      if (passage.near.destroyed) break;
      if (this.#weather.hang) continue;
      const size = this.#weather.dripMs === undefined ? piece.length : 1;
      if (size < piece.length) passage.pending[0] = piece.subarray(size);
      else passage.pending.shift();
      if (!this.#forward(passage, piece.subarray(0, size))) break;
    }
    passage.passing = false;
    if (passage.near.destroyed || passage.far.destroyed) this.#end(passage);
  }

  /** @returns whether the connection still stands */
  #forward(passage: Passage, bytes: Buffer): boolean {
    const { cutAfterBytes, resetAfterBytes } = this.#weather;
    const room = Math.min(cutAfterBytes ?? Number.POSITIVE_INFINITY, resetAfterBytes ?? Number.POSITIVE_INFINITY) - passage.answered;
    passage.answered += bytes.length;
    if (bytes.length <= room) return passage.near.write(bytes) || !passage.near.destroyed;
    passage.pending = [];
    const last = bytes.subarray(0, Math.max(0, room));
    if (resetAfterBytes === undefined) passage.near.end(last);
    else passage.near.write(last, () => passage.near.resetAndDestroy());
    passage.far.destroy();
    return false;
  }

  /** Waits, until the weather changes at the longest. */
  #hold(ms: number): Promise<void> {
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
