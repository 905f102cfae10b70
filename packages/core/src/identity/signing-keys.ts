import type { KeyObject } from 'node:crypto';
import { type Clock, type Instant, systemClock } from '../clock.ts';
import { KeysUnavailableError, TokenInvalidError } from '../errors.ts';
import type { Algorithm } from './algorithm.ts';
import { elapsed } from './elapsed.ts';
import { fetchDocument } from './fetch-document.ts';
import type { KeySetAddress } from './issuer.ts';
import { type KeyMatch, KeySet } from './key-set.ts';

/** A set of this age or older is fetched again in the background. */
const REFRESH_MS = 300_000;
/** A set of this age or older is fetched again before it is used, unless the latest fetch failed: after an idle time, a withdrawn key must not be accepted. */
const FRESH_MS = 600_000;
/** How long keys are used while their issuer is unreachable. */
const STALE_MS = 86_400_000;
/** The minimum time between two fetches for unknown key ids. With one failed fetch (5 s, and 1 s of pause) a rotation is noticed within 36 s. */
const UNKNOWN_PAUSE_MS = 30_000;
const FAILURE_PAUSE_MS = 1_000;
/** For discovery document and key set together. */
const FETCH_MS = 5_000;

export interface SigningKeysOptions {
  readonly address: KeySetAddress;
  readonly algorithms: readonly Algorithm[];
  readonly clock?: Clock;
  readonly fetchMs?: number;
}

/** Provides the key that verifies a token. */
export interface KeySource {
  /**
   * @throws {@link TokenInvalidError} the issuer has no such key, or the key does not fit the algorithm
   * @throws {@link KeysUnavailableError} the key set is unavailable, so the key may exist
   */
  find(keyId: string | undefined, algorithm: string): KeyObject | Promise<KeyObject>;
  ready(): Promise<void>;
  close(): void;
}

interface CachedSet {
  readonly set: KeySet;
  readonly at: Instant;
}

/**
 * The keys of one issuer, in memory. Known keys are returned immediately. Unknown key ids cause at most
 * one fetch in 30 s, and only the requests with an unknown key id wait for it. There are no timers.
 */
export class SigningKeys implements KeySource {
  private readonly options: Required<SigningKeysOptions>;
  private readonly closing = new AbortController();
  private cached: CachedSet | undefined;
  /** Of the latest fetch, if it failed. */
  private failure: { readonly reason: string; readonly cause: unknown; readonly at: Instant } | undefined;
  private pendingFetch: Promise<void> | undefined;
  private fetchedForUnknownAt: Instant | undefined;

  constructor({ clock = systemClock, fetchMs = FETCH_MS, ...options }: SigningKeysOptions) {
    this.options = { clock, fetchMs, ...options };
  }

  find(keyId: string | undefined, algorithm: string): KeyObject | Promise<KeyObject> {
    const now = this.options.clock.now();
    const cached = this.usable(now);
    if (cached === undefined) return this.findAfterFirstFetch(keyId, algorithm, now);
    const match = cached.set.find(keyId, algorithm);
    if (match === 'unknown') return this.findUnknown(keyId, algorithm, now);
    const age = elapsed(cached.at, now);
    if (age >= FRESH_MS && this.failure === undefined) return this.findAfterRefresh(keyId, algorithm);
    if (age >= REFRESH_MS && !this.isPaused(now)) void this.fetch();
    return keyOf(match);
  }

  async ready(): Promise<void> {
    const now = this.options.clock.now();
    if (this.usable(now) !== undefined) return;
    await this.fetchUnlessPaused(now);
    if (this.usable(now) === undefined) throw this.unavailable();
  }

  /** Aborts a fetch in progress. Nothing is fetched after it. */
  close(): void {
    this.closing.abort();
  }

  private async findAfterFirstFetch(keyId: string | undefined, algorithm: string, now: Instant): Promise<KeyObject> {
    await this.fetchUnlessPaused(now);
    return this.findInCachedSet(keyId, algorithm);
  }

  private async findUnknown(keyId: string | undefined, algorithm: string, now: Instant): Promise<KeyObject> {
    const paused =
      this.failure === undefined && this.fetchedForUnknownAt !== undefined && elapsed(this.fetchedForUnknownAt, now) < UNKNOWN_PAUSE_MS;
    if (!paused) {
      if (this.pendingFetch === undefined && !this.isPaused(now)) this.fetchedForUnknownAt = now;
      await this.fetchUnlessPaused(now);
    }
    if (this.failure !== undefined) throw this.unavailable(); // the key may be in the set that could not be fetched
    return this.findInCachedSet(keyId, algorithm);
  }

  private async findAfterRefresh(keyId: string | undefined, algorithm: string): Promise<KeyObject> {
    await this.fetch();
    return this.findInCachedSet(keyId, algorithm); // in the old set if the fetch failed
  }

  private findInCachedSet(keyId: string | undefined, algorithm: string): KeyObject {
    const cached = this.usable(this.options.clock.now());
    if (cached === undefined) throw this.unavailable();
    return keyOf(cached.set.find(keyId, algorithm));
  }

  private usable(now: Instant): CachedSet | undefined {
    return this.cached !== undefined && elapsed(this.cached.at, now) < STALE_MS ? this.cached : undefined;
  }

  private isPaused(now: Instant): boolean {
    return this.failure !== undefined && elapsed(this.failure.at, now) < FAILURE_PAUSE_MS;
  }

  private async fetchUnlessPaused(now: Instant): Promise<void> {
    if (this.pendingFetch !== undefined || !this.isPaused(now)) await this.fetch();
  }

  /** Concurrent callers share one fetch. It never rejects: its outcome is in `cached` and `failure`. */
  private fetch(): Promise<void> {
    this.pendingFetch ??= this.fetchSet().finally(() => {
      this.pendingFetch = undefined;
    });
    return this.pendingFetch;
  }

  private async fetchSet(): Promise<void> {
    const { address, algorithms, clock, fetchMs } = this.options;
    const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(fetchMs)]);
    try {
      const url = await address.locate(signal);
      const set = KeySet.parse(await fetchDocument(url, signal), algorithms);
      // A set without a usable key also replaces the old one: this is how an issuer withdraws its keys.
      this.cached = set.size === 0 ? undefined : { set, at: clock.now() };
      this.failure =
        set.size === 0 ? { reason: `${url.href} has no key for ${algorithms.join(', ')}`, cause: undefined, at: clock.now() } : undefined;
    } catch (cause) {
      address.forget();
      this.failure = { reason: cause instanceof Error ? cause.message : 'unknown', cause, at: clock.now() };
    }
  }

  private unavailable(): KeysUnavailableError {
    const { reason = 'the cached keys are too old', cause } = this.failure ?? {};
    return new KeysUnavailableError({ detail: { reason }, ...(cause === undefined ? {} : { cause }) });
  }
}

function keyOf(match: KeyMatch): KeyObject {
  if (match === 'unknown') throw new TokenInvalidError('signed with a key that the issuer does not publish');
  if (match === 'unfit') throw new TokenInvalidError('the key does not fit the algorithm');
  if (match === 'several') throw new TokenInvalidError('more than one key of the issuer fits');
  return match;
}
