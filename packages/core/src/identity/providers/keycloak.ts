import { isObject } from '@tenant-aws/policy/json';
import type { BearerTokenOptions } from '../bearer-token-options.ts';
import { ownProperty } from '../tenant-claim.ts';
import type { TenantClaim } from '../token-tenant.ts';
import type { Claims } from '../verified-claims.ts';
import { checkProviderOptions } from './provider-options.ts';

export interface KeycloakOptions {
  /** The address of the server: `https://login.example.com`, in old versions with `/auth` at its end. */
  readonly url: string;
  readonly realm: string;
  /** Keycloak adds it by an audience mapper. */
  readonly audience: string;
  /** Whether the tenant is the alias of the organization that the user has logged in to. */
  readonly organization?: true | undefined;
  /** The claim with the tenant, without `organization`. Default: `custom:tenant_id`. */
  readonly tenantClaim?: TenantClaim | undefined;
}

/**
 * Access tokens of Keycloak. With `organization`, a token must have one organization: with several, set `tenantClaim: 'organization'` and
 * `activeTenant`.
 *
 * @see https://www.keycloak.org/docs/latest/server_admin/#_managing_organizations
 */
export function keycloak(options: KeycloakOptions): BearerTokenOptions {
  checkProviderOptions(
    'keycloak',
    options,
    {
      url: { pattern: /^https?:\/\/[^\s?#]+[^\s?#/]$/, fault: 'must be the address of the server, without a slash at its end' },
      realm: { pattern: /^[\w.~-]+$/, fault: 'must be the name of a realm' },
      audience: { pattern: /^\S+$/, fault: 'must be the audience that the mapper adds' },
    },
    ['organization', 'tenantClaim'],
  );
  const { url, realm, audience, organization, tenantClaim } = options;
  return { issuer: `${url}/realms/${realm}`, audience, tenantClaim: organization === true ? onlyOrganization : tenantClaim };
}

/** A list of aliases, or an object whose keys they are: that depends on the mapper. Several organizations are none: nothing says which one is meant. */
function onlyOrganization(claims: Claims): unknown {
  const organization = ownProperty(claims, 'organization');
  const aliases: readonly unknown[] = Array.isArray(organization) ? organization : isObject(organization) ? Object.keys(organization) : [];
  return aliases.length === 1 ? aliases[0] : undefined;
}
