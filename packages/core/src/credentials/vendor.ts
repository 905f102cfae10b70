import type { STSClient } from '@aws-sdk/client-sts';
import { ConfigurationError } from '@tenant-aws/policy';
import type { Clock } from '../clock.ts';
import type { Settings } from '../configuration/settings.ts';
import { within } from '../deadline.ts';
import { LifeUnavailableError, StsUnavailableError } from '../errors.ts';
import { AssumeQueue } from './assume-queue.ts';
import { type Assumed, assumeRole } from './assume-role.ts';
import { SilentCredentials, type TenantCredentials } from './credentials.ts';
import { type CacheCounts, type Entry, EntryCache, type Place } from './entry-cache.ts';
import { entryKey } from './entry-key.ts';
import { type Grant, requestOf } from './grants.ts';
import { remainingMs } from './lifetime.ts';
import { judgeStsFailure, type StsFailure } from './sts-failure.ts';
import { VendedKeys } from './vended-keys.ts';

/** A minute between asking and using: no credentials can be asked to live longer than the role gives less this. */
const MARGIN_MS = 60_000;

/** Keys that the guard remembers for each entry of the cache: an entry that was renewed or pushed out still has requests on their way. */
const KEYS_PER_ENTRY = 4;

/** From a grant to credentials: the cache, the queue and STS. */
export class Vendor {
  readonly keys: VendedKeys;
  readonly #entries: EntryCache;
  readonly #queue: AssumeQueue;
  readonly #sts: STSClient;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #places = new WeakMap<Grant, Place>();
  #region: string | undefined;
  #closed = false;

  constructor({ sts, region, cache, assumeTimeoutMs, maxConcurrentAssumes }: Settings, clock: Clock) {
    this.keys = new VendedKeys(cache.max * KEYS_PER_ENTRY, clock);
    this.#entries = new EntryCache(cache, clock);
    this.#queue = new AssumeQueue(maxConcurrentAssumes);
    this.#sts = sts;
    this.#timeoutMs = assumeTimeoutMs;
    this.#clock = clock;
    this.#region = region;
  }

  get counts(): CacheCounts & { readonly entries: number; readonly queued: number } {
    return { ...this.#entries.counts, entries: this.#entries.size, queued: this.#queue.waiting };
  }

  /** Credentials of a grant, with at least `minimumRemainingMs` of life left; each call answers an object of its own. */
  async vend(grant: Grant, minimumRemainingMs = 0): Promise<TenantCredentials> {
    if (this.#closed) throw new ConfigurationError(['the token vending machine is closed']);
    if (minimumRemainingMs > grant.durationSeconds * 1000 - MARGIN_MS) {
      throw new LifeUnavailableError({ detail: { askedMs: minimumRemainingMs, longestMs: grant.durationSeconds * 1000 - MARGIN_MS } });
    }
    const region = this.#region ?? (await this.region());
    const place = this.#placeOf(grant, region);
    const cached = this.#entries.find(place, minimumRemainingMs);
    if (cached !== undefined) this.keys.touch(cached.accessKeyId);
    return this.#copyOf(cached ?? (await this.#entries.get(place, minimumRemainingMs, () => this.#assume(grant, region))));
  }

  /**
   * The region of the STS client.
   *
   * @throws {@link ConfigurationError} there is none
   */
  async region(): Promise<string> {
    try {
      this.#region = await this.#sts.config.region();
    } catch (cause) {
      throw new ConfigurationError(
        ['`AWS_REGION` is not set, and neither the STS client nor the shared configuration of AWS has a region'],
        { cause },
      );
    }
    return this.#region;
  }

  /**
   * That there is a region, and something to sign AssumeRole with.
   *
   * @throws {@link ConfigurationError} no region
   * @throws {@link StsUnavailableError} no base credentials, or none in time
   */
  async ready(): Promise<void> {
    await this.region();
    const failure = await within<StsFailure | undefined>(
      this.#timeoutMs,
      () => this.#sts.config.credentials().then(() => undefined, judgeStsFailure),
      () => ({ kind: 'base-missing', error: new StsUnavailableError(`the base credentials did not come within ${this.#timeoutMs} ms`) }),
    );
    if (failure !== undefined) throw failure.error;
  }

  drop(tenantId: string): void {
    this.#entries.drop(tenantId);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#entries.close();
  }

  #placeOf(grant: Grant, region: string): Place {
    const known = this.#places.get(grant);
    if (known !== undefined) return known;
    const place = { key: entryKey(grant.shape, region), tenantId: grant.tenantId };
    this.#places.set(grant, place);
    return place;
  }

  async #assume(grant: Grant, region: string): Promise<Assumed | StsFailure> {
    const request = requestOf(grant, region);
    const outcome = await this.#queue.run(() => assumeRole(this.#sts, request, this.#clock, this.#timeoutMs));
    // INVARIANT: the guard learns of a key here and nowhere else, from the tenant whose policy was sent.
    if (outcome.kind === 'assumed') this.keys.add(outcome.accessKeyId, grant.tenantId, outcome.life);
    return outcome;
  }

  #copyOf({ accessKeyId, secretAccessKey, sessionToken, life }: Entry): TenantCredentials {
    const now = this.#clock.now();
    return new SilentCredentials(accessKeyId, secretAccessKey, sessionToken, new Date(now.wall + remainingMs(life, now)));
  }
}
