import { Stream } from 'node:stream';

export type Entry = readonly [key: string, value: unknown];

export interface Range {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
}

/** The stream from which dynalite reads values. */
export type ValueStream = Stream & { destroy(): void };

/** A stream with the events that dynalite listens to. An exception of a listener becomes an `error` event instead of an uncaught exception. */
export function stream(values: readonly unknown[]): ValueStream {
  let open = true;
  const emitter = Object.assign(new Stream(), {
    destroy() {
      open = false;
    },
  });
  queueMicrotask(() => {
    try {
      for (const value of values) if (open) emitter.emit('data', value);
      if (open) emitter.emit('end');
    } catch (error) {
      emitter.emit('error', error);
    }
  });
  return emitter;
}

/** The values whose keys are in a range, ordered by key. */
export function inRange(entries: readonly Entry[], { gt, gte, lt, lte, reverse = false }: Range): unknown[] {
  const sorted = entries
    .filter(([key]) => (gt === undefined || key > gt) && (gte === undefined || key >= gte))
    .filter(([key]) => (lt === undefined || key < lt) && (lte === undefined || key <= lte))
    .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([, value]) => value);
  return reverse ? sorted.toReversed() : sorted;
}
