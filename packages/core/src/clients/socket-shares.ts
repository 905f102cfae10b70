import { ConnectionUnavailableError } from '../errors.ts';
import { SocketLine } from './socket-line.ts';

/** Milliseconds that a call waits for a socket. */
const LONGEST_WAIT_MS = 5_000;

/** Gives a socket back; calling it again does nothing. */
export type Release = () => void;

type Answer = 'socket' | 'late' | 'aborted';
type Line = SocketLine<(answer: Answer) => void>;

/** The sockets to each endpoint, with a share for each tenant: a call waits for one at most five seconds. Which call is next, {@link SocketLine} knows. */
export class SocketShares {
  readonly #sockets: number;
  readonly #lines = new Map<string, Line>();

  /** @param sockets to one endpoint */
  constructor(sockets: number) {
    this.#sockets = sockets;
  }

  /**
   * Takes a socket, at once where one is free for this tenant. `undefined`: the call is aborted, and needs none.
   *
   * @throws {@link ConnectionUnavailableError} none became free in time
   */
  take(endpoint: string, tenantId: string, signal: AbortSignal | undefined): Release | undefined | Promise<Release | undefined> {
    if (signal?.aborted === true) return undefined;
    const line: Line = this.#lines.get(endpoint) ?? new SocketLine(this.#sockets);
    this.#lines.set(endpoint, line);
    return line.enter(tenantId) ? this.#releaseOf(endpoint, line, tenantId) : this.#wait(endpoint, line, tenantId, signal);
  }

  async #wait(endpoint: string, line: Line, tenantId: string, signal: AbortSignal | undefined): Promise<Release | undefined> {
    const answer = await new Promise<Answer>((resolve) => {
      const waiting = line.join(tenantId, (given) => settle(given));
      const quit = (given: Answer): void => {
        line.quit(waiting);
        settle(given);
      };
      const abort = (): void => quit('aborted');
      const late = setTimeout(quit, LONGEST_WAIT_MS, 'late');
      const settle = (given: Answer): void => {
        clearTimeout(late);
        signal?.removeEventListener('abort', abort);
        resolve(given);
      };
      signal?.addEventListener('abort', abort, { once: true });
    });
    if (answer === 'socket') return this.#releaseOf(endpoint, line, tenantId);
    this.#forget(endpoint, line);
    if (answer === 'aborted') return undefined;
    throw new ConnectionUnavailableError({ detail: { tenantId, endpoint, waitedMs: LONGEST_WAIT_MS } });
  }

  #releaseOf(endpoint: string, line: Line, tenantId: string): Release {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      line.leave(tenantId)?.('socket');
      this.#forget(endpoint, line);
    };
  }

  #forget(endpoint: string, line: Line): void {
    if (line.isIdle) this.#lines.delete(endpoint);
  }
}
