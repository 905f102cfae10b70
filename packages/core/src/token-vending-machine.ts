import { Faults, type Permissions, type TemplateSource } from '@tenant-aws/policy';
import { ClientCache, type ClientScope } from './clients/client-cache.ts';
import type { ClientClass, ClientConfig, DocumentClientClass } from './clients/sdk-client.ts';
import { assertFollowsCurrent, currentScope, warnOnceAfterResponse } from './clients/current-client.ts';
import { DeniedCalls } from './clients/denied-calls.ts';
import type { TenantAws } from './clients/tenant-aws.ts';
import { tenantAwsOf } from './clients/tenant-aws-of.ts';
import { type Clock, systemClock } from './clock.ts';
import { isProduction, readMachineEnvironment } from './configuration/environment.ts';
import type { TokenVendingMachineOptions } from './configuration/options.ts';
import { readConstantPermissions, readSettings, type Settings } from './configuration/settings.ts';
import type { TenantCredentials } from './credentials/credentials.ts';
import { Grants, OWN_PERMISSIONS } from './credentials/grants.ts';
import { Vendor } from './credentials/vendor.ts';
import { frozenOption } from './frozen.ts';
import type { TokenVendingMachineStats } from './stats.ts';
import type { TenantIdentity } from './tenant.ts';

/** Options of one call of `vend`. */
export interface VendOptions {
  /** Used *instead of* the machine's own permissions. */
  readonly permissions?: Permissions | undefined;
  /** Milliseconds of life that the credentials must have left, if more than `cache.minimumRemainingMs`. */
  readonly minimumRemainingMs?: number | undefined;
}

/** How a tenant is revoked. */
export interface RevokeOptions {
  /** Seconds. Default: `durationSeconds` and the floor, by when whatever was handed out has ended. Of two revocations the later end counts. */
  readonly forSeconds?: number | undefined;
}

/** Set by tests and by `fromEnvironment`: not options. */
interface Internals {
  readonly clock?: Clock;
  readonly source?: TemplateSource | undefined;
}

/**
 * Vends AWS credentials that reach only what the identity's tenant may touch: one AssumeRole with a session policy for
 * each tenant and set of permissions, shared by all who wait for it, and kept while enough of its life is left.
 *
 * @example
 * const tvm = new TokenVendingMachine({
 *   roleArn: 'arn:aws:iam::123456789012:role/TenantAccess',
 *   permissions: [{ template: 's3-folder-per-tenant', variables: { bucket: 'notes' } }],
 * });
 * const s3 = tvm.for(identity).client(S3Client);
 */
