import type { TenantAws } from '@tenant-aws/nestjs';

/** A request of Express or Fastify that `TenantGuard` has admitted. */
export interface TenantRequest {
  readonly tenantAws: TenantAws;
}
