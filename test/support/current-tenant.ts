import { currentTenantAws, NoTenantError } from '@tenant-aws/core';

/** The tenant of the current context, or the code of the error where there is no tenant. */
export function currentTenantOrCode(): string {
  try {
    return currentTenantAws().tenantId;
  } catch (error) {
    return error instanceof NoTenantError ? error.code : String(error);
  }
}
