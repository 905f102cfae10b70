import { createParamDecorator, type CustomDecorator, SetMetadata } from '@nestjs/common';
import { currentTenantAws, type Permissions, type TenantIdentity } from '@tenant-aws/core';

export const PUBLIC = 'tenant-aws:public';
export const SCOPED = 'tenant-aws:scoped';

/** A handler or class that {@link TenantGuard} lets through without looking: `request.tenantAws` is absent there, even with a good token. */
export function Public(): CustomDecorator {
  return SetMetadata(PUBLIC, true);
}

/**
 * A handler or class with these permissions *instead of* those of the module. Only this set is minted; the handler's decorator wins over the class'.
 *
 * @example
 * @Scoped(['s3-folder-read-only'])
 */
export function Scoped(permissions: Permissions): CustomDecorator {
  return SetMetadata(SCOPED, permissions);
}

/**
 * A parameter of a handler: the verified {@link TenantIdentity} it runs for.
 *
 * @throws {@link NoTenantError} where no guard has let a tenant in
 */
export const CurrentTenant: () => ParameterDecorator = createParamDecorator((): TenantIdentity => currentTenantAws().identity);
