import { Readable } from 'node:stream';
import type { Release } from './socket-shares.ts';

/**
 * The body of a response, without the way from it to the request. Node's own bodies lead to the request that they answer,
 * whose headers hold the session token and the signature: `util.inspect` and loggers that walk everything would print them.
 */
export class DetachedBody extends Readable {
  readonly #source: Readable;

  /**
   * @param source Node's own body
   * @param done called when the source needs its socket no longer
   */
  constructor(source: Readable, done: Release) {
    super();
    this.#source = source;
    source.on('data', (chunk: unknown) => {
      if (!this.push(chunk)) source.pause();
    });
    source.once('end', () => {
      done();
      this.push(null);
    });
    source.once('error', (error) => this.destroy(error));
    source.once('close', () => {
      done();
      if (!source.readableEnded) this.destroy();
    });
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (!this.#source.readableEnded) this.#source.destroy(error ?? undefined);
    // As Node's own bodies do: an error is only emitted where somebody listens, because nobody may be reading yet.
    process.nextTick(() => callback(this.listenerCount('error') === 0 ? null : error));
  }
}
