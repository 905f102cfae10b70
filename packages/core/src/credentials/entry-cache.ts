import type { TenantAwsError } from '@tenant-aws/policy';
import type { Clock, Instant } from '../clock.ts';
import { LifeUnavailableError, StsUnavailableError, TenantMismatchError, TokenInvalidError } from '../errors.ts';
import type { Assumer, Issued } from './assumer.ts';
import { type Entry, entryOf, type Refreshed } from './entry.ts';
import type { Grant } from './grants.ts';
import { backoffMs, remainingMs } from './lifetime.ts';
import { PendingCalls } from './pending-calls.ts';
import type { Slot } from './slots.ts';
import type { StsFailure } from './sts-failure.ts';
import { TenantCache } from './tenant-cache.ts';
import type { VendedKeys } from './vended-keys.ts';

/** The machine's options of these names, checked. */
export interface CacheSettings {
  readonly max: number;
  readonly minimumRemainingMs: number;
  readonly errorTtlMs: number;
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

/** A grant whose credentials were requested. */
export interface RequestedGrant extends Grant {
  slot: Slot;
}

interface Refusal {
  readonly tenantId: string;
  readonly error: TenantAwsError;
  readonly until: number;
}

/**
 * The LRU order needs no update at each hit. A slot that was used after the last eighth of the cache was vended is newer than
 * all slots that were not. With less than 8 entries, the order is exact.
 */
const USES_PER_CACHE = 8;

/**
 * Cached credentials, pending calls and remembered failures, each by the slot's key. lru-cache stores the slots that have an
 * entry. Its `fetch` is not used for pending calls: there a caller that aborts, an eviction or a deletion rejects the other callers.
 */
export class EntryCache {
  readonly #assumer: Pick<Assumer, 'assume'>;
  readonly #cached: TenantCache<Slot>;
  readonly #refusals: TenantCache<Refusal>;
  readonly #pending = new PendingCalls<Entry>();
  /** See {@link USES_PER_CACHE}. */
  readonly #vendedPerUse: number;
  readonly #minimumRemainingMs: number;
  readonly #errorTtlMs: number;
  readonly #keys: Pick<VendedKeys, 'touch'>;
  readonly #clock: Clock;
  #vended = 0;
  readonly #counts: CacheCounts = { hits: 0, shared: 0, assumes: 0, refreshes: 0, failures: 0, refused: 0 };

  constructor(
    { max, minimumRemainingMs, errorTtlMs }: CacheSettings,
    assumer: Pick<Assumer, 'assume'>,
    keys: Pick<VendedKeys, 'touch'>,
    clock: Clock,
  ) {
    this.#assumer = assumer;
    this.#cached = new TenantCache(max, (slot) => (slot.entry = undefined));
    this.#vendedPerUse = Math.floor(max / USES_PER_CACHE);
    this.#refusals = new TenantCache(max);
    this.#minimumRemainingMs = minimumRemainingMs;
    this.#errorTtlMs = errorTtlMs;
    this.#keys = keys;
    this.#clock = clock;
  }

  get size(): number {
    return this.#cached.size;
  }

  get counts(): Readonly<CacheCounts> {
    return this.#counts;
  }

