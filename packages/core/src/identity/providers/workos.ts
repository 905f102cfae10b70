import type { BearerTokenOptions } from '../bearer-token-options.ts';
import { checkProviderOptions, IDENTIFIER } from './provider-options.ts';

export interface WorkOsOptions {
  readonly clientId: string;
  /** The `iss` of the tokens: that of your custom authentication domain. Default: the issuer of the client at api.workos.com. */
  readonly issuer?: string | undefined;
}

const API = 'https://api.workos.com';

/**
 * Access tokens of WorkOS AuthKit: the tenant is the organization of the session, by its id. The default token has neither `aud` nor `azp`,
 * so it could be one for any other client: add `"aud": "<client id>"` to the JWT template.
 *
 * @see https://workos.com/docs/authkit/jwt-templates
 */
export function workos(options: WorkOsOptions): BearerTokenOptions {
  const issuer = { pattern: /^https:\/\/\S+$/, fault: 'must be the `iss` of the tokens', optional: true };
  checkProviderOptions('workos', options, { clientId: IDENTIFIER, issuer });
  const { clientId } = options;
  return {
    issuer: options.issuer ?? `${API}/user_management/${clientId}`,
    jwksUri: `${API}/sso/jwks/${clientId}`,
    audience: clientId,
    tenantClaim: 'org_id',
  };
}
