import { Readable } from 'node:stream';
import type { Release } from './socket-shares.ts';

/**
 * The body of a response, without a reference to its request. A body of Node refers to its request, whose headers contain the
 * session token and the signature: `util.inspect`, and loggers that print every property, would show them.
 */
export class DetachedBody extends Readable {
  readonly #source: Readable;

  /**
   * @param source Node's own body
   * @param release called when the source does not need its socket any more
   */
  constructor(source: Readable, release: Release) {
    super();
    this.#source = source;
    source.on('data', (chunk: unknown) => {
      if (!this.push(chunk)) source.pause();
    });
    source.once('end', () => {
      release();
      this.push(null);
    });
    source.once('error', (error) => this.destroy(error));
    source.once('close', () => {
      release();
      if (!source.readableEnded) this.destroy();
    });
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (!this.#source.readableEnded) this.#source.destroy(error ?? undefined);
    // As in Node's own bodies, an error is only emitted if it has a listener: the body may not have a reader yet.
    process.nextTick(() => callback(this.listenerCount('error') === 0 ? null : error));
  }
}
