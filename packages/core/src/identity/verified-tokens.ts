import { LRUCache } from 'lru-cache';
import type { Instant } from '../clock.ts';
import type { TokenCacheSettings } from './bearer-token-options.ts';
import { elapsed } from './elapsed.ts';
import { type Claims, verificationOf } from './verified-claims.ts';

/** The result of {@link digestOf} for a token. */
export type TokenDigest = string;

interface Entry {
  readonly claims: Claims;
  readonly expiresAt: number;
  readonly verifiedAt: Instant;
}

/**
 * The cache of verified claims. Its keys are SHA-256 digests, so that no token is kept in memory.
 * Each verifier has its own cache: a token that one set of options accepts may be refused by another,
 * and an issuer with very many tokens evicts only its own entries.
 */
export class VerifiedTokens {
  private readonly entries: LRUCache<TokenDigest, Entry> | undefined;
  private readonly maxAgeMs: number;

  constructor({ max, maxAgeMs }: TokenCacheSettings) {
    this.entries = max === 0 ? undefined : new LRUCache({ max });
    this.maxAgeMs = maxAgeMs;
  }

  get size(): number {
    return this.entries?.size ?? 0;
  }

  find(digest: TokenDigest, now: Instant): Claims | undefined {
    const entry = this.entries?.get(digest);
    if (entry === undefined) return undefined;
    if (now.wall < entry.expiresAt && elapsed(entry.verifiedAt, now) < this.maxAgeMs) return entry.claims;
    this.entries?.delete(digest);
    return undefined;
  }

  /** An expired token that the clock tolerance still accepts is not cached. */
  keep(digest: TokenDigest, claims: Claims, now: Instant): void {
    const expiresAt = verificationOf(claims)?.expiresAt ?? 0;
    if (now.wall < expiresAt) this.entries?.set(digest, { claims, expiresAt, verifiedAt: now });
  }

  clear(): void {
    this.entries?.clear();
  }
}
