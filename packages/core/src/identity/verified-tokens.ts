import { LRUCache } from 'lru-cache';
import type { Instant } from '../clock.ts';
import type { TokenCacheSettings } from './bearer-token-options.ts';
import { elapsed } from './elapsed.ts';
import { type Claims, sealOf } from './verified-claims.ts';

/** What {@link digestOf} answers of a token. */
export type TokenDigest = string;

interface Entry {
  readonly claims: Claims;
  readonly endsAt: number;
  readonly verifiedAt: Instant;
}

/**
 * The claims of tokens that were verified here, found by the token's SHA-256, so that no token is kept.
 * One belongs to one issuer's strategy: what one set of options accepted says nothing of another,
 * and an issuer that mints tokens without end pushes out nobody else's.
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
    if (now.wall < entry.endsAt && elapsed(entry.verifiedAt, now) < this.maxAgeMs) return entry.claims;
    this.entries?.delete(digest);
    return undefined;
  }

  /** A token past its end, which the clock's tolerance still lets through, is not kept. */
  keep(digest: TokenDigest, claims: Claims, now: Instant): void {
    const endsAt = sealOf(claims)?.expiresAt ?? 0;
    if (now.wall < endsAt) this.entries?.set(digest, { claims, endsAt, verifiedAt: now });
  }

  clear(): void {
    this.entries?.clear();
  }
}
