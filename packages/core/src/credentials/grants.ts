import { parseTenantId, type Permissions, type PermissionSet, type TenantId, type TenantIdSet } from '@tenant-aws/policy';
import { frozenIdentity } from '../frozen-identity.ts';
import type { PerIdentityOptions } from '../per-identity.ts';
import type { TenantIdentity } from '../tenant.ts';
import type { AssumeRequest } from './assume-role.ts';
import { type Answers, answersFor, type Assumption, parseAssumption } from './assumption.ts';
import { shapeKey } from './entry-key.ts';
import type { PermissionSets } from './permission-sets.ts';
import type { Revocations } from './revocations.ts';

/** What one identity may have: all that AssumeRole is told, but for the region. */
export interface Grant {
  /** Who asked, frozen. */
  readonly identity: TenantIdentity;
  readonly tenantId: TenantId;
  readonly assumption: Assumption;
  readonly permissions: PermissionSet;
  readonly durationSeconds: number;
  /** See {@link shapeKey}. */
  readonly shape: string;
}

interface Known {
  answers: Answers | Promise<Answers>;
  readonly grants: Map<string, Grant>;
}

/** The most sets of permissions that are remembered of one identity: routes have few, but a set may be made of a request's own values. */
const MOST_GRANTS = 100;

/** The machine's own permissions, said by name: what is missing by mistake, `undefined` or `null`, is no permission. */
export const OWN_PERMISSIONS: unique symbol = Symbol('own permissions');

/** Which tenant ids are accepted. */
export interface GrantedTenants {
  /** By the machine, whatever the permissions. */
  readonly any: TenantIdSet;
  /** By the machine's own permissions, where they are the same for all; else as `any`. */
  readonly own: TenantIdSet;
}

/** What grants are made of; each is the machine's option of that name, checked. */
export interface GrantSettings {
  readonly perIdentity: PerIdentityOptions;
  readonly permissionSets: PermissionSets;
  readonly tenantIds: GrantedTenants;
  readonly durationSeconds: number;
}

/**
 * What identities may have. An identity's functions are asked once, and what came of them is found again by reference:
 * the hot path renders no policy and computes no digest.
 */
export class Grants {
  readonly #options: PerIdentityOptions;
  readonly #sets: PermissionSets;
  readonly #tenantIds: GrantedTenants;
  readonly #durationSeconds: number;
  readonly #revocations: Revocations;
  readonly #known = new WeakMap<TenantIdentity, Known>();

  constructor({ perIdentity, permissionSets, tenantIds, durationSeconds }: GrantSettings, revocations: Revocations) {
    this.#options = perIdentity;
    this.#sets = permissionSets;
    this.#tenantIds = tenantIds;
    this.#durationSeconds = durationSeconds;
    this.#revocations = revocations;
  }

  /**
   * The identity, frozen, and its tenant's id judged.
   *
   * @throws {@link TenantInvalidError}
   * @throws {@link ConfigurationError} `expiresAt` is not milliseconds of the epoch
   */
  admit(identity: TenantIdentity, permissions: Permissions | typeof OWN_PERMISSIONS): TenantIdentity {
    const frozen = this.#known.has(identity) ? identity : frozenIdentity(identity);
    parseTenantId(frozen.tenantId, permissions === OWN_PERMISSIONS ? this.#tenantIds.own : this.#tenantIds.any);
    return frozen;
  }

  /**
   * What an admitted identity may have; at once where all functions of it have answered.
   *
   * @throws {@link TenantRevokedError} the tenant is revoked before they have answered
   */
  of(identity: TenantIdentity, permissions: Permissions | typeof OWN_PERMISSIONS): Grant | Promise<Grant> {
    const known = this.#known.get(identity) ?? this.#ask(identity);
    const key = permissions === OWN_PERMISSIONS ? 'own' : this.#sets.keyOf(permissions);
    const grant = known.grants.get(key);
    if (grant !== undefined) return grant;
    const make = (answers: Answers): Grant => {
      const made = this.#make(identity, answers, permissions);
      if (known.grants.size >= MOST_GRANTS) known.grants.clear();
      known.grants.set(key, made);
      return made;
    };
    const { answers } = known;
    return answers instanceof Promise ? this.#revocations.whileAdmitted(identity.tenantId, () => answers.then(make)) : make(answers);
  }

  #ask(identity: TenantIdentity): Known {
    const answers = answersFor(this.#options, identity);
    const known: Known = { answers, grants: new Map() };
    this.#known.set(identity, known);
    if (answers instanceof Promise) {
      answers.then(
        (settled) => (known.answers = settled),
        () => this.#known.delete(identity), // asked again: it may have been a registry's bad moment
      );
    }
    return known;
  }

  #make(identity: TenantIdentity, answers: Answers, permissions: Permissions | typeof OWN_PERMISSIONS): Grant {
    const assumption = parseAssumption(answers, identity.tenantId);
    const set = this.#sets.resolve(permissions === OWN_PERMISSIONS ? (answers.permissions as Permissions) : permissions, {
      variables: (answers.variables ?? {}) as Readonly<Record<string, string>>,
      tagKeys: Object.keys(assumption.tags),
    });
    const tenantId = parseTenantId(identity.tenantId, set.tenantId);
    const durationSeconds = this.#durationSeconds;
    const shape = shapeKey({ ...assumption, tenantId, permissions: set.key, durationSeconds });
    return { identity, tenantId, assumption, permissions: set, durationSeconds, shape };
  }
}

/**
 * The call that a grant stands for.
 *
 * @throws {@link PolicyTooLargeError} over 2,048 characters
 */
export function requestOf({ tenantId, assumption, permissions, durationSeconds }: Grant, region: string): AssumeRequest {
  const { partition, account } = assumption;
  return { ...assumption, durationSeconds, policy: permissions.generatePolicy(tenantId, { partition, region, account }) };
}
