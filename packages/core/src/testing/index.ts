export { type AsTenantOptions, asTenant } from './as-tenant.ts';
export { type FakeStsOptions, fakeSts } from './fake-sts.ts';
export { type FakeMachineOptions, type FakeTenantOptions, fakeTenant } from './fake-tenant.ts';
export { hostileHeaders } from './hostile-headers.ts';
export { hostileTenantIds } from './hostile-tenant-ids.ts';
export { hostileTokens, type TrustedIssuer } from './hostile-tokens.ts';
