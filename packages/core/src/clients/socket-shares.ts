import { ConnectionUnavailableError } from '../errors.ts';
import { SocketQueue } from './socket-queue.ts';

/** Milliseconds that a call waits for a socket. */
const MAX_WAIT_MS = 5_000;

/** Releases a socket; calling it again does nothing. */
export type Release = () => void;

type Outcome = 'acquired' | 'timeout' | 'aborted';
type Queue = SocketQueue<(outcome: Outcome) => void>;

/** The sockets to each endpoint. Each tenant has a share of them. A call waits at most five seconds; {@link SocketQueue} decides which call is next. */
export class SocketShares {
  readonly #sockets: number;
  readonly #queues = new Map<string, Queue>();

  /** @param sockets the highest number of sockets to one endpoint */
  constructor(sockets: number) {
    this.#sockets = sockets;
  }

  /**
   * Takes a socket, without waiting if one is free for this tenant. Returns `undefined` if the call is aborted.
   *
   * @throws {@link ConnectionUnavailableError} no socket became free in time
   */
  acquire(endpoint: string, tenantId: string, signal: AbortSignal | undefined): Release | undefined | Promise<Release | undefined> {
    if (signal?.aborted === true) return undefined;
    const queue: Queue = this.#queues.get(endpoint) ?? new SocketQueue(this.#sockets);
    this.#queues.set(endpoint, queue);
    return queue.tryAcquire(tenantId) ? this.#releaseOf(endpoint, queue, tenantId) : this.#wait(endpoint, queue, tenantId, signal);
  }

  async #wait(endpoint: string, queue: Queue, tenantId: string, signal: AbortSignal | undefined): Promise<Release | undefined> {
    const outcome = await new Promise<Outcome>((resolve) => {
      const cancel = (given: Outcome): void => {
        queue.cancel(tenantId, settle);
        settle(given);
      };
      const abort = (): void => cancel('aborted');
      const timeout = setTimeout(cancel, MAX_WAIT_MS, 'timeout');
      const settle = (given: Outcome): void => {
        clearTimeout(timeout);
        signal?.removeEventListener('abort', abort);
        resolve(given);
      };
      queue.wait(tenantId, settle);
      signal?.addEventListener('abort', abort, { once: true });
    });
    if (outcome === 'acquired') return this.#releaseOf(endpoint, queue, tenantId);
    this.#forget(endpoint, queue);
    if (outcome === 'aborted') return undefined;
    throw new ConnectionUnavailableError({ detail: { tenantId, endpoint, waitedMs: MAX_WAIT_MS } });
  }

  #releaseOf(endpoint: string, queue: Queue, tenantId: string): Release {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      queue.release(tenantId)?.('acquired');
      this.#forget(endpoint, queue);
    };
  }

  #forget(endpoint: string, queue: Queue): void {
    // An aborted call may do this late, when another queue is in use for the endpoint.
    if (queue.isIdle && this.#queues.get(endpoint) === queue) this.#queues.delete(endpoint);
  }
}
