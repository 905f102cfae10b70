/*
 * Reasons for which a token is refused, in `detail.reason`: for the operator, so that a wrong option is found. Each is
 * constant: a value of the token is hostile input and is not repeated.
 */

export const ISSUER = {
  another: 'of another issuer',
  withSlash: 'of another issuer: its `iss` is the configured issuer with a slash at the end',
  withoutSlash: 'of another issuer: its `iss` is the configured issuer without the slash at the end',
} as const;

export const AUDIENCE = {
  another: 'for another audience',
  party: 'issued to a party that is not in `authorizedParties`: its `azp`',
  missing: 'without an audience: it has no `aud`',
  accessToken: 'without an audience: it has no `aud`, and its `client_id` is the configured audience',
} as const;

/** @param issuer of a token that is not verified: any value */
export function issuerReason(issuer: unknown, trusted: readonly string[]): string {
  if (typeof issuer !== 'string') return ISSUER.another;
  if (trusted.some((each) => issuer === `${each}/`)) return ISSUER.withSlash;
  return trusted.includes(`${issuer}/`) ? ISSUER.withoutSlash : ISSUER.another;
}

/** Names under which issuers usually put the tenant id. */
const USUAL_CLAIMS = ['custom:tenant_id', 'tenant_id', 'tenantId', 'tenant', 'org_id', 'orgId', 'organization_id', 'custom:tenantId'];

/** The end of the reason for a missing tenant: a usual claim that the token has. */
export function usualClaimIn(claims: object): string {
  const found = USUAL_CLAIMS.find((name) => Object.hasOwn(claims, name));
  return found === undefined ? '' : `, but the token has the claim \`${found}\``;
}
