import type { TenantAws } from '../clients/tenant-aws.ts';
import { TokenVendingMachine } from '../token-vending-machine.ts';
import { fakeMachineOptions } from './fake-tenant.ts';

/** The options of {@link asTenant}. */
export interface AsTenantOptions {
  /** The machine that vends. Default: a machine with {@link fakeSts}, whose credentials AWS does not accept. */
  readonly tvm?: TokenVendingMachine | undefined;
}

/**
 * Runs `fn` as a tenant, outside of any request: `currentTenantAws()` in it, and in all that it starts, is that of the tenant.
 *
 * @throws {@link TenantInvalidError} the tenant id is not accepted
 * @example
 * await asTenant('acme', () => notes.save('hello'), { tvm });
 */
export function asTenant<T>(
  tenantId: string,
  fn: (tenantAws: TenantAws) => T,
  { tvm = new TokenVendingMachine(fakeMachineOptions()) }: AsTenantOptions = {},
): T {
  const tenantAws = tvm.for({ tenantId, claims: {}, source: 'claims' });
  return tenantAws.run(() => fn(tenantAws));
}
