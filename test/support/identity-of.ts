import type { TenantIdentity } from '@tenant-aws/core';

/** Somebody of this tenant. */
export function identityOf(tenantId: string, claims: Record<string, unknown> = {}): TenantIdentity {
  return { tenantId, claims, source: 'claims' };
}
