import type { Permissions } from '@tenant-aws/policy';
import type { TenantIdentity } from './tenant.ts';

/**
 * A value, or a function that answers it for an identity. A function is asked once for each verified identity, and its
 * answer is part of what tells cached credentials apart: two identities with different answers never share any.
 */
export type PerIdentity<T> = T | ((identity: TenantIdentity) => T | Promise<T>);

/** The options of AssumeRole that may differ from identity to identity. */
export interface PerIdentityOptions {
  /** The role that is assumed: one for all tenants (pool), or by function one per tenant or tier (silo, bridge). */
  readonly roleArn: PerIdentity<string>;
  /** Which permission templates, with which variables: what every tenant may do, or by function what this one may. */
  readonly permissions: PerIdentity<Permissions>;
  /** Variables for all templates, such as `{ bucket: 'notes' }`. A permission's own variables win. Default: none. */
  readonly variables?: PerIdentity<Readonly<Record<string, string>>> | undefined;
  /** `RoleSessionName`, which CloudTrail shows; 2 to 64 of `A-Za-z0-9_+=,.@-`. Default: the tenant id, or `t-` and 40 hex digits of its SHA-256 where it is no legal name. */
  readonly sessionName?: PerIdentity<string> | undefined;
  /** `SourceIdentity`, which CloudTrail shows for every call and which the trust policy must permit. Default: none. */
  readonly sourceIdentity?: PerIdentity<string> | undefined;
  /** Session tags, at most 50, which the trust policy must permit. Default: none. */
  readonly tags?: PerIdentity<Readonly<Record<string, string>>> | undefined;
  /** Keys of `tags` that stay when the session assumes a further role. Default: none. */
  readonly transitiveTagKeys?: PerIdentity<readonly string[]> | undefined;
  /** `ExternalId`, for roles in other accounts. Default: none. */
  readonly externalId?: PerIdentity<string> | undefined;
}