export class TokenVendingMachine implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #grants: Grants;
  readonly #vendor: Vendor;
  readonly #clients: ClientCache;
  readonly #currentScope: ClientScope = currentScope(isProduction() ? () => undefined : warnOnceAfterResponse());

  /**
   * Checks everything that can be checked without AWS. Never reads the `TENANT_AWS_*` variables: see {@link TokenVendingMachine.fromEnvironment}.
   *
   * @throws {@link ConfigurationError} with every fault at once
   */
  constructor(options: TokenVendingMachineOptions, { clock = systemClock, source }: Internals = {}) {
    const settings = readSettings(options, source);
    this.#settings = settings;
    this.#vendor = new Vendor(settings, clock);
    this.#grants = new Grants(settings, this.#vendor.revocations);
    const denied = new DeniedCalls(settings.deniedEventsPerMinute, clock);
    this.#clients = new ClientCache(settings.clients, this.#vendor.keys, denied, () => this.#vendor.region());
  }

  /**
   * A machine of the `TENANT_AWS_*` variables of the environment; what `overrides` has wins, option by option.
   *
   * @throws {@link ConfigurationError} naming every variable that is missing, malformed or unknown
   */
  static fromEnvironment(overrides: Partial<TokenVendingMachineOptions> = {}): TokenVendingMachine {
    const faults = new Faults();
    const { options, source, rename } = readMachineEnvironment(overrides, faults);
    return faults.checked(faults.attempt(() => new TokenVendingMachine(options as TokenVendingMachineOptions, { source }), rename));
  }

  /**
   * Checks what creation cannot: that there are a region and base credentials.
   *
   * @throws {@link ConfigurationError} there is no region
   * @throws {@link StsUnavailableError} there are no base credentials
   */
  async ready(): Promise<void> {
    await this.#vendor.ready();
  }

  /**
   * Vends credentials that reach only what the identity's tenant may touch.
   * Answered from memory while more than the floor, or than what is asked for, is left; otherwise one AssumeRole, shared by all who wait.
   *
   * @throws {@link TenantInvalidError} the tenant id is not acceptable; nothing is sent to STS
   * @throws {@link TenantRevokedError} revoked and not reinstated, or `authorizeTenant` does not accept it
   * @throws {@link TokenInvalidError} what the identity presented has ended, and `maxSessionSeconds` with it
   * @throws {@link StsUnavailableError} STS cannot answer and nothing cached is above the floor
   * @throws {@link StsRejectedError} STS refuses the role, its trust, or the policy
   * @throws {@link PolicyTooLargeError} the session policy has over 2,048 characters, or its packed form is too large
   * @throws {@link LifeUnavailableError} more life asked than `durationSeconds` less a minute
   * @throws {@link ConfigurationError} a function option answered what it may not, `options` cannot be read, or the identity's `expiresAt` is not milliseconds of the epoch
   * @see AWS STS API Reference, "AssumeRole": duration, size of a session policy
   */
  async vend(identity: TenantIdentity, options: VendOptions = {}): Promise<TenantCredentials> {
    const { permissions, minimumRemainingMs } = readVendOptions(options);
    const grant = await this.#grants.of(this.#grants.admit(identity, permissions), permissions);
    return this.#vendor.vend(grant, minimumRemainingMs);
  }

  /**
   * Returns AWS as the identity's tenant. Vends nothing yet.
   *
   * @param options `permissions`: used instead of the machine's own permissions
   * @throws {@link TenantInvalidError} the tenant id is not accepted
   * @throws {@link ConfigurationError} `expiresAt` is not milliseconds of the epoch, or `options` cannot be read
   */
  for(identity: TenantIdentity, options: Pick<VendOptions, 'permissions'> = {}): TenantAws {
    const faults = new Faults();
    faults.noneOf('', options, ['permissions']);
    faults.throwIfAny();
    const permissions = permissionsOf(options);
    const { durationSeconds } = this.#settings;
    const parts = { grants: this.#grants, vendor: this.#vendor, clients: this.#clients, durationSeconds };
    return tenantAwsOf(parts, this.#grants.admit(identity, permissions), permissions);
  }

  /**
   * Checks permissions that are the same for every identity, as creation checks the machine's own: the templates exist, and their variables have values.
   *
   * @throws {@link ConfigurationError} with every fault
   */
  checkPermissions(permissions: Permissions): void {
    const { perIdentity, permissionSets } = this.#settings;
    const faults = new Faults();
    faults.attempt(() => permissionSets.keyOf(permissions));
    readConstantPermissions({ ...perIdentity, permissions }, permissionSets, faults);
    faults.throwIfAny();
  }

  /**
   * One real client for all tenants, that a singleton may keep: each call of it is signed as the tenant in whose context
   * it is made, and fails outside one. Where the tenant is at hand, prefer {@link TenantAws.client}, which rests on no context.
   * Unless `NODE_ENV` is `production`, it warns once when it is called in the context of a request that is already answered.
   *
   * Each tenant has its own retry quota and clock offset in it, unless `config` has a `retryStrategy`, which all of them share. Its `config` is a
   * copy at each reading, so that what is written to it has no effect, and its `middlewareStack` refuses changes: no tenant's code changes
   * another's calls.
   *
   * @throws {@link ConfigurationError} `credentials` in `config`, no class of the SDK, or a release of it that would keep one tenant's credentials for the next
   */
  async currentClient<Client extends object>(
    type: ClientClass<Client> | DocumentClientClass<Client>,
    config: ClientConfig = {},
  ): Promise<Client> {
    const client = this.#clients.get(this.#currentScope, type, config);
    await assertFollowsCurrent(client);
    return client as Client;
  }

  /**
   * Refuses a tenant from now on: what is cached is dropped, whoever waits ends in `tenant_revoked` at once, clients that were built already, and
   * waiters of the AWS SDK, at their next call. Credentials that were handed out live to their end: see {@link denyIssuedBefore} for the way of AWS.
   * This is this process's: a fleet revokes on every host, or answers `authorizeTenant`.
   *
   * @param options `forSeconds`: how long, default `durationSeconds` and the floor
   * @throws {@link ConfigurationError} no tenant id, or no positive number of seconds
   */
  revoke(tenantId: string, options: RevokeOptions = {}): void {
    const { forSeconds, ...unknown } = options;
    const faults = new Faults();
    if (typeof tenantId !== 'string' || tenantId === '') faults.add('`revoke` takes a tenant id');
    faults.noneOf('', unknown, ['forSeconds']);
    if (forSeconds !== undefined && !(Number.isFinite(forSeconds) && forSeconds > 0)) faults.add('`forSeconds` must be a positive number');
    faults.throwIfAny();
    this.#vendor.revoke(tenantId, forSeconds);
  }

  /** Accepts a revoked tenant again. What was vended or asked for before the revocation stays refused. */
  reinstate(tenantId: string): void {
    this.#vendor.reinstate(tenantId);
  }

  /** Drops what is cached of a tenant, so that the next call asks STS. Credentials already handed out live to their end. */
  invalidate(tenantId: string): void {
    this.#vendor.drop(tenantId);
  }

  /** Figures for a metric or a health page; nothing in them names a tenant. */
  stats(): TokenVendingMachineStats {
    return { ...this.#vendor.counts, clients: this.#clients.size };
  }

  /** Waits for the calls to STS under way, then vends no more. Requests of clients under way finish. */
  async close(): Promise<void> {
    await this.#vendor.close();
    this.#clients.close();
    if (this.#settings.ownsSts) this.#settings.sts.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function readVendOptions(options: VendOptions): { permissions: Permissions | typeof OWN_PERMISSIONS; minimumRemainingMs: number } {
  const { minimumRemainingMs = 0 } = options;
  const faults = new Faults();
  faults.noneOf('', options, ['permissions', 'minimumRemainingMs']);
  if (!Number.isFinite(minimumRemainingMs) || minimumRemainingMs < 0)
    faults.option('minimumRemainingMs', 'must be a number of milliseconds, 0 or more');
  faults.throwIfAny();
  return { permissions: permissionsOf(options), minimumRemainingMs };
}

function permissionsOf({ permissions }: VendOptions): Permissions | typeof OWN_PERMISSIONS {
  return permissions === undefined ? OWN_PERMISSIONS : frozenOption(permissions);
}
