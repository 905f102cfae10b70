import type { TenantAws } from '@tenant-aws/core';

// The names of core that an application uses, so that it installs this package only. The list is the same in each adapter.
export {
  agree,
  albOidc,
  type AlbOidcOptions,
  type Algorithm,
  auditLog,
  type AuditLogOptions,
  authenticatedUser,
  type AuthenticatedUserOptions,
  authorizerClaims,
  type AuthorizerClaimsOptions,
  type AuthorizeTenant,
  bearerToken,
  type BearerTokenOptions,
  bindTenant,
  channels,
  type Claims,
  clientCertificate,
  type ClientCertificateOptions,
  ConfigurationError,
  ConnectionUnavailableError,
  currentTenantAws,
  denyIssuedBefore,
  type DenyIssuedBeforeOptions,
  directory,
  type ErrorDetail,
  firstOf,
  identityProviders,
  type IdentityRequest,
  type IdentitySource,
  KeysUnavailableError,
  LifeUnavailableError,
  NoTenantError,
  type Permission,
  type Permissions,
  PolicyGenerator,
  PolicyTooLargeError,
  type ProblemDetails,
  type ProblemDetailsOptions,
  ProxyUntrustedError,
  type ReadyOptions,
  type RefusalLogger,
  shipped,
  StsRejectedError,
  StsUnavailableError,
  TemplateLibrary,
  TemplateNotFoundError,
  TemplateSyntaxError,
  TemplateVariableError,
  type TenantAws,
  TenantAwsError,
  type TenantAwsEvents,
  type TenantCredentials,
  type TenantIdentity,
  TenantInvalidError,
  TenantJwtStrategy,
  TenantMismatchError,
  TenantMissingError,
  TenantRevokedError,
  TokenInvalidError,
  TokenMissingError,
  TokenVendingMachine,
  type TokenVendingMachineOptions,
  trustedHeader,
  type TrustedHeaderOptions,
} from '@tenant-aws/core';
export { problemDetails } from './problem-details.ts';
export { scoped } from './scoped.ts';
export { tenantCredentials } from './tenant-credentials.ts';
export type { TenantCredentialsMiddleware, TenantCredentialsOptions } from './tenant-credentials.ts';

declare global {
  namespace Express {
    interface Request {
      /**
       * AWS as this request's tenant: clients and credentials that reach only its own data.
       * Absent with the option `optional` if the request presented nothing: write `req.tenantAws?.` there.
       */
      tenantAws: TenantAws;
    }
  }
}
