import { createParamDecorator, type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ConfigurationError, type Permissions, type TenantIdentity } from '@tenant-aws/core';
import { tenantOf } from './admissions.ts';

export const PUBLIC = 'tenant-aws:public';
export const SCOPED = 'tenant-aws:scoped';

/** A handler or class that {@link TenantGuard} lets through without looking: `request.tenantAws` is absent there, even with a good token. */
export function Public(): CustomDecorator {
  return SetMetadata(PUBLIC, true);
}

/**
 * A handler or class with these permissions *instead of* those of the module. Only this set is minted; the handler's decorator wins over the class'.
 * It needs a tenant: under `optional`, a request that presents nothing is refused here.
 *
 * @throws {@link ConfigurationError} there are none, when the class is loaded; what is wrong with them fails the request
 * @example
 * @Scoped(['s3-folder-read-only'])
 */
export function Scoped(permissions: Permissions): CustomDecorator {
  // A constant of a circular import is undefined while decorators run: it must not mean the module's permissions.
  if (typeof permissions !== 'object' || permissions === null) throw new ConfigurationError(['`@Scoped()` needs permissions']);
  return SetMetadata(SCOPED, permissions);
}

/**
 * A parameter of a handler: the verified {@link TenantIdentity} of its own request or message, whatever the async context is.
 *
 * @throws {@link NoTenantError} the guard admitted no tenant
 */
export const CurrentTenant: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, execution: ExecutionContext): TenantIdentity => tenantOf(execution).identity,
);
