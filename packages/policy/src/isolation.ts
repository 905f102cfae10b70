import { untaggedDenyFaults, untaggedFaults } from './binding.ts';
import { letterCaseFaults } from './letter-case.ts';
import { reachFaults } from './reach.ts';
import type { PermissionTemplate } from './template.ts';
import type { TenantIdSet } from './tenant-id.ts';

/** What a template is checked against. */
export interface IsolationContext {
  /** The accepted tenant ids. */
  readonly ids: TenantIdSet;
  /** Whether the template is in `shared`: its statements need not name a tenant. */
  readonly isShared: boolean;
  /** The values of variables, as far as they are known. */
  readonly values?: ReadonlyMap<string, string>;
  /** Keys of the session tags that will be sent. Default `any`: they are not known yet, or the caller of STS is responsible for them. */
  readonly sessionTags?: readonly string[] | 'any';
}

/**
 * The faults of a template that depend on the accepted ids, on variables and on session tags. A template is checked when it is
 * loaded, and again when more of these is known.
 *
 * A shared template may have Allow statements that name no tenant, or that name it by a session tag which is not sent: these allow
 * the same to all tenants, or nothing. All other checks apply to a shared template too, also to its Deny statements.
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
