import type { BearerTokenOptions } from '../bearer-token-options.ts';
import { ownProperty, ownValue } from '../tenant-claim.ts';
import type { Claims } from '../verified-claims.ts';
import { checkProviderOptions } from './provider-options.ts';

export interface ClerkOptions {
  /** The Frontend API address of the instance: `https://clerk.example.com`. */
  readonly issuer: string;
  /** The origins of your front ends: a session token has no audience, and names its origin in `azp`. */
  readonly authorizedParties: string | readonly string[];
}

/**
 * Session tokens of Clerk: the tenant is the active organization, by its id. A session with pending tasks has no tenant.
 *
 * @see https://clerk.com/docs/backend-requests/resources/session-tokens
 */
export function clerk(options: ClerkOptions): BearerTokenOptions {
  const issuer = {
    pattern: /^https:\/\/[^\s/?#]+$/,
    fault: "must be the address of the Frontend API, such as 'https://clerk.example.com'",
  };
  checkProviderOptions('clerk', options, { issuer }, ['authorizedParties']);
  return { issuer: options.issuer, authorizedParties: options.authorizedParties, tenantClaim: activeOrganization };
}

/**
 * Version 2 has `v: 2` and `o.id`, version 1 `org_id`. A session is `pending` until its user has completed a required task, such as the
 * setup of a second factor: Clerk counts this user as signed out.
 */
function activeOrganization(claims: Claims): unknown {
  if (ownProperty(claims, 'sts') === 'pending') return undefined;
  return ownProperty(claims, 'v') === 2 ? ownValue(claims, ['o', 'id']) : ownProperty(claims, 'org_id');
}
