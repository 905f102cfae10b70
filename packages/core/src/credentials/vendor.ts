import type { STSClient } from '@aws-sdk/client-sts';
import type { Clock } from '../clock.ts';
import { digestOf } from '../digest.ts';
import { LifeUnavailableError } from '../errors.ts';
import { channels } from '../events.ts';
import { Assumer, type AssumerSettings } from './assumer.ts';
import { Authorities } from './authority.ts';
import { Authorization, type AuthorizeTenant } from './authorization.ts';
import { RedactedCredentials, type TenantCredentials } from './credentials.ts';
import { type CacheCounts, type CacheSettings, type CacheSlot, type Entry, EntryCache } from './entry-cache.ts';
import { entryKey } from './entry-key.ts';
import { type Grant, requestOf } from './grants.ts';
import { remainingMs } from './lifetime.ts';
import { Revocations } from './revocations.ts';
import { assertBaseCredentials, regionOf } from './sts-client.ts';
import { publishRefresh, publishVend } from './vend-events.ts';
import { VendedKeys } from './vended-keys.ts';

/** The machine's options of these names, checked. */
export interface VendorSettings extends AssumerSettings {
  /** Absent if only the STS client knows it. */
  readonly region: string | undefined;
  readonly durationSeconds: number;
  readonly maxSessionSeconds: number;
  readonly cache: CacheSettings;
  readonly authorizeTenant: AuthorizeTenant | undefined;
}

/** A minute passes between request and use: callers can ask for no more than the duration less this. */
const MARGIN_MS = 60_000;

/** Keys of the guard, and authorities, for each entry of the cache: requests may still use the keys of replaced and evicted entries. */
const PER_ENTRY = 4;

/** Vends the credentials of a grant: checks that the tenant is admitted, then uses the cache, which uses STS. */
export class Vendor {
  readonly keys: VendedKeys;
  readonly revocations: Revocations;
  readonly #assumer: Assumer;
  readonly #entries: EntryCache;
  readonly #authorities: Authorities;
  readonly #authorization: Authorization | undefined;
  readonly #sts: STSClient;
  readonly #assumeTimeoutMs: number;
  readonly #maxSessionMs: number;
  readonly #defaultRevocationSeconds: number;
  readonly #clock: Clock;
  readonly #slots = new WeakMap<Grant, CacheSlot>();
  #region: string | undefined;

  constructor(settings: VendorSettings, clock: Clock) {
    const { sts, region, durationSeconds, maxSessionSeconds, assumeTimeoutMs, cache, authorizeTenant } = settings;
    this.revocations = new Revocations(clock, durationSeconds * 1000);
    this.keys = new VendedKeys(cache.max * PER_ENTRY, this.revocations, clock);
    this.#assumer = new Assumer(settings, this.keys, this.revocations, clock);
    this.#entries = new EntryCache(cache, this.#assumer, clock);
    this.#authorities = new Authorities(cache.max * PER_ENTRY);
    this.#authorization = authorizeTenant && new Authorization(authorizeTenant, clock, assumeTimeoutMs);
    this.#sts = sts;
    this.#assumeTimeoutMs = assumeTimeoutMs;
    this.#maxSessionMs = maxSessionSeconds * 1000;
    this.#defaultRevocationSeconds = durationSeconds + Math.ceil(cache.minimumRemainingMs / 1000);
    this.#clock = clock;
    this.#region = region;
  }

