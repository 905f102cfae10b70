import { parseTenantId, type Permissions, type PermissionSet, type TenantId, type TenantIdSet } from '@tenant-aws/policy';
import { frozenIdentity } from '../frozen-identity.ts';
import type { PerIdentityOptions } from '../per-identity.ts';
import type { TenantIdentity } from '../tenant.ts';
import type { AssumeRequest } from './assume-role.ts';
import { shapeKey } from './entry-key.ts';
import type { PermissionSets } from './permission-sets.ts';
import type { Revocations } from './revocations.ts';
import { type OptionValues, parseSession, type RoleSession, valuesFor } from './role-session.ts';

/** The access of one identity: all parameters of AssumeRole, but for the region. */
export interface Grant {
  /** Frozen. */
  readonly identity: TenantIdentity;
  readonly tenantId: TenantId;
  readonly session: RoleSession;
  readonly permissions: PermissionSet;
  readonly durationSeconds: number;
  /** See {@link shapeKey}. */
  readonly shape: string;
}

interface KnownIdentity {
  values: OptionValues | Promise<OptionValues>;
  readonly grants: Map<string, Grant>;
}

/** Grants that are kept for one identity. Routes have few sets of permissions, but a set may contain values of a request. */
const MAX_GRANTS = 100;

/** Stands for the machine's own permissions. `undefined` or `null` must not: a mistake in the code would select them. */
export const OWN_PERMISSIONS: unique symbol = Symbol('own permissions');

/** The accepted tenant ids. */
export interface GrantedTenants {
  /** With any permissions. */
  readonly any: TenantIdSet;
  /** With the machine's own permissions, if they are the same for every identity; else as `any`. */
  readonly own: TenantIdSet;
}

/** The machine's options, checked. */
export interface GrantSettings {
  readonly perIdentity: PerIdentityOptions;
  readonly permissionSets: PermissionSets;
  readonly tenantIds: GrantedTenants;
  readonly durationSeconds: number;
}

/**
 * The grants of identities. The function options are called once per identity, and grants are found again by the identity's
 * reference: a request with cached credentials renders no policy and computes no digest.
 */
export class Grants {
  readonly #options: PerIdentityOptions;
  readonly #sets: PermissionSets;
  readonly #tenantIds: GrantedTenants;
  readonly #durationSeconds: number;
  readonly #revocations: Revocations;
  readonly #known = new WeakMap<TenantIdentity, KnownIdentity>();

  constructor({ perIdentity, permissionSets, tenantIds, durationSeconds }: GrantSettings, revocations: Revocations) {
    this.#options = perIdentity;
    this.#sets = permissionSets;
    this.#tenantIds = tenantIds;
    this.#durationSeconds = durationSeconds;
    this.#revocations = revocations;
  }

  /**
   * Checks the tenant id.
   *
   * @returns the identity, frozen
   * @throws {@link TenantInvalidError}
   * @throws {@link ConfigurationError} `expiresAt` is not milliseconds of the epoch
   */
  admit(identity: TenantIdentity, permissions: Permissions | typeof OWN_PERMISSIONS): TenantIdentity {
    const frozen = this.#known.has(identity) ? identity : frozenIdentity(identity);
    parseTenantId(frozen.tenantId, permissions === OWN_PERMISSIONS ? this.#tenantIds.own : this.#tenantIds.any);
    return frozen;
  }

  /**
   * The grant of an admitted identity; a promise only until its function options have returned.
   *
   * @throws {@link TenantRevokedError} the tenant is revoked before they have returned
   */
  of(identity: TenantIdentity, permissions: Permissions | typeof OWN_PERMISSIONS): Grant | Promise<Grant> {
    const known = this.#known.get(identity) ?? this.#call(identity);
    const key = permissions === OWN_PERMISSIONS ? 'own' : this.#sets.keyOf(permissions);
    const grant = known.grants.get(key);
    if (grant !== undefined) return grant;
    const make = (values: OptionValues): Grant => {
      const made = this.#make(identity, values, permissions);
      if (known.grants.size >= MAX_GRANTS) known.grants.clear();
      known.grants.set(key, made);
      return made;
    };
    const { values } = known;
    return values instanceof Promise ? this.#revocations.whileAdmitted(identity.tenantId, () => values.then(make)) : make(values);
  }

  #call(identity: TenantIdentity): KnownIdentity {
    const values = valuesFor(this.#options, identity);
    const known: KnownIdentity = { values, grants: new Map() };
    this.#known.set(identity, known);
    if (values instanceof Promise) {
      values.then(
        (settled) => (known.values = settled),
        () => this.#known.delete(identity), // called again for the next request: the failure may be temporary
      );
    }
    return known;
  }

  #make(identity: TenantIdentity, values: OptionValues, permissions: Permissions | typeof OWN_PERMISSIONS): Grant {
    const session = parseSession(values, identity.tenantId);
    const set = this.#sets.resolve(permissions === OWN_PERMISSIONS ? (values.permissions as Permissions) : permissions, {
      variables: (values.variables ?? {}) as Readonly<Record<string, string>>,
      tagKeys: Object.keys(session.tags),
    });
    const tenantId = parseTenantId(identity.tenantId, set.tenantId);
    const durationSeconds = this.#durationSeconds;
    const shape = shapeKey({ ...session, tenantId, permissions: set.key, durationSeconds });
    return { identity, tenantId, session, permissions: set, durationSeconds, shape };
  }
}

/** @throws {@link PolicyTooLargeError} the session policy has over 2,048 characters */
export function requestOf({ tenantId, session, permissions, durationSeconds }: Grant, region: string): AssumeRequest {
  const { partition, account } = session;
  return { ...session, durationSeconds, policy: permissions.generatePolicy(tenantId, { partition, region, account }) };
}
