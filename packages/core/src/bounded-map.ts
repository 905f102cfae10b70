import { LRUCache } from 'lru-cache';

/**
 * A map that evicts its least recently used member, and whose memory grows with its contents. With its option `max`, lru-cache
 * allocates the memory of all members when it is created: 3 MB for the caches of a machine. With `maxSize` it does not.
 *
 * @param dispose called with each member that is evicted, replaced or deleted
 */
export function boundedMap<Value extends object>(
  max: number,
  dispose: (value: Value, key: string) => void = () => undefined,
): LRUCache<string, Value> {
  return new LRUCache({ maxSize: max, sizeCalculation: () => 1, dispose });
}
