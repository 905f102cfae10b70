import { Stream } from 'node:stream';

/** The stream from which dynalite reads values. */
export type ValueStream = Stream & { destroy(): void };

/**
 * A stream with the events that dynalite listens to. It takes no value after `destroy`: dynalite destroys it at the limit of a page.
 * An exception of a listener becomes an `error` event instead of an uncaught exception.
 */
export function stream(values: Iterable<unknown>): ValueStream {
  let open = true;
  const emitter = Object.assign(new Stream(), {
    destroy() {
      open = false;
    },
  });
  queueMicrotask(() => {
    try {
      for (const value of values) {
        emitter.emit('data', value);
        if (!open) return;
      }
      emitter.emit('end');
    } catch (error) {
      emitter.emit('error', error);
    }
  });
  return emitter;
}
