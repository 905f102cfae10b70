export type { Call } from './calls.ts';
export type { Fault } from './fault.ts';
export type { Issuer, TokenOptions } from './issuer.ts';
export { type LocalAws, type LocalFaults, startLocalAws } from './local-aws.ts';
export type { LocalAwsOptions } from './options.ts';
export type { Clock } from './services/service.ts';
export type { RoleOptions } from './sts/roles.ts';
export type { TrustPolicy, TrustStatement } from './sts/trust.ts';
