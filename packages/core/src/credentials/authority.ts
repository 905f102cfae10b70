import { LRUCache } from 'lru-cache';

/** Shared by all identities with the same credentials. */
export interface Authority {
  /** Credentials are not renewed after this time, in milliseconds of the epoch. */
  until: number;
}

/**
 * The latest expiry among the identities that requested credentials of one shape. It belongs to the identities, not to the
 * cache entry: it stays when the entry is dropped or evicted.
 */
export class Authorities {
  readonly #byShape: LRUCache<string, Authority>;

  constructor(max: number) {
    this.#byShape = new LRUCache({ max });
  }

  /** Records that an identity which expires at `until` requests credentials of this shape. */
  extend(shape: string, until: number): Authority {
    const known = this.#byShape.get(shape);
    if (known !== undefined) {
      known.until = Math.max(known.until, until);
      return known;
    }
    const authority = { until };
    this.#byShape.set(shape, authority);
    return authority;
  }
}
