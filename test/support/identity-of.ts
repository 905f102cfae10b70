import type { TenantIdentity } from '@tenant-aws/core';

/** An identity of this tenant. */
export function identityOf(tenantId: string, claims: Record<string, unknown> = {}): TenantIdentity {
  return { tenantId, claims, source: 'claims' };
}
