import type { KeyObject } from 'node:crypto';
import { type Clock, type Instant, systemClock } from '../clock.ts';
import { KeysUnavailableError, TokenInvalidError } from '../errors.ts';
import type { Algorithm } from './algorithm.ts';
import { elapsed } from './elapsed.ts';
import { fetchDocument } from './fetch-document.ts';
import type { KeySetAddress } from './issuer.ts';
import { type KeyMatch, KeySet } from './key-set.ts';

/** From this age on a set is fetched anew, behind the request that notices. */
const REFRESH_MS = 300_000;
/** From this age on the next request waits for a new set, unless the latest fetch failed: a key that was withdrawn must not come back after a quiet night. */
const FRESH_MS = 600_000;
/** How long keys serve while their issuer cannot be reached. */
const STALE_MS = 86_400_000;
/** At most one fetch in this time for key ids that nobody knows. With a fetch that fails (5 s and 1 s of pause) a rotation is taken up within 36 s. */
const UNKNOWN_PAUSE_MS = 30_000;
const FAILURE_PAUSE_MS = 1_000;
/** For discovery and key set together. */
const FETCH_MS = 5_000;

export interface SigningKeysOptions {
  readonly address: KeySetAddress;
  readonly algorithms: readonly Algorithm[];
  readonly clock?: Clock;
  readonly fetchMs?: number;
}

/** Where the key that judges a token comes from. */
export interface KeySource {
  /**
   * @throws {@link TokenInvalidError} no key of ours can have signed it
   * @throws {@link KeysUnavailableError} nobody can say
   */
  find(keyId: string | undefined, algorithm: string): KeyObject | Promise<KeyObject>;
  ready(): Promise<void>;
  close(): void;
}

/**
 * The keys of one issuer, in memory. Known keys answer at once, whatever strangers send: a key id that is not known
 * can cost one fetch in 30 s, and nobody but its own sender waits for that. No timers.
 */
export class SigningKeys implements KeySource {
  private readonly options: Required<SigningKeysOptions>;
  private readonly closing = new AbortController();
  private held: { readonly set: KeySet; readonly at: Instant } | undefined;
  private failure: { readonly reason: string; readonly cause: unknown; readonly at: Instant } | undefined;
  private flight: Promise<void> | undefined;
  private askedForUnknown: Instant | undefined;

  constructor({ clock = systemClock, fetchMs = FETCH_MS, ...options }: SigningKeysOptions) {
    this.options = { clock, fetchMs, ...options };
  }

  find(keyId: string | undefined, algorithm: string): KeyObject | Promise<KeyObject> {
    const now = this.options.clock.now();
    const held = this.usable(now);
    if (held === undefined) return this.afterFirst(keyId, algorithm, now);
    const match = held.set.find(keyId, algorithm);
    if (match === 'unknown') return this.afterUnknown(keyId, algorithm, now);
    const age = elapsed(held.at, now);
    if (age >= FRESH_MS && this.failure === undefined) return this.afterRenewal(keyId, algorithm);
    if (age >= REFRESH_MS && !this.pausing(now)) void this.fetch();
    return keyOf(match);
  }

  async ready(): Promise<void> {
    const now = this.options.clock.now();
    if (this.usable(now) !== undefined) return;
    await this.fetchUnlessPausing(now);
    if (this.usable(now) === undefined) throw this.unavailable();
  }

  /** Ends a fetch under way; nothing is fetched any more. */
  close(): void {
    this.closing.abort();
  }

  private async afterFirst(keyId: string | undefined, algorithm: string, now: Instant): Promise<KeyObject> {
    await this.fetchUnlessPausing(now);
    return this.lookAgain(keyId, algorithm);
  }

  private async afterUnknown(keyId: string | undefined, algorithm: string, now: Instant): Promise<KeyObject> {
    const paused =
      this.failure === undefined && this.askedForUnknown !== undefined && elapsed(this.askedForUnknown, now) < UNKNOWN_PAUSE_MS;
    if (!paused) {
      if (this.flight === undefined && !this.pausing(now)) this.askedForUnknown = now;
      await this.fetchUnlessPausing(now);
    }
    if (this.failure !== undefined) throw this.unavailable(); // the key may be in the set that we could not get
    return this.lookAgain(keyId, algorithm);
  }

  private async afterRenewal(keyId: string | undefined, algorithm: string): Promise<KeyObject> {
    await this.fetch();
    return this.lookAgain(keyId, algorithm); // in the old set, where there is no new one
  }

  private lookAgain(keyId: string | undefined, algorithm: string): KeyObject {
    const held = this.usable(this.options.clock.now());
    if (held === undefined) throw this.unavailable();
    return keyOf(held.set.find(keyId, algorithm));
  }

  private usable(now: Instant): { readonly set: KeySet; readonly at: Instant } | undefined {
    return this.held !== undefined && elapsed(this.held.at, now) < STALE_MS ? this.held : undefined;
  }

  private pausing(now: Instant): boolean {
    return this.failure !== undefined && elapsed(this.failure.at, now) < FAILURE_PAUSE_MS;
  }

  private async fetchUnlessPausing(now: Instant): Promise<void> {
    if (this.flight !== undefined || !this.pausing(now)) await this.fetch();
  }

  /** One fetch for all who ask while it lasts. It never rejects: what came of it stands in `held` and `failure`. */
  private fetch(): Promise<void> {
    this.flight ??= this.fetchSet().finally(() => {
      this.flight = undefined;
    });
    return this.flight;
  }

  private async fetchSet(): Promise<void> {
    const { address, algorithms, clock, fetchMs } = this.options;
    const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(fetchMs)]);
    try {
      const url = await address.locate(signal);
      const set = KeySet.parse(await fetchDocument(url, signal), algorithms);
      // A set without a key of ours replaces the old one all the same: so an issuer withdraws its keys.
      this.held = set.size === 0 ? undefined : { set, at: clock.now() };
      this.failure =
        set.size === 0 ? { reason: `${url.href} has no key for ${algorithms.join(', ')}`, cause: undefined, at: clock.now() } : undefined;
    } catch (cause) {
      address.forget();
      this.failure = { reason: cause instanceof Error ? cause.message : 'unknown', cause, at: clock.now() };
    }
  }

  private unavailable(): KeysUnavailableError {
    const { reason = 'the keys are too old', cause } = this.failure ?? {};
    return new KeysUnavailableError({ detail: { reason }, ...(cause === undefined ? {} : { cause }) });
  }
}

function keyOf(match: KeyMatch): KeyObject {
  if (match === 'unknown') throw new TokenInvalidError('signed with a key that the issuer does not publish');
  if (match === 'unfit') throw new TokenInvalidError('the key does not fit the algorithm');
  if (match === 'several') throw new TokenInvalidError('more than one key of the issuer fits');
  return match;
}
