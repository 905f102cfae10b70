import {
  ConfigurationError,
  parseTenantId,
  type Permissions,
  type PermissionSet,
  type TenantId,
  type TenantIdSet,
} from '@tenant-aws/policy';
import { frozenIdentity } from '../frozen-identity.ts';
import type { PerIdentityOptions } from '../per-identity.ts';
import type { TenantIdentity } from '../tenant.ts';
import type { AssumeRequest } from './assume-role.ts';
import { shapeKey, sharedDigest } from './entry-key.ts';
import type { PermissionSets } from './permission-sets.ts';
import type { Revocations } from './revocations.ts';
import { constantValues, type OptionValues, parseSession, PER_IDENTITY, type RoleSession, valuesFor } from './role-session.ts';
import { defaultSessionName } from './session-parameters.ts';
import type { Slot } from './slots.ts';
import { syntheticTenantId } from './synthetic-tenant.ts';

/** The part of a grant that many tenants can have in common. */
interface SharedGrant {
  readonly session: RoleSession;
  readonly permissions: PermissionSet;
  readonly durationSeconds: number;
  /** See {@link sharedDigest}. */
  readonly digest: string;
}

/** The access of one identity: all parameters of AssumeRole, but for the region. */
export interface Grant extends Omit<SharedGrant, 'digest'> {
  /** Frozen. */
  readonly identity: TenantIdentity;
  readonly tenantId: TenantId;
  /** See {@link shapeKey}. */
  readonly shape: string;
  /** Set when credentials are requested for the first time. Shared by all grants of this shape. */
  slot: Slot | undefined;
}

interface KnownIdentity {
  values: OptionValues | Promise<OptionValues>;
  /** With other permissions than the machine's own. */
  others: Map<string, Grant> | undefined;
}

