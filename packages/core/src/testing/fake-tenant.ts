import type { STSClient } from '@aws-sdk/client-sts';
import type { Permission } from '@tenant-aws/policy';
import type { IdentitySource } from '../identity/identity-source.ts';
import type { TenantIdentity } from '../tenant.ts';
import { fakeSts } from './fake-sts.ts';

/** Options of a machine whose credentials AWS does not accept. */
export interface FakeMachineOptions {
  readonly sts: STSClient;
  readonly roleArn: string;
  readonly permissions: readonly Permission[];
}

/** The options that {@link fakeTenant} returns: `tenantCredentials()`, `TenantAwsModule.forRoot()` and `tenantGate()` take them. */
export interface FakeTenantOptions extends FakeMachineOptions {
  readonly identity: IdentitySource;
}

/**
 * Options for unit tests of handlers: every request is one of this tenant, without a token, and its credentials are those of
 * {@link fakeSts}. AWS does not accept them: replace `send` of the SDK's clients.
 *
 * @param claims of the verified identity, for handlers and options that read them
 * @example
 * const app = createApp(tenantCredentials(fakeTenant('acme')));
 */
export function fakeTenant(tenantId: string, claims: TenantIdentity['claims'] = {}): FakeTenantOptions {
  return { ...fakeMachineOptions(), identity: () => ({ tenantId, claims, source: 'claims' }) };
}

export function fakeMachineOptions(): FakeMachineOptions {
  return {
    sts: fakeSts(),
    roleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
    permissions: [{ template: 's3-folder-per-tenant', variables: { bucket: 'tests' } }],
  };
}
