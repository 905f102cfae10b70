import { LRUCache } from 'lru-cache';

/** Until when credentials may be renewed, in milliseconds of the epoch. One object for all identities that may have the same credentials. */
export interface Authority {
  until: number;
}

/**
 * Of each shape of credentials the latest end among the identities that presented themselves for it. It belongs to the
 * identities: a cache entry that is dropped or pushed out takes nobody's authority with it.
 */
export class Authorities {
  readonly #of: LRUCache<string, Authority>;

  constructor(max: number) {
    this.#of = new LRUCache({ max });
  }

  /** An identity, which lasts until then, presents itself for credentials of this shape. */
  extend(shape: string, until: number): Authority {
    const known = this.#of.get(shape);
    if (known !== undefined) {
      known.until = Math.max(known.until, until);
      return known;
    }
    const authority = { until };
    this.#of.set(shape, authority);
    return authority;
  }
}
