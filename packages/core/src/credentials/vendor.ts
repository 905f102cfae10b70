import { ConfigurationError } from '@tenant-aws/policy';
import type { Clock } from '../clock.ts';
import { digestOf } from '../digest.ts';
import { LifeUnavailableError, StsRejectedError } from '../errors.ts';
import { channels } from '../events.ts';
import { operatorText } from '../operator-text.ts';
import { Assumer, type AssumerSettings } from './assumer.ts';
import { Authorization, type AuthorizeTenant } from './authorization.ts';
import { RedactedCredentials, type TenantCredentials } from './credentials.ts';
import { type CacheCounts, type CacheSettings, EntryCache, type RequestedGrant } from './entry-cache.ts';
import { type Grant, requestOf } from './grants.ts';
import { remainingMs } from './lifetime.ts';
import { Revocations } from './revocations.ts';
import { Slots } from './slots.ts';
import type { Entry } from './entry.ts';
import { assertBaseCredentials, regionOf, type StsAccess } from './sts-client.ts';
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

/** Keys of the guard, and slots, for each entry of the cache: requests may still use the keys of replaced and evicted entries. */
const PER_ENTRY = 4;

/** An entry that was not cached. */
interface Obtained {
  readonly entry: Entry;
  readonly outcome: 'shared' | 'assumed';
}

/** Vends the credentials of a grant: checks that the tenant is admitted, then uses the cache, which uses STS. */
export class Vendor {
  readonly keys: VendedKeys;
  readonly revocations: Revocations;
  readonly #assumer: Assumer;
  readonly #entries: EntryCache;
  readonly #slots: Slots;
  readonly #authorization: Authorization | undefined;
  readonly #sts: StsAccess;
  readonly #assumeTimeoutMs: number;
  readonly #maxSessionMs: number;
  readonly #defaultRevocationSeconds: number;
  readonly #clock: Clock;
  #region: string | undefined;

  constructor(settings: VendorSettings, clock: Clock) {
    const { sts, region, durationSeconds, maxSessionSeconds, assumeTimeoutMs, cache, authorizeTenant } = settings;
    this.revocations = new Revocations(clock, durationSeconds * 1000);
    this.keys = new VendedKeys(cache.max * PER_ENTRY, this.revocations, clock);
    this.#assumer = new Assumer(settings, this.keys, this.revocations, clock);
    this.#entries = new EntryCache(cache, this.#assumer, this.keys, clock);
    this.#slots = new Slots(cache.max * PER_ENTRY);
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
    return this.#credentialsOf(await this.#vend(grant, minimumRemainingMs, generation), generation);
  }

  /**
   * Does what {@link Vendor.vend} does, and returns nothing. The promise is absent if the cache has the credentials.
   *
   * @throws what `vend` throws, synchronously if it is known without waiting
   */
  ensure(grant: Grant, minimumRemainingMs = 0): undefined | Promise<void> {
    const generation = this.revocations.generationOf(grant.tenantId);
    const entry = this.#vend(grant, minimumRemainingMs, generation);
    if (!(entry instanceof Promise)) return undefined;
    return entry.then(() => this.revocations.assertCurrent(grant.tenantId, generation));
  }

  #vend(grant: Grant, minimumRemainingMs: number, generation: number): Entry | Promise<Entry> {
    if (!channels.vend.hasSubscribers) return entryOf(this.#find(grant, minimumRemainingMs));
    const started = performance.now();
    const succeed = (entry: Entry, outcome: 'hit' | Obtained['outcome']): Entry => {
      this.revocations.assertCurrent(grant.tenantId, generation);
      publishVend(grant, outcome, performance.now() - started, entry);
      return entry;
    };
    const fail = (error: unknown): never => {
      publishVend(grant, 'failed', performance.now() - started, { policyDigest: this.#policyDigestOf(grant) }, error);
      throw error;
    };
    try {
      const found = this.#find(grant, minimumRemainingMs);
      if (!(found instanceof Promise)) return succeed(found, 'hit');
      return found
        .then((obtained) => ('outcome' in obtained ? succeed(obtained.entry, obtained.outcome) : succeed(obtained, 'hit')))
        .catch(fail);
    } catch (error) {
      return fail(error);
    }
  }

  #find(grant: Grant, minimumRemainingMs: number): Entry | Promise<Entry | Obtained> {
    this.#assumer.assertOpen();
    this.revocations.assertAdmitted(grant.tenantId);
    const authorizing = this.#authorization?.assert(grant.identity);
    const region = this.#region;
    if (authorizing !== undefined || region === undefined) return this.#findWhenReady(grant, minimumRemainingMs, authorizing);
    return this.#findIn(region, grant, minimumRemainingMs);
  }

  async #findWhenReady(grant: Grant, minimumRemainingMs: number, authorizing: Promise<void> | undefined): Promise<Entry | Obtained> {
    if (authorizing !== undefined) await this.revocations.whileAdmitted(grant.tenantId, () => authorizing);
    const region = this.#region ?? (await this.revocations.whileAdmitted(grant.tenantId, () => this.region()));
    return this.#findIn(region, grant, minimumRemainingMs);
  }

