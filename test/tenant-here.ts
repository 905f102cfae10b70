import { currentTenantAws, NoTenantError } from '@tenant-aws/core';

/** Who the context says it is: a tenant's id, or the code that says that there is none. */
export function tenantHere(): string {
  try {
    return currentTenantAws().tenantId;
  } catch (error) {
    return error instanceof NoTenantError ? error.code : String(error);
  }
}
