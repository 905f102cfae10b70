import type { TenantAwsError } from '@tenant-aws/policy';
import type { Clock } from '../clock.ts';
import { LifeUnavailableError, StsUnavailableError, TenantMismatchError, TokenInvalidError } from '../errors.ts';
import type { Assumed } from './assume-role.ts';
import type { Authority } from './authority.ts';
import { Flights } from './flights.ts';
import { backoffMs, refreshBelowMs, remainingMs } from './lifetime.ts';
import type { StsFailure } from './sts-failure.ts';
import { TenantCache } from './tenant-cache.ts';

/** The bounds of the cache: how many entries, the floor, and how long a refusal is remembered. */
export interface CacheSettings {
  readonly max: number;
  readonly minimumRemainingMs: number;
  readonly errorTtlMs: number;
}

/** Credentials of one tenant, as they came from STS. Never handed out as they are: each caller gets a copy. */
export interface Entry extends Assumed {
  readonly tenantId: string;
  /** SHA-256 of the session policy that was sent. */
  readonly policyDigest: string;
  /** Of the access key, as the signature guard knows it. */
  readonly keyDigest: string;
  /** See {@link refreshBelowMs}. */
  readonly refreshBelowMs: number;
  /** Refreshes that failed in a row. */
  failures: number;
  /** No refresh before, by the monotonic clock. */
  retryAt: number;
}

/** What a call of AssumeRole came to. */
export type Outcome = (Assumed & Pick<Entry, 'policyDigest' | 'keyDigest'>) | StsFailure;

/** What was asked of the cache so far. */
export interface CacheCounts {
  /** Answered from memory. */
  hits: number;
  /** Joined a call that was under way. */
  shared: number;
  /** Calls of AssumeRole, each with its attempts. */
  assumes: number;
  /** Those of them that were made ahead of time. */
  refreshes: number;
  /** Those of them that failed. */
  failures: number;
  /** Answered with a refusal that was remembered. */
  refused: number;
}

/** Whose credentials, where they are kept, and until when they may be renewed. */
export interface Place {
  readonly key: string;
  readonly tenantId: string;
  readonly authority: Authority;
}

/** What came of a refresh, for whoever watches. */
export interface Refreshed {
  readonly entry?: Entry;
  readonly error?: unknown;
  readonly retryInMs?: number;
}

interface Refusal {
  readonly tenantId: string;
  readonly error: TenantAwsError;
  readonly until: number;
}

/**
 * Entries, calls under way and refusals, each by the entry's key. lru-cache stores; the flights are ours, for its own
 * let one caller's going away, an eviction or a deletion fail the others who wait.
 */
export class EntryCache {
  readonly #entries: TenantCache<Entry>;
  readonly #refusals: TenantCache<Refusal>;
  readonly #flights = new Flights<Entry>();
  readonly #floorMs: number;
  readonly #errorTtlMs: number;
  readonly #clock: Clock;
  readonly #counts: CacheCounts = { hits: 0, shared: 0, assumes: 0, refreshes: 0, failures: 0, refused: 0 };

  constructor({ max, minimumRemainingMs, errorTtlMs }: CacheSettings, clock: Clock) {
    this.#entries = new TenantCache(max);
    this.#refusals = new TenantCache(max);
    this.#floorMs = minimumRemainingMs;
    this.#errorTtlMs = errorTtlMs;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  get counts(): Readonly<CacheCounts> {
    return this.#counts;
  }

  /** What is cached and has enough life left: over the floor, and over what the caller asks for. */
  find(place: Place, minimumRemainingMs = 0): Entry | undefined {
    const entry = this.#entries.get(place.key);
    if (entry === undefined) return undefined;
    assertOwn(entry, place);
    if (!this.#suffices(entry, minimumRemainingMs)) return undefined;
    this.#counts.hits += 1;
    return entry;
  }

  /** Whether a refresh of this entry is to begin behind the caller's back: it is time, none is under way, and some identity still has authority. */
  isDue(entry: Entry, { key, authority }: Place): boolean {
    const now = this.#clock.now();
    if (remainingMs(entry.life, now) > entry.refreshBelowMs) return false;
    return now.monotonic >= entry.retryAt && now.wall < authority.until && !this.#flights.has(key);
  }

  /** Renews an entry while it is still served. Where that fails the entry stays, and the next try waits: an outage of STS is nobody's until the floor. */
  refresh(place: Place, entry: Entry, assume: () => Promise<Outcome>, ended: (refreshed: Refreshed) => void): void {
    this.#counts.refreshes += 1;
    this.#depart(place, assume).then(
      (renewed) => ended({ entry: renewed }),
      (error: unknown) => {
        entry.failures += 1;
        const retryInMs = backoffMs(entry.failures, Math.random());
        entry.retryAt = this.#clock.now().monotonic + retryInMs;
        ended({ error, retryInMs });
      },
    );
  }

