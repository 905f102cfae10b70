import { type TenantAws, type TenantGate, type TenantIdentity, tenantGate } from '@tenant-aws/core';
import type { TenantAwsModuleOptions } from './tenant-aws.module-definition.ts';

/** AWS as an identity that needs no proof any more, with the same permissions as a request of it. */
export type KnownTenant = (identity: TenantIdentity) => Promise<TenantAws>;

/** A second gate to the machine of the first: beside a `tvm` that is shared, a module may have permissions of its own. */
export function knownTenant({ tvm }: TenantGate, options: TenantAwsModuleOptions): KnownTenant {
  const enter = tenantGate({
    tvm,
    ...(options.tvm && options.permissions ? { permissions: options.permissions } : {}),
    identity: ({ raw }) => raw as TenantIdentity,
    eager: false,
    optional: true,
  });
  return async (identity) => {
    const tenantAws = await enter({ headersDistinct: {}, remoteAddress: undefined, raw: identity });
    return tenantAws ?? tvm.for(identity); // which says what is wrong with none
  };
}
