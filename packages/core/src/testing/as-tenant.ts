import type { TenantAws } from '../clients/tenant-aws.ts';
import { TokenVendingMachine } from '../token-vending-machine.ts';
import { fakeSts } from './fake-sts.ts';

/** Whose machine vends. */
export interface AsTenantOptions {
  /** Default: a machine over {@link fakeSts}, whose credentials no AWS accepts. */
  readonly tvm?: TokenVendingMachine | undefined;
}

/**
 * Runs `fn` as a tenant, outside of any request: `currentTenantAws()` in it, and in whatever it starts, is that tenant's.
 *
 * @throws {@link TenantInvalidError} no acceptable tenant id
 * @example
 * await asTenant('acme', () => notes.save('hello'), { tvm });
 */
export function asTenant<T>(tenantId: string, fn: (tenantAws: TenantAws) => T, { tvm = fakeMachine() }: AsTenantOptions = {}): T {
  const tenantAws = tvm.for({ tenantId, claims: {}, source: 'claims' });
  return tenantAws.run(() => fn(tenantAws));
}

function fakeMachine(): TokenVendingMachine {
  return new TokenVendingMachine({
    roleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
    permissions: [{ template: 's3-folder-per-tenant', variables: { bucket: 'tests' } }],
    sts: fakeSts(),
  });
}
