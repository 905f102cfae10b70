export {
  ConfigurationError,
  DEFAULT_TENANT_ID,
  directory,
  type ErrorDetail,
  type Permission,
  type Permissions,
  PolicyGenerator,
  PolicyTooLargeError,
  parseTenantId,
  shipped,
  TemplateLibrary,
  TemplateNotFoundError,
  TemplateSyntaxError,
  TemplateVariableError,
  TenantAwsError,
  type TenantAwsErrorOptions,
  type TenantId,
  type TenantIdOptions,
  TenantIdSet,
  TenantInvalidError,
} from '@tenant-aws/policy';
export { auditLog, type AuditLogOptions } from './audit-log.ts';
export { bindTenant } from './clients/bind-tenant.ts';
export {
  currentTenantAws,
  ensureCredentials,
  type Exchange,
  exchangeOf,
  runInTenantContext,
  type TenantContext,
  tenantContext,
} from './clients/current.ts';
export { explainMissingTenant, type TenantProperty } from './clients/missing-tenant.ts';
export { type HttpExchange, runForRequest } from './clients/request-context.ts';
export type { ClientClass, ClientConfig, DocumentClientClass } from './clients/sdk-client.ts';
export type { TenantAws } from './clients/tenant-aws.ts';
export type { CacheOptions, ClientsOptions, TokenVendingMachineOptions } from './configuration/options.ts';
export type { AuthorizeTenant } from './credentials/authorization.ts';
export type { TenantCredentials } from './credentials/credentials.ts';
export {
  ConnectionUnavailableError,
  KeysUnavailableError,
  LifeUnavailableError,
  NoTenantError,
  ProxyUntrustedError,
  StsRejectedError,
  StsUnavailableError,
  TenantMismatchError,
  TenantMissingError,
  TenantRevokedError,
  TokenInvalidError,
  TokenMissingError,
} from './errors.ts';
export { type DenyIssuedBeforeOptions, denyIssuedBefore } from './deny-issued-before.ts';
export {
  channels,
  type DeniedEvent,
  type EventChannel,
  type IdentityEvent,
  type RefreshEvent,
  type RevokeEvent,
  type TenantAwsEvents,
  type VendEvent,
  type WarningEvent,
} from './events.ts';
export { type TenantGate, tenantGate } from './gate.ts';
export type { TenantGateOptions } from './gate-options.ts';
export { albOidc } from './identity/alb-oidc.ts';
export type { AlbOidcOptions } from './identity/alb-oidc-options.ts';
export type { Algorithm } from './identity/algorithm.ts';
export { type AuthenticatedUserOptions, authenticatedUser } from './identity/authenticated-user.ts';
export { type AuthorizerClaimsOptions, authorizerClaims } from './identity/authorizer-claims.ts';
export { bearerToken } from './identity/bearer-token.ts';
export type { BearerTokenOptions, TokenCacheOptions } from './identity/bearer-token-options.ts';
export type { TenantFrom } from './identity/certificate-tenant.ts';
export { type ClientCertificateOptions, clientCertificate } from './identity/client-certificate.ts';
export { agree, firstOf } from './identity/combined-sources.ts';
export { httpIdentityRequest } from './identity/http-request.ts';
export type { HttpRequest, IdentityRequest, IdentitySource } from './identity/identity-source.ts';
export type { PassportStrategy } from './identity/passport-strategy.ts';
export { TenantJwtStrategy, type VerifyClaims } from './identity/tenant-jwt-strategy.ts';
export { type ProxySecret, type TrustedHeaderOptions, trustedHeader } from './identity/trusted-header.ts';
export { identityProviders } from './identity/providers/index.ts';
export type { Auth0Options } from './identity/providers/auth0.ts';
export type { ClerkOptions } from './identity/providers/clerk.ts';
export type { CognitoOptions } from './identity/providers/cognito.ts';
export type { EntraIdOptions } from './identity/providers/entra-id.ts';
export type { KeycloakOptions } from './identity/providers/keycloak.ts';
export type { OktaOptions } from './identity/providers/okta.ts';
export type { WorkOsOptions } from './identity/providers/workos.ts';
export type { TokenFrom } from './identity/token-place.ts';
export type { ActiveTenant, TenantClaim } from './identity/token-tenant.ts';
export type { Claims } from './identity/verified-claims.ts';
export type { PerIdentity, PerIdentityOptions } from './per-identity.ts';
export {
  PROBLEM_JSON,
  type ProblemDetails,
  type ProblemDetailsOptions,
  type ProblemResponse,
  problemOf,
  problemResponseOf,
  REPLACED_HEADERS,
  readProblemDetailsOptions,
} from './problem-details.ts';
export type { RefusalLogger } from './refusal-log.ts';
export { scopedGate } from './scoped-gate.ts';
export type { TenantIdentity } from './tenant.ts';
export type { TokenVendingMachineStats } from './stats.ts';
export type { ReadyOptions, RevokeOptions, VendOptions } from './call-options.ts';
export { TokenVendingMachine } from './token-vending-machine.ts';
