import type { LRUCache } from 'lru-cache';
import { boundedMap } from '../bounded-map.ts';
import type { Instant } from '../clock.ts';
import type { TokenCacheSettings } from './bearer-token-options.ts';
import { elapsed } from './elapsed.ts';
import type { VerifiedToken } from './verified-claims.ts';

/** The result of {@link digestOf} for a token. */
export type TokenDigest = string;

/**
 * The cache of verified tokens. Its keys are SHA-256 digests, so that no token is kept in memory.
 * Each verifier has its own cache: a token that one set of options accepts may be refused by another,
 * and an issuer with very many tokens evicts only its own entries.
 */
export class VerifiedTokens {
  private entries: LRUCache<TokenDigest, VerifiedToken> | undefined;
  private readonly maxAgeMs: number;

  constructor({ max, maxAgeMs }: TokenCacheSettings) {
    this.entries = max === 0 ? undefined : boundedMap(max);
    this.maxAgeMs = maxAgeMs;
  }

  get size(): number {
    return this.entries?.size ?? 0;
  }

  find(digest: TokenDigest, now: Instant): VerifiedToken | undefined {
    const verified = this.entries?.get(digest);
    if (verified === undefined) return undefined;
    if (now.wall < verified.expiresAt && elapsed(verified.verifiedAt, now) < this.maxAgeMs) return verified;
    this.entries?.delete(digest);
    return undefined;
  }

  /** An expired token that the clock tolerance still accepts is not cached. */
  keep(digest: TokenDigest, verified: VerifiedToken): void {
    if (verified.verifiedAt.wall < verified.expiresAt) this.entries?.set(digest, verified);
  }

  /** Removes every token, and keeps none from now on: a verification in progress may end later. */
  close(): void {
    this.entries = undefined;
  }
}
