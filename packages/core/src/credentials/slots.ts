import type { LRUCache } from 'lru-cache';
import { boundedMap } from '../bounded-map.ts';
import type { Entry } from './entry.ts';

/**
 * What all grants of one shape share: they lead to the same AssumeRole request. Each grant refers to its slot, so that a request
 * finds its credentials without a look-up.
 */
export interface Slot {
  /** See `shapeKey`. */
  readonly key: string;
  readonly tenantId: string;
  /** Credentials are not renewed after this time, in milliseconds of the epoch. */
  authorityUntil: number;
  /** Present while the cache has the credentials. Only the cache sets it. */
  entry: Entry | undefined;
  /** The number of vended credentials when the slot was last marked as used. */
  usedAt: number;
}

/**
 * The slots of the grants in use. `authorityUntil` is the latest expiry among the identities that requested the credentials. It
 * belongs to the identities, not to the credentials: it stays when the cache evicts or drops these.
 */
export class Slots {
  readonly #byKey: LRUCache<string, Slot>;

  constructor(max: number) {
    this.#byKey = boundedMap(max);
  }

  /** The slot of these credentials. Records that an identity whose authority ends at `until` requests them. */
  extend(key: string, tenantId: string, until: number): Slot {
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      known.authorityUntil = Math.max(known.authorityUntil, until);
      return known;
    }
    const slot = { key, tenantId, authorityUntil: until, entry: undefined, usedAt: 0 };
    this.#byKey.set(key, slot);
    return slot;
  }
}
