import { untaggedDenyFaults, untaggedFaults } from './binding.ts';
import { letterCaseFaults } from './letter-case.ts';
import { reachFaults } from './reach.ts';
import type { PermissionTemplate } from './template.ts';
import type { TenantIdSet } from './tenant-id.ts';

/** What a template is judged against. */
export interface IsolationContext {
  /** The tenant ids that there are. */
  readonly ids: TenantIdSet;
  /** Whether code declared that the template's statements need not name a tenant. */
  readonly isShared: boolean;
  /** The variables' values, where they are known. */
  readonly values?: ReadonlyMap<string, string>;
  /** Keys of the session tags that will be sent. `any`, the default: not known yet, or somebody else's to answer for. */
  readonly sessionTags?: readonly string[] | 'any';
}

/**
 * The faults of a template that depend on what ids there are, on variables and on session tags: judged when it is loaded, and again
 * when more is known.
 *
 * A shared template may have statements that name no tenant, or name it by a session tag that this machine does not send: those allow
 * what all tenants may have, or nothing. A statement that names the tenant is judged as in any template, and so is a Deny.
 */
export function isolationFaults(
  template: PermissionTemplate,
  { ids, isShared, values = new Map(), sessionTags = 'any' }: IsolationContext,
): readonly string[] {
  return [
    ...(sessionTags === 'any' ? [] : untaggedDenyFaults(template, sessionTags)),
    ...(isShared || sessionTags === 'any' ? [] : untaggedFaults(template, sessionTags)),
    ...letterCaseFaults(template, ids),
    ...reachFaults(template, ids, values),
  ];
}
