import type { TenantAws } from '@tenant-aws/core';

export { problemDetails } from './problem-details.ts';
export { scoped } from './scoped.ts';
export { tenantCredentials } from './tenant-credentials.ts';
export type { TenantCredentialsMiddleware, TenantCredentialsOptions } from './tenant-credentials.ts';

declare module 'koa' {
  interface DefaultContext {
    /**
     * AWS as this request's tenant: clients and credentials that reach only its own data.
     * Absent with the option `optional` if the request presented nothing: write `ctx.tenantAws?.` there.
     */
    tenantAws: TenantAws;
  }
}