  /** The cached entry, if more life is left than the cache's minimum and the caller's. */
  find(grant: RequestedGrant, minimumRemainingMs: number, now: Instant): Entry | undefined {
    const entry = this.#peek(grant);
    if (entry === undefined || !this.#suffices(entry, minimumRemainingMs, now)) return undefined;
    this.#counts.hits += 1;
    this.#markUsed(grant.slot, entry);
    return entry;
  }

  /** Whether a refresh of this entry must start now. It needs an identity that still has authority, and no other call may be pending. */
  isDue({ slot }: RequestedGrant, entry: Entry, now: Instant): boolean {
    if (remainingMs(entry, now) > entry.refreshBelowMs) return false;
    if (entry.failedRefresh !== undefined && now.monotonic < entry.failedRefresh.retryAt) return false;
    return now.wall < slot.authorityUntil && !this.#pending.has(slot.key);
  }

  /**
   * Renews an entry while it is still served. If that fails, the entry stays and the next refresh waits: callers do not
   * notice an outage of STS until the entry reaches its minimum remaining lifetime.
   */
  async refresh(grant: RequestedGrant, region: string, entry: Entry): Promise<Refreshed> {
    this.#counts.refreshes += 1;
    try {
      return { entry: await this.#start(grant, region) };
    } catch (error) {
      const failures = (entry.failedRefresh?.failures ?? 0) + 1;
      const retryInMs = backoffMs(failures, Math.random());
      entry.failedRefresh = { failures, retryAt: this.#clock.now().monotonic + retryInMs };
      return { error, retryInMs };
    }
  }

  /** Calls AssumeRole, or joins the pending call for these credentials. */
  async get(grant: RequestedGrant, region: string, minimumRemainingMs: number): Promise<{ entry: Entry; outcome: 'assumed' | 'shared' }> {
    const outcome = this.#pending.has(grant.slot.key) ? 'shared' : 'assumed';
    const entry = await this.#join(grant, region);
    if (this.#suffices(entry, minimumRemainingMs, this.#clock.now())) return { entry, outcome };
    throw new LifeUnavailableError({ detail: { askedMs: minimumRemainingMs, remainingMs: remainingMs(entry, this.#clock.now()) } });
  }

  /** Forgets everything that is cached of a tenant. Pending calls still serve their callers, but their results are not cached. */
  drop(tenantId: string): void {
    this.#cached.drop(tenantId);
    this.#refusals.drop(tenantId);
    this.#pending.drop(tenantId);
  }

  /** Waits for the pending calls, then forgets everything. */
  async close(): Promise<void> {
    await this.#pending.settled();
    this.#cached.clear();
    this.#refusals.clear();
  }

  #suffices(entry: Entry, minimumRemainingMs: number, now: Instant): boolean {
    const remaining = remainingMs(entry, now);
    return this.#isLongEnough(remaining) && remaining >= minimumRemainingMs;
  }

  #isLongEnough(lifeMs: number): boolean {
    return lifeMs > 0 && lifeMs >= this.#minimumRemainingMs;
  }

  /** The cached entry of the grant. A slot that was made again, after its earlier object was evicted, has no entry itself. */
  #peek({ slot, tenantId }: RequestedGrant): Entry | undefined {
    const entry = slot.entry ?? this.#cached.peek(slot.key)?.entry;
    assertSameTenant(entry ?? slot, tenantId);
    return entry;
  }

  #markUsed(slot: Slot, { accessKeyId }: Entry): void {
    if (this.#vended - slot.usedAt < this.#vendedPerUse) return;
    slot.usedAt = this.#vended;
    this.#cached.get(slot.key);
    this.#keys.touch(accessKeyId);
  }

  #join(grant: RequestedGrant, region: string): Promise<Entry> {
    const { slot, tenantId } = grant;
    const pending = this.#pending.get(slot.key);
    if (pending !== undefined) {
      assertSameTenant(pending, tenantId);
      this.#counts.shared += 1;
      return pending.result;
    }
    const refusal = this.#refusals.get(slot.key);
    if (refusal !== undefined && this.#clock.now().monotonic < refusal.until) {
      assertSameTenant(refusal, tenantId);
      this.#counts.refused += 1;
      return Promise.reject(refusal.error);
    }
    this.#peek(grant);
    if (this.#clock.now().wall >= slot.authorityUntil) {
      return Promise.reject(new TokenInvalidError('the token or session has expired, so the credentials are not renewed'));
    }
    return this.#start(grant, region);
  }

  #start(grant: RequestedGrant, region: string): Promise<Entry> {
    this.#counts.assumes += 1;
    return this.#pending.start(grant.slot.key, grant.tenantId, async (isCurrent) => {
      try {
        return this.#keep(grant, await this.#assumer.assume(grant, region), isCurrent());
      } catch (error) {
        this.#counts.failures += 1;
        throw error;
      }
    });
  }

  /** @param isCurrent false if the tenant was dropped meanwhile: then nothing is cached */
  #keep({ slot, tenantId }: RequestedGrant, outcome: Issued | StsFailure, isCurrent: boolean): Entry {
    const checked = outcome.kind === 'assumed' ? this.#checkLife(outcome) : outcome;
    if (checked.kind === 'assumed') {
      const entry = entryOf(checked, tenantId, this.#minimumRemainingMs);
      this.#vended += 1;
      if (isCurrent) this.#cache(slot, entry);
      return entry;
    }
    if (checked.kind === 'deterministic' && isCurrent) {
      this.#refusals.set(slot.key, { tenantId, error: checked.error, until: this.#clock.now().monotonic + this.#errorTtlMs });
    }
    throw checked.error;
  }

  #cache(slot: Slot, entry: Entry): void {
    this.#cached.set(slot.key, slot); // may dispose of an earlier slot of this key, and of others
    slot.entry = entry;
    slot.usedAt = this.#vended;
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
function assertSameTenant(found: { readonly tenantId: string }, tenantId: string): void {
  if (found.tenantId !== tenantId) throw new TenantMismatchError({ detail: { reason: 'the cache entry belongs to another tenant' } });
}
