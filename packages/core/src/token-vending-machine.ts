import { Faults, type Permissions, type TemplateSource } from '@tenant-aws/policy';
import { ClientCache, type ClientScope } from './clients/client-cache.ts';
import type { ClientClass, ClientConfig, DocumentClientClass } from './clients/sdk-client.ts';
import { assertFollowsCurrent, currentScope, warnOnceAfterResponse } from './clients/current-client.ts';
import { DeniedCalls } from './clients/denied-calls.ts';
import type { TenantAws } from './clients/tenant-aws.ts';
import { type AccessParts, TenantAccess } from './clients/tenant-access.ts';
import { tenantAwsOf } from './clients/tenant-aws-of.ts';
import {
  OWN,
  readProbe,
  readRevocation,
  readVendOptions,
  type ReadyOptions,
  type RevokeOptions,
  type VendOptions,
} from './call-options.ts';
import { type Clock, systemClock } from './clock.ts';
import { isProduction, readMachineEnvironment } from './configuration/environment.ts';
import type { TokenVendingMachineOptions } from './configuration/options.ts';
import { readConstantPermissions, readSettings, type Settings } from './configuration/settings.ts';
import type { TenantCredentials } from './credentials/credentials.ts';
import { Grants, OWN_PERMISSIONS } from './credentials/grants.ts';
import { Vendor } from './credentials/vendor.ts';
import type { TokenVendingMachineStats } from './stats.ts';
import type { TenantIdentity } from './tenant.ts';

/** Set by tests and by `fromEnvironment`: not options. */
interface Internals {
  readonly clock?: Clock;
  readonly sources?: readonly TemplateSource[] | undefined;
}

