import type { TenantAwsError } from '@tenant-aws/policy';
import type { Clock, Instant } from '../clock.ts';
import { LifeUnavailableError, StsUnavailableError, TenantMismatchError, TokenInvalidError } from '../errors.ts';
import type { Assumer, Issued } from './assumer.ts';
import type { Authority } from './authority.ts';
import type { Grant } from './grants.ts';
import { backoffMs, refreshBelowMs, remainingMs } from './lifetime.ts';
import { PendingCalls } from './pending-calls.ts';
import type { StsFailure } from './sts-failure.ts';
import { TenantCache } from './tenant-cache.ts';

/** The machine's options of these names, checked. */
export interface CacheSettings {
  readonly max: number;
  readonly minimumRemainingMs: number;
  readonly errorTtlMs: number;
}

/** Credentials of one tenant. Callers get a copy, never the entry itself. */
export interface Entry extends Omit<Issued, 'kind' | 'lifeMs'> {
  readonly tenantId: string;
  /** See {@link refreshBelowMs}. */
  readonly refreshBelowMs: number;
  /** Absent unless the latest refresh failed. */
  failedRefresh: FailedRefresh | undefined;
}

interface FailedRefresh {
  /** Failed refreshes in a row. */
  readonly failures: number;
  /** No refresh before this time of the monotonic clock. */
  readonly retryAt: number;
}

/** Counts since the cache was created. */
export interface CacheCounts {
  /** Served from the cache. */
  hits: number;
  /** Served by a call that was already pending. */
  shared: number;
  /** Calls of AssumeRole, each with all its attempts. */
  assumes: number;
  /** Those of `assumes` that refreshed an entry ahead of time. */
  refreshes: number;
  /** Those of `assumes` that failed. */
  failures: number;
  /** Refused with a remembered failure. */
  refused: number;
}

/** Where the cache keeps the credentials of a grant, and how it gets them. */
export interface CacheSlot {
  readonly key: string;
  readonly grant: Grant;
  readonly region: string;
  readonly authority: Authority;
}

/** The result of a refresh: the new entry, or the error and the wait before the next refresh. */
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
 * Entries, pending calls and remembered failures, each by the slot's key. lru-cache stores the entries. Its `fetch` is
 * not used for pending calls: there a caller that aborts, an eviction or a deletion rejects the other callers.
 */
export class EntryCache {
  readonly #assumer: Pick<Assumer, 'assume'>;
  readonly #entries: TenantCache<Entry>;
  readonly #refusals: TenantCache<Refusal>;
  readonly #pending = new PendingCalls<Entry>();
  readonly #minimumRemainingMs: number;
  readonly #errorTtlMs: number;
  readonly #clock: Clock;
  readonly #counts: CacheCounts = { hits: 0, shared: 0, assumes: 0, refreshes: 0, failures: 0, refused: 0 };

  constructor({ max, minimumRemainingMs, errorTtlMs }: CacheSettings, assumer: Pick<Assumer, 'assume'>, clock: Clock) {
    this.#assumer = assumer;
    this.#entries = new TenantCache(max);
    this.#refusals = new TenantCache(max);
    this.#minimumRemainingMs = minimumRemainingMs;
    this.#errorTtlMs = errorTtlMs;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  get counts(): Readonly<CacheCounts> {
    return this.#counts;
  }

