import type { STSClient } from '@aws-sdk/client-sts';
import { ConfigurationError } from '@tenant-aws/policy';
import type { Clock } from '../clock.ts';
import { digestOf } from '../digest.ts';
import { LifeUnavailableError } from '../errors.ts';
import { channels } from '../events.ts';
import { Authorities } from './authority.ts';
import { Authorization, type AuthorizeTenant } from './authorization.ts';
import { SilentCredentials, type TenantCredentials } from './credentials.ts';
import { type CacheCounts, type CacheSettings, type Entry, EntryCache, type Outcome, type Place } from './entry-cache.ts';
import { entryKey } from './entry-key.ts';
import { type Grant, requestOf } from './grants.ts';
import { remainingMs } from './lifetime.ts';
import { Revocations } from './revocations.ts';
import { StsAccess } from './sts-access.ts';
import { publishRefresh, publishUtilisation, publishVend } from './vend-events.ts';
import { VendedKeys } from './vended-keys.ts';

/** What credentials are vended with; each is the machine's option of that name, checked. */
export interface VendorSettings {
  readonly sts: STSClient;
  /** Where it is known already. */
  readonly region: string | undefined;
  readonly durationSeconds: number;
  readonly maxSessionSeconds: number;
  readonly assumeTimeoutMs: number;
  readonly maxConcurrentAssumes: number;
  readonly cache: CacheSettings;
  readonly authorizeTenant: AuthorizeTenant | undefined;
}

/** A minute between asking and using: no credentials can be asked to live longer than the role gives less this. */
const MARGIN_MS = 60_000;

/** Keys that the guard remembers, and authorities, for each entry of the cache: one that was renewed or pushed out still has requests on their way. */
const PER_ENTRY = 4;

/** From a grant to credentials: whether the tenant is admitted, the cache, and STS. */
export class Vendor {
  readonly keys: VendedKeys;
  readonly revocations: Revocations;
  readonly #entries: EntryCache;
  readonly #authorities: Authorities;
  readonly #authorization: Authorization | undefined;
  readonly #sts: StsAccess;
  readonly #maxSessionMs: number;
  readonly #defaultRevocationSeconds: number;
  readonly #clock: Clock;
  readonly #places = new WeakMap<Grant, Place>();
  #region: string | undefined;
  #closed = false;

  constructor({ sts, region, cache, assumeTimeoutMs, maxConcurrentAssumes, ...rest }: VendorSettings, clock: Clock) {
    const { durationSeconds, maxSessionSeconds, authorizeTenant } = rest;
    this.revocations = new Revocations(clock, durationSeconds * 1000);
    this.#authorization = authorizeTenant && new Authorization(authorizeTenant, clock, assumeTimeoutMs);
    this.keys = new VendedKeys(cache.max * PER_ENTRY, this.revocations, clock);
    this.#entries = new EntryCache(cache, clock);
    this.#authorities = new Authorities(cache.max * PER_ENTRY);
    this.#sts = new StsAccess(sts, clock, assumeTimeoutMs, maxConcurrentAssumes);
    this.#maxSessionMs = maxSessionSeconds * 1000;
    this.#defaultRevocationSeconds = durationSeconds + Math.ceil(cache.minimumRemainingMs / 1000);
    this.#clock = clock;
    this.#region = region;
  }