  #findIn(region: string, given: Grant, minimumRemainingMs: number): Entry | Promise<Obtained> {
    this.assertLife(given.durationSeconds, minimumRemainingMs);
    const grant = this.#requested(given);
    const now = this.#clock.now();
    const entry = this.#entries.find(grant, minimumRemainingMs, now);
    if (entry === undefined) return this.#entries.get(grant, region, minimumRemainingMs);
    if (this.#entries.isDue(grant, entry, now)) void this.#refresh(grant, region, entry);
    return entry;
  }

  async #refresh(grant: RequestedGrant, region: string, entry: Entry): Promise<void> {
    const started = performance.now();
    const refreshed = await this.#entries.refresh(grant, region, entry);
    publishRefresh(grant, performance.now() - started, refreshed);
  }

  /** @throws {@link LifeUnavailableError} `minimumRemainingMs` is more than the duration less a minute */
  assertLife(durationSeconds: number, minimumRemainingMs: number): void {
    const longestMs = durationSeconds * 1000 - MARGIN_MS;
    if (minimumRemainingMs > longestMs) throw new LifeUnavailableError({ detail: { askedMs: minimumRemainingMs, longestMs } });
  }

  /**
   * Always the same region, once it is known: the keys of the cache do not have it.
   *
   * @throws {@link ConfigurationError} the STS client has no region
   */
  async region(): Promise<string> {
    if (this.#region !== undefined) return this.#region;
    const region = await regionOf(this.#sts);
    return (this.#region ??= region);
  }

  /**
   * @throws {@link ConfigurationError} the STS client has no region
   * @throws {@link StsUnavailableError} no base credentials, or none in time
   */
  async ready(): Promise<void> {
    await this.region();
    await assertBaseCredentials(this.#sts, this.#assumeTimeoutMs);
  }

  /**
   * Assumes the role once, for a tenant that does not exist.
   *
   * @throws {@link ConfigurationError} STS refuses: says what to check
   * @throws {@link StsUnavailableError} {@link PolicyTooLargeError}
   */
  async probe(grant: Grant): Promise<void> {
    const failure = await this.#assumer.probe(grant, await this.region());
    if (failure === undefined) return;
    const { error } = failure;
    if (!(error instanceof StsRejectedError)) throw error;
    const { sts, check = 'read the message of STS' } = error.detail as { readonly sts: string; readonly check?: string };
    throw new ConfigurationError(
      [`STS does not let this process assume the role ${grant.session.roleArn}: ${check}. STS reports ${operatorText(sts)}`],
      { cause: error },
    );
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

  #requested(grant: Grant): RequestedGrant {
    grant.slot ??= this.#slots.extend(
      grant.shape,
      grant.tenantId,
      (grant.identity.expiresAt ?? Number.POSITIVE_INFINITY) + this.#maxSessionMs,
    );
    return grant as RequestedGrant;
  }

  /** INVARIANT: the last step of `vend`, so that a call that began before a revocation returns nothing after it. */
  #credentialsOf(entry: Entry, generation: number): TenantCredentials {
    const { tenantId, accessKeyId, secretAccessKey, sessionToken } = entry;
    this.revocations.assertCurrent(tenantId, generation);
    const now = this.#clock.now();
    return new RedactedCredentials(accessKeyId, secretAccessKey, sessionToken, new Date(now.wall + remainingMs(entry, now)));
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

function entryOf(found: Entry | Promise<Entry | Obtained>): Entry | Promise<Entry> {
  return found instanceof Promise ? found.then((obtained) => ('outcome' in obtained ? obtained.entry : obtained)) : found;
}