  /** What one call of `assume` answers, shared by all who wait for this key. */
  async get(
    place: Place,
    minimumRemainingMs: number,
    assume: () => Promise<Outcome>,
  ): Promise<{ entry: Entry; outcome: 'assumed' | 'shared' }> {
    const underWay = this.#flights.has(place.key);
    const entry = await this.#fly(place, assume);
    if (this.#suffices(entry, minimumRemainingMs)) return { entry, outcome: underWay ? 'shared' : 'assumed' };
    throw new LifeUnavailableError({ detail: { askedMs: minimumRemainingMs, remainingMs: remainingMs(entry.life, this.#clock.now()) } });
  }

  /** Forgets what is cached of a tenant. Calls under way answer those who wait for them, and are not kept. */
  drop(tenantId: string): void {
    this.#entries.drop(tenantId);
    this.#refusals.drop(tenantId);
    this.#flights.drop(tenantId);
  }

  /** Waits for the calls under way, and forgets everything. */
  async close(): Promise<void> {
    await this.#flights.settled();
    this.#entries.clear();
    this.#refusals.clear();
  }

  #suffices(entry: Entry, minimumRemainingMs: number): boolean {
    const remaining = remainingMs(entry.life, this.#clock.now());
    return this.#isAboveFloor(remaining) && remaining >= minimumRemainingMs;
  }

  #isAboveFloor(lifeMs: number): boolean {
    return lifeMs > 0 && lifeMs >= this.#floorMs;
  }

  #fly(place: Place, assume: () => Promise<Outcome>): Promise<Entry> {
    const underWay = this.#flights.get(place.key);
    if (underWay !== undefined) {
      assertOwn(underWay, place);
      this.#counts.shared += 1;
      return underWay.landing;
    }
    const refusal = this.#refusals.get(place.key);
    if (refusal !== undefined && this.#clock.now().monotonic < refusal.until) {
      assertOwn(refusal, place);
      this.#counts.refused += 1;
      return Promise.reject(refusal.error);
    }
    const cached = this.#entries.peek(place.key);
    if (cached !== undefined) assertOwn(cached, place);
    if (this.#clock.now().wall >= place.authority.until) {
      return Promise.reject(new TokenInvalidError('what it presented has ended, and its credentials are not renewed'));
    }
    return this.#depart(place, assume);
  }

  #depart(place: Place, assume: () => Promise<Outcome>): Promise<Entry> {
    this.#counts.assumes += 1;
    return this.#flights.depart(place.key, place.tenantId, async (isCurrent) => {
      try {
        return this.#land(place, await assume(), isCurrent());
      } catch (error) {
        this.#counts.failures += 1;
        throw error;
      }
    });
  }

  /** @param isCurrent what was dropped meanwhile answers those who wait for it, and is not kept */
  #land({ key, tenantId }: Place, outcome: Outcome, isCurrent: boolean): Entry {
    const judged = outcome.kind === 'assumed' ? this.#longEnough(outcome) : outcome;
    if (judged.kind === 'assumed') {
      const below = refreshBelowMs(judged.lifeMs, this.#floorMs, Math.random());
      const entry: Entry = { ...judged, tenantId, refreshBelowMs: below, failures: 0, retryAt: Number.NEGATIVE_INFINITY };
      if (isCurrent) this.#entries.set(key, entry);
      return entry;
    }
    if (judged.kind === 'deterministic' && isCurrent) {
      this.#refusals.set(key, { tenantId, error: judged.error, until: this.#clock.now().monotonic + this.#errorTtlMs });
    }
    throw judged.error;
  }

  /** Issued below the floor: another call at once would not be better. What aged on its way, while a host slept, says nothing of the next call. */
  #longEnough<T extends Assumed>(assumed: T): T | StsFailure {
    const remaining = remainingMs(assumed.life, this.#clock.now());
    if (this.#isAboveFloor(remaining)) return assumed;
    const detail = { remainingMs: remaining, minimumRemainingMs: this.#floorMs };
    return {
      kind: this.#isAboveFloor(assumed.lifeMs) ? 'transient' : 'deterministic',
      error: new StsUnavailableError('STS issued credentials that end too soon', { detail }),
    };
  }
}

/** The last line: what a key finds is the tenant's own, or nobody's. */
function assertOwn(found: { readonly tenantId: string }, { tenantId }: Place): void {
  if (found.tenantId !== tenantId) throw new TenantMismatchError({ detail: { reason: 'a cached entry is of another tenant' } });
}
