import { MISTAKEN_TEXT } from './identity/mistaken-token.ts';
import { AUDIENCE, ISSUER } from './identity/refusal-reasons.ts';
import type { TenantIdentity } from './tenant.ts';

interface Advice {
  readonly code: string;
  /** Absent: for every reason of the code. */
  readonly reason?: string | RegExp;
  readonly source?: TenantIdentity['source'];
  readonly text: string;
}

const ISSUER_OPTION = '`issuer` (`TENANT_AWS_JWT_ISSUER`) must be exactly the `iss` of the tokens';
const CLOCK = 'compare the clocks of the issuer and of this host; `clockToleranceSeconds` of `bearerToken()` accepts a difference';

/** The first that fits. Every text is constant: no value of a request can be in it. */
const ADVICE: readonly Advice[] = [
  {
    code: 'token_missing',
    source: 'user',
    text: '`authenticatedUser()` found no user on the request: mount passport, or the middleware that sets the user, before the middleware or guard of Tenant AWS',
  },
  {
    code: 'token_missing',
    source: 'header',
    text: '`header` of `trustedHeader()` (`TENANT_AWS_TENANT_HEADER`) must be the name of the header in which the proxy sends the tenant id, and requests must come through the proxy',
  },
  {
    code: 'token_missing',
    source: 'certificate',
    text: 'the client must present a certificate. The TLS server needs `requestCert: true`; with the option `header` of `clientCertificate()`, the proxy must send the certificate in its header',
  },
  {
    code: 'token_missing',
    source: 'claims',
    text: 'the route of API Gateway needs an authorizer, and the gate must get the Lambda event as `raw` of the request',
  },
  { code: 'token_missing', text: 'the client must send the header `Authorization: Bearer <token>`' },
  {
    code: 'token_invalid',
    source: 'certificate',
    reason: /TLS 1\.3/,
    text: "the TLS server needs the `ca` of the clients and `minVersion: 'TLSv1.3'`. Clients that support only TLS 1.2 need a proxy, and the option `header` of `clientCertificate()`",
  },
  {
    code: 'token_invalid',
    source: 'certificate',
    reason: /expired|not yet valid/,
    text: 'compare the validity of the certificate with the clock of this host',
  },
  { code: 'token_invalid', reason: ISSUER.withoutSlash, text: `${ISSUER_OPTION}: remove the slash at its end` },
  { code: 'token_invalid', reason: ISSUER.withSlash, text: `${ISSUER_OPTION}: add a slash at its end` },
  {
    code: 'token_invalid',
    reason: ISSUER.another,
    text: `${ISSUER_OPTION}: compare it with the \`iss\` of a token, character by character`,
  },
  {
    code: 'token_invalid',
    reason: AUDIENCE.accessToken,
    text: 'the tokens are access tokens of Amazon Cognito: set `tokenUse` (`TENANT_AWS_JWT_TOKEN_USE`) to `access`, or let the client send the ID token',
  },
  {
    code: 'token_invalid',
    reason: AUDIENCE.missing,
    text: 'let the issuer add an `aud`; for access tokens of Amazon Cognito set `tokenUse` (`TENANT_AWS_JWT_TOKEN_USE`) to `access`',
  },
  {
    code: 'token_invalid',
    reason: AUDIENCE.another,
    text: '`audience` (`TENANT_AWS_JWT_AUDIENCE`) must be the `aud` of the tokens, or with `tokenUse` of `access` their `client_id`',
  },
  {
    code: 'token_invalid',
    reason: /`token_use`/,
    text: 'let the client send the other token of Amazon Cognito, or change `tokenUse` (`TENANT_AWS_JWT_TOKEN_USE`)',
  },
  {
    code: 'token_invalid',
    reason: MISTAKEN_TEXT.promise,
    text: 'the client builds the header from a promise: write `await` before the function that returns the token',
  },
  {
    code: 'token_invalid',
    reason: /^the Authorization header has the text/,
    text: 'the client builds the header from a value that is not a token',
  },
  { code: 'token_invalid', reason: MISTAKEN_TEXT.twice, text: 'the client writes the word `Bearer` twice: send it once, before the token' },
  {
    code: 'token_invalid',
    reason: /Authorization header|not a compact JWS|not base64url/,
    text: 'the client must send `Authorization: Bearer <token>` once, with the whole token and one space before it',
  },
  { code: 'token_invalid', reason: 'expired', text: `the client must get a new token. If the token is new, ${CLOCK}` },
  { code: 'token_invalid', reason: /not yet valid|in the future/, text: CLOCK },
  { code: 'token_invalid', reason: /algorithm/, text: '`algorithms` (`TENANT_AWS_JWT_ALGORITHMS`) must have the `alg` of the tokens' },
  {
    code: 'token_invalid',
    reason: /signature|signed with a key/,
    text: 'check that the token comes from this issuer and environment, and `jwksUri` (`TENANT_AWS_JWKS_URI`). An issuer that makes new keys when it starts invalidates its earlier tokens',
  },
  {
    code: 'tenant_missing',
    source: 'user',
    text: '`tenantProperty` of `authenticatedUser()` must be the name of the property of the user that has the tenant id',
  },
  {
    code: 'tenant_missing',
    source: 'certificate',
    text: '`tenantFrom` of `clientCertificate()` must be the part of the certificate that has the tenant id',
  },
  {
    code: 'proxy_untrusted',
    reason: /not in `trustProxy`/,
    text: '`trustProxy` (`TENANT_AWS_TRUST_PROXY`) must have the address of the proxy as this process sees it. A request from another address did not come through the proxy',
  },
  {
    code: 'proxy_untrusted',
    reason: /secret of the proxy/,
    text: '`secret` (`TENANT_AWS_PROXY_SECRET`) must be the header and the value that the proxy sends',
  },
  {
    code: 'tenant_missing',
    text: '`tenantClaim` (`TENANT_AWS_TENANT_CLAIM`) must be the name of the claim that has the tenant id',
  },
  {
    code: 'tenant_invalid',
    reason: /character|length/,
    text: "the option `tenantId` says which ids are accepted, such as `tenantId: { chars: 'A-Za-z0-9_.-' }` for ids with a dot; a template may accept fewer",
  },
  { code: 'tenant_invalid', reason: /not a string/, text: 'the claim or the property with the tenant id must be one string' },
  {
    code: 'keys_unavailable',
    text: 'check that this process reaches the issuer, and `issuer` and `jwksUri` (`TENANT_AWS_JWT_ISSUER`, `TENANT_AWS_JWKS_URI`)',
  },
];

/** What the operator can check or change. The text of no advice ends with a full stop. */
export function adviceFor(code: string, reason: string, source: TenantIdentity['source'] | undefined): string | undefined {
  return ADVICE.find((advice) => advice.code === code && (advice.source ?? source) === source && isFor(advice.reason, reason))?.text;
}

function isFor(expected: string | RegExp | undefined, reason: string): boolean {
  if (expected === undefined) return true;
  return typeof expected === 'string' ? expected === reason : expected.test(reason);
}
