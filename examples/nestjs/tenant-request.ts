import type { TenantAws } from '@tenant-aws/nestjs';

/** A request that `TenantGuard` has admitted, of Express or Fastify. */
export interface TenantRequest {
  readonly tenantAws: TenantAws;
}