/** Grants that are kept for one identity, and their shared parts for all identities. Routes have few sets of permissions, but a set may contain values of a request. */
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
  /** The values of the options, if they are the same for every identity. */
  readonly #constants: OptionValues | undefined;
  readonly #sets: PermissionSets;
  readonly #tenantIds: GrantedTenants;
  readonly #durationSeconds: number;
  readonly #revocations: Revocations;
  readonly #known = new WeakMap<TenantIdentity, KnownIdentity>();
  /** With the machine's own permissions. Apart from `#known`, because each object between identity and credentials costs time in a large cache. */
  readonly #own = new WeakMap<TenantIdentity, Grant>();
  /** With constant options, by permissions: a new identity computes no digest either. */
  readonly #shared = new Map<string, SharedGrant>();

  constructor({ perIdentity, permissionSets, tenantIds, durationSeconds }: GrantSettings, revocations: Revocations) {
    this.#options = perIdentity;
    this.#constants = constantValues(perIdentity);
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
    const own = this.#own.get(identity);
    if (permissions === OWN_PERMISSIONS && own !== undefined) return identity;
    const frozen = own === undefined && !this.#known.has(identity) ? frozenIdentity(identity) : identity;
    parseTenantId(frozen.tenantId, permissions === OWN_PERMISSIONS ? this.#tenantIds.own : this.#tenantIds.any);
    return frozen;
  }

  /**
   * The grant of an admitted identity; a promise only until its function options have returned.
   *
   * @throws {@link TenantRevokedError} the tenant is revoked before they have returned
   */
  of(identity: TenantIdentity, permissions: Permissions | typeof OWN_PERMISSIONS): Grant | Promise<Grant> {
    const own = permissions === OWN_PERMISSIONS ? this.#own.get(identity) : undefined;
    return own ?? this.#grantOf(identity, this.#knownOf(identity, permissions), permissions);
  }

  /** The grant of an identity that is not admitted yet. A mutable identity is copied, and its copy is used for this grant only. */
  admitOnce(given: TenantIdentity, permissions: Permissions | typeof OWN_PERMISSIONS): Grant | Promise<Grant> {
    const own = permissions === OWN_PERMISSIONS ? this.#own.get(given) : undefined;
    if (own !== undefined) return own;
    const identity = this.admit(given, permissions);
    return identity === given ? this.of(identity, permissions) : this.#grantOf(identity, this.#call(identity), permissions);
  }

  /**
   * A grant of a tenant that does not exist, with the machine's own permissions. It is not kept.
   *
   * @throws {@link ConfigurationError} an option is a function: there is no identity to call it with
   */
  synthetic(): Grant {
    const values = this.#constants;
    if (values === undefined) {
      const names = PER_IDENTITY.filter((name) => typeof this.#options[name] === 'function').map((name) => `\`${name}\``);
      throw new ConfigurationError([
        `\`ready({ probe: true })\` needs options that are the same for every identity, and ${names.join(', ')} is a function: call \`ready()\`, and \`vend()\` for an identity of a test tenant`,
      ]);
    }
    const { permissions } = this.#sharedOf(values, OWN_PERMISSIONS, '');
    const identity = Object.freeze({
      tenantId: syntheticTenantId(permissions.tenantId),
      claims: Object.freeze({}),
      source: 'claims' as const,
    });
    return this.#make(identity, values, OWN_PERMISSIONS);
  }

  #grantOf(identity: TenantIdentity, known: KnownIdentity, permissions: Permissions | typeof OWN_PERMISSIONS): Grant | Promise<Grant> {
    const key = permissions === OWN_PERMISSIONS ? undefined : this.#sets.keyOf(permissions);
    const grant = key === undefined ? this.#own.get(identity) : known.others?.get(key);
    if (grant !== undefined) return grant;
    const make = (values: OptionValues): Grant => {
      const made = this.#make(identity, values, permissions, key);
      if (key === undefined) this.#own.set(identity, made);
      else setBounded((known.others ??= new Map()), key, made);
      return made;
    };
    const { values } = known;
    return values instanceof Promise ? this.#revocations.whileAdmitted(identity.tenantId, () => values.then(make)) : make(values);
  }

  /** Constant values with the machine's own permissions need no memory: the grant alone is kept. */
  #knownOf(identity: TenantIdentity, permissions: Permissions | typeof OWN_PERMISSIONS): KnownIdentity {
    const known = this.#known.get(identity);
    if (known !== undefined) return known;
    if (this.#constants !== undefined && permissions === OWN_PERMISSIONS) return this.#call(identity);
    const called = this.#call(identity);
    this.#known.set(identity, called);
    return called;
  }

  #call(identity: TenantIdentity): KnownIdentity {
    const values = this.#constants ?? valuesFor(this.#options, identity);
    const known: KnownIdentity = { values, others: undefined };
    if (values instanceof Promise) {
      values.then(
        (settled) => (known.values = settled),
        () => this.#known.delete(identity), // called again for the next request: the failure may be temporary
      );
    }
    return known;
  }

  #make(identity: TenantIdentity, values: OptionValues, permissions: Permissions | typeof OWN_PERMISSIONS, key = ''): Grant {
    const shared = values === this.#constants ? this.#sharedOf(values, permissions, key) : this.#share(values, permissions);
    const { session, permissions: set, durationSeconds, digest } = shared;
    const tenantId = parseTenantId(identity.tenantId, set.tenantId);
    return { identity, tenantId, session, permissions: set, durationSeconds, shape: shapeKey(digest, tenantId), slot: undefined };
  }

  #sharedOf(values: OptionValues, permissions: Permissions | typeof OWN_PERMISSIONS, key: string): SharedGrant {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const shared = this.#share(values, permissions);
    setBounded(this.#shared, key, shared);
    return shared;
  }

  #share(values: OptionValues, permissions: Permissions | typeof OWN_PERMISSIONS): SharedGrant {
    const session = parseSession(values);
    const set = this.#sets.resolve(permissions === OWN_PERMISSIONS ? (values.permissions as Permissions) : permissions, {
      variables: (values.variables ?? {}) as Readonly<Record<string, string>>,
      tagKeys: Object.keys(session.tags),
    });
    const durationSeconds = this.#durationSeconds;
    const digest = sharedDigest({ ...session, permissions: set.key, durationSeconds });
    return { session, permissions: set, durationSeconds, digest };
  }
}

function setBounded<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (map.size >= MAX_GRANTS) map.clear();
  map.set(key, value);
}

/** @throws {@link PolicyTooLargeError} the session policy has over 2,048 characters */
export function requestOf({ tenantId, session, permissions, durationSeconds }: Grant, region: string): AssumeRequest {
  const { partition, account, sessionName = defaultSessionName(tenantId) } = session;
  return { ...session, sessionName, durationSeconds, policy: permissions.generatePolicy(tenantId, { partition, region, account }) };
}
