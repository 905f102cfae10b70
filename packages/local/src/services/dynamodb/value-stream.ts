import { Stream } from 'node:stream';

/** A key and its value. */
export type Entry = readonly [key: string, value: unknown];

/** A range of keys. */
export interface Range {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
}

/** What dynalite reads many values from. */
export type ValueStream = Stream & { destroy(): void };

/** What dynalite's reader of streams needs of one. What its listeners throw is the stream's error, never an uncaught one. */
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

/** The values whose keys are in a range, in the order of their keys. */
export function inRange(entries: readonly Entry[], { gt, gte, lt, lte, reverse = false }: Range): unknown[] {
  const sorted = entries
    .filter(([key]) => (gt === undefined || key > gt) && (gte === undefined || key >= gte))
    .filter(([key]) => (lt === undefined || key < lt) && (lte === undefined || key <= lte))
    .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([, value]) => value);
  return reverse ? sorted.toReversed() : sorted;
}
