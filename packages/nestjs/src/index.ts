import type { TenantAws } from '@tenant-aws/core';

export type { TenantAws, TenantIdentity } from '@tenant-aws/core';
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
