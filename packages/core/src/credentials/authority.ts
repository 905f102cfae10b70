import type { LRUCache } from 'lru-cache';
import { boundedMap } from '../bounded-map.ts';

/** Shared by all identities with the same credentials. */
export interface Authority {
  /** Credentials are not renewed after this time, in milliseconds of the epoch. */
  until: number;
}

/**
 * The latest expiry among the identities that requested the credentials of one slot. It belongs to the identities, not to the
 * cache entry: it stays when the entry is dropped or evicted.
 */
export class Authorities {
  readonly #bySlot: LRUCache<string, Authority>;

  constructor(max: number) {
    this.#bySlot = boundedMap(max);
  }

  /** Records that an identity which expires at `until` requests the credentials of this slot. */
  extend(key: string, until: number): Authority {
    const known = this.#bySlot.get(key);
    if (known !== undefined) {
      known.until = Math.max(known.until, until);
      return known;
    }
    const authority = { until };
    this.#bySlot.set(key, authority);
    return authority;
  }
}
