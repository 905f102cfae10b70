import type { BearerTokenOptions } from '../bearer-token-options.ts';
import { checkProviderOptions, DOMAIN } from './provider-options.ts';

export interface Auth0Options {
  /** The domain of the Auth0 tenant, or its custom domain. */
  readonly domain: string;
  /** The identifier of the API. */
  readonly audience: string;
}

/**
 * Access tokens of Auth0 Organizations: the tenant is the organization that the user has logged in to, by its id and never by its name.
 *
 * @see https://auth0.com/docs/manage-users/organizations/using-tokens
 */
export function auth0(options: Auth0Options): BearerTokenOptions {
  checkProviderOptions('auth0', options, { domain: DOMAIN, audience: { pattern: /^\S+$/, fault: 'must be the identifier of the API' } });
  return { issuer: `https://${options.domain}/`, audience: options.audience, tenantClaim: 'org_id' };
}