/**
 * Vends AWS credentials that give access to the data of the identity's tenant only: one AssumeRole with a session policy
 * for each tenant and set of permissions. Concurrent requests share the call, and its credentials are cached.
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
  readonly #parts: AccessParts;
  /** The own permissions of identities that were admitted. Their objects are frozen. */
  readonly #accesses = new WeakMap<TenantIdentity, TenantAccess>();
  readonly #currentScope: ClientScope = currentScope(isProduction() ? () => undefined : warnOnceAfterResponse());

  /**
   * Checks everything that can be checked without AWS. It never reads the `TENANT_AWS_*` variables; {@link TokenVendingMachine.fromEnvironment} does.
   *
   * @throws {@link ConfigurationError} with every fault
   */
  constructor(options: TokenVendingMachineOptions, { clock = systemClock, sources }: Internals = {}) {
    const settings = readSettings(options, sources);
    this.#settings = settings;
    this.#vendor = new Vendor(settings, clock);
    this.#grants = new Grants(settings, this.#vendor.revocations);
    const denied = new DeniedCalls(settings.deniedEventsPerMinute, clock);
    this.#clients = new ClientCache(settings.clients, this.#vendor.keys, denied, () => this.#vendor.region());
    const { durationSeconds } = settings;
    this.#parts = { grants: this.#grants, vendor: this.#vendor, clients: this.#clients, durationSeconds };
  }

  /**
   * Creates a machine from the `TENANT_AWS_*` environment variables. Each option in `overrides` replaces its variable.
   *
   * @throws {@link ConfigurationError} naming every variable that is missing, malformed or unknown
   */
  static fromEnvironment(overrides: Partial<TokenVendingMachineOptions> = {}): TokenVendingMachine {
    const faults = new Faults();
    const { options, sources, rename } = readMachineEnvironment(overrides, faults);
    return faults.checked(faults.attempt(() => new TokenVendingMachine(options as TokenVendingMachineOptions, { sources }), rename));
  }

  /**
   * Checks what the constructor cannot: the region and the base credentials, and with `probe` that the role can be assumed.
   *
   * @throws {@link ConfigurationError} the STS client has no region; with `probe`, STS refuses the role, or an option is a function
   * @throws {@link StsUnavailableError} there are no base credentials; with `probe`, STS is unavailable
   * @throws {@link PolicyTooLargeError} with `probe`: the session policy is larger than STS accepts
   */
  async ready(options: ReadyOptions = {}): Promise<void> {
    const synthetic = readProbe(options) ? this.#grants.synthetic() : undefined;
    await this.#vendor.ready();
    if (synthetic !== undefined) await this.#vendor.probe(synthetic);
  }

  /**
   * Vends credentials that give access to the data of the identity's tenant only. They come from the cache while more than
   * the minimum lifetime remains; otherwise from one AssumeRole, which concurrent calls share.
   *
   * @throws {@link TenantInvalidError} the tenant id is not accepted; nothing is sent to STS
   * @throws {@link TenantRevokedError} revoked and not reinstated, or `authorizeTenant` does not accept it
   * @throws {@link TokenInvalidError} the identity's `expiresAt` plus `maxSessionSeconds` has passed
   * @throws {@link StsUnavailableError} STS is unavailable, and no cached credentials remain valid long enough; or the machine is closed
   * @throws {@link StsRejectedError} STS refuses the role, its trust policy, or the session policy
   * @throws {@link PolicyTooLargeError} the session policy has over 2,048 characters, or its packed form is too large
   * @throws {@link LifeUnavailableError} `minimumRemainingMs` is more than `durationSeconds` less a minute
   * @throws {@link ConfigurationError} a function option returned an invalid value, `options` are invalid, or the identity's `expiresAt` is not milliseconds of the epoch
   * @see AWS STS API Reference, "AssumeRole": duration, size of a session policy
   */
  async vend(identity: TenantIdentity, options?: VendOptions): Promise<TenantCredentials> {
    const { permissions, minimumRemainingMs } = options === undefined ? OWN : readVendOptions(options);
    const grant = this.#grants.admitOnce(identity, permissions);
    return this.#vendor.vend(grant instanceof Promise ? await grant : grant, minimumRemainingMs);
  }

  /**
   * AWS as the identity's tenant. It vends no credentials yet.
   *
   * @param options `permissions`: used instead of the machine's own permissions
   * @throws {@link TenantInvalidError} the tenant id is not accepted
   * @throws {@link ConfigurationError} `expiresAt` is not milliseconds of the epoch, or `options` cannot be read
   */
  for(identity: TenantIdentity, options?: Pick<VendOptions, 'permissions'>): TenantAws {
    if (options === undefined) return tenantAwsOf(this.#accesses.get(identity) ?? this.#ownAccess(identity));
    const { permissions } = readVendOptions(options, ['permissions']);
    return tenantAwsOf(TenantAccess.of(this.#parts, this.#grants.admit(identity, permissions), permissions));
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
   * One client for all tenants, which a singleton may keep. Each call is signed as the tenant whose async context it is made
   * in, and fails outside one. If the code has the tenant, prefer {@link TenantAws.client}, which needs no context.
   * Unless `NODE_ENV` is `production`, it warns once when it is called in the context of a request that has been answered.
   *
   * Each tenant has its own retry quota and clock offset, unless `config` has a `retryStrategy`, which all tenants share. No
   * tenant's code can change another's calls: each read of the client's `config` returns a copy, and its `middlewareStack`
   * refuses changes.
   *
   * @throws {@link ConfigurationError} `credentials` in `config`, `type` is not a client class of the SDK, or a release of the SDK that would use one tenant's credentials for the next
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
   * Refuses a tenant from now on. Its cached credentials are dropped, and pending requests fail with `tenant_revoked`
   * immediately. Existing clients and waiters of the AWS SDK fail at their next call. AWS accepts vended credentials until
   * they expire: {@link denyIssuedBefore} returns a policy that ends them.
   * This affects this process only: revoke on every host, or decide in `authorizeTenant`.
   *
   * @throws {@link ConfigurationError} `tenantId` is empty or not a string, or an option is invalid
   */
  revoke(tenantId: string, options: RevokeOptions = {}): void {
    this.#vendor.revoke(tenantId, readRevocation(tenantId, options));
  }

  /** Accepts a revoked tenant again. Credentials and requests from before the revocation stay refused. */
  reinstate(tenantId: string): void {
    this.#vendor.reinstate(tenantId);
  }

  /** Drops a tenant's cached credentials, so that the next call goes to STS. Vended credentials stay valid until they expire. */
  invalidate(tenantId: string): void {
    this.#vendor.drop(tenantId);
  }

  /** Numbers for metrics or a health page, without tenant ids. */
  stats(): TokenVendingMachineStats {
    return { ...this.#vendor.counts, clients: this.#clients.size };
  }

  /**
   * Vends no more credentials, and waits for the pending calls to STS. Pending requests of clients finish. A later call of `vend` is
   * `sts_unavailable` (503): close the server first.
   */
  async close(): Promise<void> {
    await this.#vendor.close();
    this.#clients.close();
    await this.#settings.sts.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #ownAccess(given: TenantIdentity): TenantAccess {
    const identity = this.#grants.admit(given, OWN_PERMISSIONS);
    const access = TenantAccess.of(this.#parts, identity, OWN_PERMISSIONS);
    this.#accesses.set(identity, access);
    return access;
  }
}