  /** The cached entry, if more life is left than the cache's minimum and the caller's. */
  find(slot: CacheSlot, minimumRemainingMs: number, now: Instant): Entry | undefined {
    const entry = this.#entries.get(slot.key);
    if (entry === undefined) return undefined;
    assertSameTenant(entry, slot);
    if (!this.#suffices(entry, minimumRemainingMs, now)) return undefined;
    this.#counts.hits += 1;
    return entry;
  }

  /** Whether a refresh of this entry must start now. It needs an identity that still has authority, and no other call may be pending. */
  isDue(entry: Entry, { key, authority }: CacheSlot, now: Instant): boolean {
    if (remainingMs(entry.life, now) > entry.refreshBelowMs) return false;
    if (entry.failedRefresh !== undefined && now.monotonic < entry.failedRefresh.retryAt) return false;
    return now.wall < authority.until && !this.#pending.has(key);
  }

  /**
   * Renews an entry while it is still served. If that fails, the entry stays and the next refresh waits: callers do not
   * notice an outage of STS until the entry reaches its minimum remaining lifetime.
   */
  async refresh(slot: CacheSlot, entry: Entry): Promise<Refreshed> {
    this.#counts.refreshes += 1;
    try {
      return { entry: await this.#start(slot) };
    } catch (error) {
      const failures = (entry.failedRefresh?.failures ?? 0) + 1;
      const retryInMs = backoffMs(failures, Math.random());
      entry.failedRefresh = { failures, retryAt: this.#clock.now().monotonic + retryInMs };
      return { error, retryInMs };
    }
  }

  /** Calls AssumeRole, or joins the pending call of this slot. */
  async get(slot: CacheSlot, minimumRemainingMs: number): Promise<{ entry: Entry; outcome: 'assumed' | 'shared' }> {
    const outcome = this.#pending.has(slot.key) ? 'shared' : 'assumed';
    const entry = await this.#join(slot);
    if (this.#suffices(entry, minimumRemainingMs, this.#clock.now())) return { entry, outcome };
    throw new LifeUnavailableError({ detail: { askedMs: minimumRemainingMs, remainingMs: remainingMs(entry.life, this.#clock.now()) } });
  }

  /** Forgets everything that is cached of a tenant. Pending calls still serve their callers, but their results are not cached. */
  drop(tenantId: string): void {
    this.#entries.drop(tenantId);
    this.#refusals.drop(tenantId);
    this.#pending.drop(tenantId);
  }

  /** Waits for the pending calls, then forgets everything. */
  async close(): Promise<void> {
    await this.#pending.settled();
    this.#entries.clear();
    this.#refusals.clear();
  }

  #suffices(entry: Entry, minimumRemainingMs: number, now: Instant): boolean {
    const remaining = remainingMs(entry.life, now);
    return this.#isLongEnough(remaining) && remaining >= minimumRemainingMs;
  }

  #isLongEnough(lifeMs: number): boolean {
    return lifeMs > 0 && lifeMs >= this.#minimumRemainingMs;
  }

  #join(slot: CacheSlot): Promise<Entry> {
    const pending = this.#pending.get(slot.key);
    if (pending !== undefined) {
      assertSameTenant(pending, slot);
      this.#counts.shared += 1;
      return pending.result;
    }
    const refusal = this.#refusals.get(slot.key);
    if (refusal !== undefined && this.#clock.now().monotonic < refusal.until) {
      assertSameTenant(refusal, slot);
      this.#counts.refused += 1;
      return Promise.reject(refusal.error);
    }
    const cached = this.#entries.peek(slot.key);
    if (cached !== undefined) assertSameTenant(cached, slot);
    if (this.#clock.now().wall >= slot.authority.until) {
      return Promise.reject(new TokenInvalidError('the token or session has expired, so the credentials are not renewed'));
    }
    return this.#start(slot);
  }

  #start(slot: CacheSlot): Promise<Entry> {
    this.#counts.assumes += 1;
    return this.#pending.start(slot.key, slot.grant.tenantId, async (isCurrent) => {
      try {
        return this.#keep(slot, await this.#assumer.assume(slot.grant, slot.region), isCurrent());
      } catch (error) {
        this.#counts.failures += 1;
        throw error;
      }
    });
  }

  /** @param isCurrent false if the tenant was dropped meanwhile: then nothing is cached */
  #keep({ key, grant: { tenantId } }: CacheSlot, outcome: Issued | StsFailure, isCurrent: boolean): Entry {
    const checked = outcome.kind === 'assumed' ? this.#checkLife(outcome) : outcome;
    if (checked.kind === 'assumed') {
      const entry = this.#entryOf(checked, tenantId);
      if (isCurrent) this.#entries.set(key, entry);
      return entry;
    }
    if (checked.kind === 'deterministic' && isCurrent) {
      this.#refusals.set(key, { tenantId, error: checked.error, until: this.#clock.now().monotonic + this.#errorTtlMs });
    }
    throw checked.error;
  }

  /** Copies the needed fields only, and each time in milliseconds without a fraction: there may be a million entries. */
  #entryOf(issued: Issued, tenantId: string): Entry {
    const { accessKeyId, secretAccessKey, sessionToken, life, lifeMs, requestId, tokenUtilisation, policyDigest } = issued;
    const below = Math.round(refreshBelowMs(lifeMs, this.#minimumRemainingMs, Math.random()));
    return {
      tenantId,
      accessKeyId,
      secretAccessKey,
      sessionToken,
      life,
      requestId,
      tokenUtilisation,
      policyDigest,
      refreshBelowMs: below,
      failedRefresh: undefined,
    };
  }

  /**
   * Credentials that STS issued with too short a life are a failure that another call would repeat. Credentials that
   * expired on their way, because the host slept, are not: the next call may succeed.
   */
  #checkLife(issued: Issued): Issued | StsFailure {
    const remaining = remainingMs(issued.life, this.#clock.now());
    if (this.#isLongEnough(remaining)) return issued;
    const detail = { remainingMs: remaining, minimumRemainingMs: this.#minimumRemainingMs };
    return {
      kind: this.#isLongEnough(issued.lifeMs) ? 'transient' : 'deterministic',
      error: new StsUnavailableError('STS issued credentials that expire too soon', { detail }),
    };
  }
}

/** INVARIANT: the last check. If two tenants ever had the same key, neither would get the other's credentials. */
function assertSameTenant(found: { readonly tenantId: string }, { grant }: CacheSlot): void {
  if (found.tenantId !== grant.tenantId) throw new TenantMismatchError({ detail: { reason: 'the cache entry belongs to another tenant' } });
}
