import { randomUUID } from 'node:crypto';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { ConfigurationError, type Permissions } from '@tenant-aws/policy';
import type { TenantCredentials } from '../credentials/credentials.ts';
import type { Grant, Grants, OWN_PERMISSIONS } from '../credentials/grants.ts';
import type { Vendor } from '../credentials/vendor.ts';
import { frozenOption } from '../frozen.ts';
import type { TenantIdentity } from '../tenant.ts';
import type { ClientCache, ClientScope } from './client-cache.ts';
import { LatestGrant } from './latest-grant.ts';
import { memoized } from './sdk-client.ts';
import type { TenantAws } from './tenant-aws.ts';

/** The parts of a token vending machine that give access. */
export interface AccessParts {
  readonly grants: Grants;
  readonly vendor: Vendor;
  readonly clients: ClientCache;
  readonly durationSeconds: number;
}

/** The access of one identity with one set of permissions: what every `TenantAws` of this identity shares. */
export class TenantAccess {
  readonly identity: TenantIdentity;
  /** These two work without `this`: callers take them out of their object. */
  readonly credentials: AwsCredentialIdentityProvider;
  readonly client: TenantAws['client'];
  readonly #parts: AccessParts;
  readonly #permissions: Permissions | typeof OWN_PERMISSIONS;
  readonly #minimumRemainingMs: number;
  #known: Grant | undefined;
  /** While an asynchronous option is pending, only this identity may use the client. */
  #pendingKey: string | undefined;
  /** By the permissions' reference, where they cannot change. */
  #scoped: WeakMap<object, TenantAccess> | undefined;

  private constructor(
    parts: AccessParts,
    identity: TenantIdentity,
    permissions: Permissions | typeof OWN_PERMISSIONS,
    minimumRemainingMs: number,
    credentials: AwsCredentialIdentityProvider,
    client: TenantAws['client'],
  ) {
    this.#parts = parts;
    this.identity = identity;
    this.#permissions = permissions;
    this.#minimumRemainingMs = minimumRemainingMs;
    this.credentials = credentials;
    this.client = client;
  }

  /**
   * The functions are made here and not by the constructor: see `TenantAwsOfRequest.of`.
   *
   * @param minimumRemainingMs the lifetime that credentials must have left, if more than `cache.minimumRemainingMs`
   */
  static of(
    parts: AccessParts,
    identity: TenantIdentity,
    permissions: Permissions | typeof OWN_PERMISSIONS,
    minimumRemainingMs = 0,
  ): TenantAccess {
    const vend = async (): Promise<TenantCredentials> => {
      const grant = made.#grant();
      return parts.vendor.vend(grant instanceof Promise ? await grant : grant, minimumRemainingMs);
    };
    const client = (type: object, config: object = {}): never =>
      parts.clients.get(made.#scope(), type, config as Readonly<Record<string, unknown>>) as never;
    // INVARIANT: frozen. A request that changed `credentials.memoized` would change it for every user of the identity.
    const [frozenVend, frozenClient] = [Object.freeze(memoized(vend)), Object.freeze(client)];
    const made: TenantAccess = new TenantAccess(parts, identity, permissions, minimumRemainingMs, frozenVend, frozenClient);
    return made;
  }

  /**
   * Makes sure that the cache has credentials.
   *
   * @returns a promise only if it has to wait
   * @throws the errors of `credentials()`, synchronously if they are known without waiting
   */
  ensure(): undefined | Promise<void> {
    const { vendor } = this.#parts;
    const grant = this.#grant();
    if (!(grant instanceof Promise)) return vendor.ensure(grant, this.#minimumRemainingMs);
    return grant.then((made) => vendor.ensure(made, this.#minimumRemainingMs));
  }

  /** The same identity with these permissions instead of its own. The same permissions, if they cannot change, return the same access. */
  scoped(given: Permissions): TenantAccess {
    const known = this.#scoped?.get(given);
    if (known !== undefined) return known;
    const permissions = frozenOption(given);
    const access = TenantAccess.of(this.#parts, this.identity, permissions, this.#minimumRemainingMs);
    const grant = access.#grant(); // throws here, where it can, if the permissions are wrong
    if (grant instanceof Promise) grant.catch(() => undefined); // the same failure is reported when credentials are requested
    if (permissions === given) (this.#scoped ??= new WeakMap()).set(permissions, access);
    return access;
  }

  lasting(seconds: number): TenantAccess {
    if (!Number.isFinite(seconds) || seconds <= 0) throw new ConfigurationError(['`lasting` takes a positive number of seconds']);
    const { vendor, durationSeconds } = this.#parts;
    vendor.assertLife(durationSeconds, seconds * 1000);
    return TenantAccess.of(this.#parts, this.identity, this.#permissions, seconds * 1000);
  }

  #grant(): Grant | Promise<Grant> {
    if (this.#known !== undefined) return this.#known;
    const grant = this.#parts.grants.of(this.identity, this.#permissions);
    if (!(grant instanceof Promise)) this.#known = grant;
    return grant;
  }

  #scope(): ClientScope {
    const { tenantId } = this.identity;
    const grant = this.#grant();
    const tenantOf = (): string => tenantId;
    if (grant instanceof Promise) {
      grant.catch(() => undefined); // as above
      this.#pendingKey ??= randomUUID();
      return { key: this.#pendingKey, tenantOf, credentials: this.credentials };
    }
    const { vendor } = this.#parts;
    const latestGrant = new LatestGrant(grant);
    const credentials = memoized(() => vendor.vend(latestGrant.current, this.#minimumRemainingMs));
    return { key: `${grant.shape} ${this.#minimumRemainingMs}`, tenantOf, credentials, latestGrant };
  }
}
