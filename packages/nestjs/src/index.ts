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
export { AwsErrorsFilter } from './aws-errors.filter.ts';
export { CurrentTenant, Public, Scoped } from './decorators.ts';
export { TenantAwsExceptionFilter } from './tenant-aws.filter.ts';
export { TenantAwsModule } from './tenant-aws.module.ts';
export type { TenantAwsModuleOptions } from './tenant-aws.module-definition.ts';
export { TenantAwsService } from './tenant-aws.service.ts';
export { getTenantClientToken, TenantClient } from './tenant-client.decorator.ts';
export { TenantGuard } from './tenant.guard.ts';
export { TenantInterceptor } from './tenant.interceptor.ts';

declare global {
  namespace Express {
    interface Request {
      /** AWS access of this request's tenant, set by `TenantGuard`. Absent on `@Public()` routes. */
      tenantAws: TenantAws;
    }
  }
}
