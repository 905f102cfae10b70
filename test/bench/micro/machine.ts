import { type TenantIdentity, TokenVendingMachine, type TokenVendingMachineOptions } from '@tenant-aws/core';
import { identityOf } from '../../support/identity-of.ts';
import { bucket, roleArn, table } from '../../support/notes-aws.ts';
import { stubSts } from './stub-sts.ts';

export const machineOptions = {
  roleArn,
  permissions: ['s3-folder-per-tenant', 'dynamodb-leading-keys'],
  variables: { bucket, table },
} as const satisfies TokenVendingMachineOptions;

/** A machine whose credentials last for an hour: none is renewed while a large cache is filled. */
export function machine(options: Partial<TokenVendingMachineOptions> = {}): TokenVendingMachine {
  return new TokenVendingMachine({ ...machineOptions, durationSeconds: 3_600, sts: stubSts(), ...options });
}

/** An identity as the sources of this project return it: read-only, so that the machine need not copy it. */
export function readOnlyIdentity(tvm: TokenVendingMachine, tenantId: string, claims: Record<string, unknown> = {}): TenantIdentity {
  return tvm.for(identityOf(tenantId, claims)).identity;
}
