import type { BearerTokenOptions } from '../bearer-token-options.ts';
import type { TenantClaim } from '../token-tenant.ts';
import { checkProviderOptions, DOMAIN, IDENTIFIER } from './provider-options.ts';

export interface OktaOptions {
  /** The domain of the Okta organization, or its custom domain. */
  readonly domain: string;
  /** The id of a custom authorization server, such as `default`. Absent: the organization's own server, whose access tokens are for Okta only. */
  readonly authorizationServer?: string | undefined;
  readonly audience: string;
  /** Okta has no claim for tenants: the one that you added to the authorization server. */
  readonly tenantClaim: TenantClaim;
}

/**
 * Tokens of Okta.
 *
 * @see https://developer.okta.com/docs/concepts/auth-servers/
 */
export function okta(options: OktaOptions): BearerTokenOptions {
  const audience = { pattern: /^\S+$/, fault: 'must be the audience of the authorization server' };
  checkProviderOptions('okta', options, { domain: DOMAIN, authorizationServer: { ...IDENTIFIER, optional: true }, audience }, [
    'tenantClaim',
  ]);
  const { domain, authorizationServer, tenantClaim } = options;
  const path = authorizationServer === undefined ? '' : `/oauth2/${authorizationServer}`;
  return { issuer: `https://${domain}${path}`, audience: options.audience, tenantClaim };
}