  get counts(): CacheCounts & { readonly entries: number; readonly queued: number } {
    return { ...this.#entries.counts, entries: this.#entries.size, queued: this.#assumer.waiting };
  }

  /** @returns credentials of the grant with at least `minimumRemainingMs` of life left; a new object at each call */
  async vend(grant: Grant, minimumRemainingMs = 0): Promise<TenantCredentials> {
    const generation = this.revocations.generationOf(grant.tenantId);
    if (!channels.vend.hasSubscribers) return this.#credentialsOf((await this.#vend(grant, minimumRemainingMs)).entry, generation);
    const started = performance.now();
    try {
      const { entry, outcome } = await this.#vend(grant, minimumRemainingMs);
      const credentials = this.#credentialsOf(entry, generation);
      publishVend(grant, outcome, performance.now() - started, entry);
      return credentials;
    } catch (error) {
      publishVend(grant, 'failed', performance.now() - started, { policyDigest: this.#policyDigestOf(grant) }, error);
      throw error;
    }
  }

  async #vend(grant: Grant, minimumRemainingMs: number): Promise<{ entry: Entry; outcome: 'hit' | 'shared' | 'assumed' }> {
    this.#assumer.assertOpen();
    this.revocations.assertAdmitted(grant.tenantId);
    const authorizing = this.#authorization?.assert(grant.identity);
    if (authorizing !== undefined) await this.revocations.whileAdmitted(grant.tenantId, () => authorizing);
    this.assertLife(grant.durationSeconds, minimumRemainingMs);
    const region = this.#region ?? (await this.revocations.whileAdmitted(grant.tenantId, () => this.region()));
    const slot = this.#slotOf(grant, region);
    const entry = this.#entries.find(slot, minimumRemainingMs);
    if (entry === undefined) return this.#entries.get(slot, minimumRemainingMs);
    this.keys.touch(entry.keyDigest);
    if (this.#entries.isDue(entry, slot)) void this.#refresh(slot, entry);
    return { entry, outcome: 'hit' };
  }

  async #refresh(slot: CacheSlot, entry: Entry): Promise<void> {
    const started = performance.now();
    const refreshed = await this.#entries.refresh(slot, entry);
    publishRefresh(slot.grant, performance.now() - started, refreshed);
  }

  /** @throws {@link LifeUnavailableError} `minimumRemainingMs` is more than the duration less a minute */
  assertLife(durationSeconds: number, minimumRemainingMs: number): void {
    const longestMs = durationSeconds * 1000 - MARGIN_MS;
    if (minimumRemainingMs > longestMs) throw new LifeUnavailableError({ detail: { askedMs: minimumRemainingMs, longestMs } });
  }

  /** @throws {@link ConfigurationError} the STS client has no region */
  async region(): Promise<string> {
    this.#region = await regionOf(this.#sts);
    return this.#region;
  }

  /**
   * @throws {@link ConfigurationError} the STS client has no region
   * @throws {@link StsUnavailableError} no base credentials, or none in time
   */
  async ready(): Promise<void> {
    await this.region();
    await assertBaseCredentials(this.#sts, this.#assumeTimeoutMs);
  }

  drop(tenantId: string): void {
    this.#entries.drop(tenantId);
  }

  /** Drops what is cached of the tenant, and rejects its vending, its pending calls, and its keys at the guard. */
  revoke(tenantId: string, forSeconds: number = this.#defaultRevocationSeconds): void {
    this.revocations.revoke(tenantId, forSeconds * 1000);
    this.#entries.drop(tenantId);
    if (channels.revoke.hasSubscribers) channels.revoke.publish({ tenantId, forSeconds });
  }

  reinstate(tenantId: string): void {
    this.revocations.reinstate(tenantId);
  }

  async close(): Promise<void> {
    this.#assumer.close();
    await this.#entries.close();
  }

  #slotOf(grant: Grant, region: string): CacheSlot {
    const known = this.#slots.get(grant);
    if (known !== undefined) return known;
    const { expiresAt = Number.POSITIVE_INFINITY } = grant.identity;
    const authority = this.#authorities.extend(grant.shape, expiresAt + this.#maxSessionMs);
    const slot: CacheSlot = { key: entryKey(grant.shape, region), grant, region, authority };
    this.#slots.set(grant, slot);
    return slot;
  }

  /** INVARIANT: the last step of `vend`, so that a call that began before a revocation returns nothing after it. */
  #credentialsOf({ tenantId, accessKeyId, secretAccessKey, sessionToken, life }: Entry, generation: number): TenantCredentials {
    this.revocations.assertCurrent(tenantId, generation);
    const now = this.#clock.now();
    return new RedactedCredentials(accessKeyId, secretAccessKey, sessionToken, new Date(now.wall + remainingMs(life, now)));
  }

  /** The digest of the policy that the failed call would have sent; `undefined` if no policy can be made. */
  #policyDigestOf(grant: Grant): string | undefined {
    try {
      return this.#region === undefined ? undefined : digestOf(requestOf(grant, this.#region).policy);
    } catch {
      return undefined;
    }
  }
}