  get counts(): CacheCounts & { readonly entries: number; readonly queued: number } {
    return { ...this.#entries.counts, entries: this.#entries.size, queued: this.#sts.waiting };
  }

  /** Credentials of a grant, with at least `minimumRemainingMs` of life left; each call answers an object of its own. */
  async vend(grant: Grant, minimumRemainingMs = 0): Promise<TenantCredentials> {
    const generation = this.revocations.generationOf(grant.tenantId);
    if (!channels.vend.hasSubscribers) return this.#answer((await this.#vend(grant, minimumRemainingMs)).entry, generation);
    const started = performance.now();
    try {
      const { entry, outcome } = await this.#vend(grant, minimumRemainingMs);
      const credentials = this.#answer(entry, generation);
      publishVend(grant, outcome, performance.now() - started, entry);
      return credentials;
    } catch (error) {
      publishVend(grant, 'failed', performance.now() - started, { policyDigest: this.#digestFor(grant) }, error);
      throw error;
    }
  }

  async #vend(grant: Grant, minimumRemainingMs: number): Promise<{ entry: Entry; outcome: 'hit' | 'shared' | 'assumed' }> {
    this.#assertOpen();
    this.revocations.assertAdmitted(grant.tenantId);
    const asked = this.#authorization?.assert(grant.identity);
    if (asked !== undefined) await this.revocations.whileAdmitted(grant.tenantId, () => asked);
    this.assertLife(grant.durationSeconds, minimumRemainingMs);
    const region = this.#region ?? (await this.revocations.whileAdmitted(grant.tenantId, () => this.region()));
    const place = this.#placeOf(grant, region);
    const entry = this.#entries.find(place, minimumRemainingMs);
    if (entry === undefined) return this.#entries.get(place, minimumRemainingMs, () => this.#assume(grant, region));
    this.keys.touch(entry.keyDigest);
    if (this.#entries.isDue(entry, place)) this.#refresh(grant, place, region, entry);
    return { entry, outcome: 'hit' };
  }

  #refresh(grant: Grant, place: Place, region: string, entry: Entry): void {
    const started = performance.now();
    this.#entries.refresh(
      place,
      entry,
      () => this.#assume(grant, region),
      (refreshed) => publishRefresh(grant, performance.now() - started, refreshed),
    );
  }

  /** @throws {@link LifeUnavailableError} more life is asked than the role gives, less a minute */
  assertLife(durationSeconds: number, askedMs: number): void {
    const longestMs = durationSeconds * 1000 - MARGIN_MS;
    if (askedMs > longestMs) throw new LifeUnavailableError({ detail: { askedMs, longestMs } });
  }

  /** The region of the STS client. @throws {@link ConfigurationError} there is none */
  async region(): Promise<string> {
    this.#region = await this.#sts.region();
    return this.#region;
  }

  /** That there is a region, and something to sign AssumeRole with. @throws what {@link StsAccess.ready} throws */
  async ready(): Promise<void> {
    await this.region();
    await this.#sts.ready();
  }

  drop(tenantId: string): void {
    this.#entries.drop(tenantId);
  }

  /** Drops what is cached, and refuses the tenant: vending, flights under way, and the keys that the guard knows. */
  revoke(tenantId: string, forSeconds: number = this.#defaultRevocationSeconds): void {
    this.revocations.revoke(tenantId, forSeconds * 1000);
    this.#entries.drop(tenantId);
    if (channels.revoke.hasSubscribers) channels.revoke.publish({ tenantId, forSeconds });
  }

  reinstate(tenantId: string): void {
    this.revocations.reinstate(tenantId);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#entries.close();
  }

  #placeOf(grant: Grant, region: string): Place {
    const known = this.#places.get(grant);
    if (known !== undefined) return known;
    const { shape, tenantId, identity } = grant;
    const { expiresAt = Number.POSITIVE_INFINITY } = identity;
    const authority = this.#authorities.present(shape, expiresAt + this.#maxSessionMs);
    const place = { key: entryKey(shape, region), tenantId, authority };
    this.#places.set(grant, place);
    return place;
  }

  async #assume(grant: Grant, region: string): Promise<Outcome> {
    this.#assertOpen(); // it may have been closed while `authorizeTenant` was asked
    const { tenantId } = grant;
    const request = requestOf(grant, region);
    return this.revocations.whileAdmitted(tenantId, async (revoked) => {
      const generation = this.revocations.generationOf(tenantId);
      const outcome = await this.#sts.assume(tenantId, request, revoked);
      revoked.throwIfAborted();
      if (outcome.kind !== 'assumed') return outcome;
      // INVARIANT: the guard learns of a key here and nowhere else, from the tenant whose policy was sent.
      const keyDigest = this.keys.add(outcome.accessKeyId, tenantId, outcome.life, generation);
      publishUtilisation(tenantId, outcome.tokenUtilisation);
      return { ...outcome, keyDigest, policyDigest: digestOf(request.policy) };
    });
  }

  /** INVARIANT: the last thing that `vend` does, so that who asked before a revocation is answered nothing after it. */
  #answer({ tenantId, accessKeyId, secretAccessKey, sessionToken, life }: Entry, generation: number): TenantCredentials {
    this.revocations.assertCurrent(tenantId, generation);
    const now = this.#clock.now();
    return new SilentCredentials(accessKeyId, secretAccessKey, sessionToken, new Date(now.wall + remainingMs(life, now)));
  }

  #assertOpen(): void {
    if (this.#closed) throw new ConfigurationError(['the token vending machine is closed']);
  }

  /** Of the policy that would have been sent, if there is one. */
  #digestFor(grant: Grant): string | undefined {
    try {
      return this.#region === undefined ? undefined : digestOf(requestOf(grant, this.#region).policy);
    } catch {
      return undefined;
    }
  }
}
