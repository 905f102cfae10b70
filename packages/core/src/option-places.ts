/*
 * The names of all options, and where each belongs: an option that is given in another place is a fault that says so.
 * A test compares the lists with the types of the options.
 */

export const MACHINE_OPTIONS: readonly string[] = [
  'roleArn',
  'permissions',
  'variables',
  'library',
  'shared',
  'tenantId',
  'sts',
  'durationSeconds',
  'sessionName',
  'sourceIdentity',
  'tags',
  'transitiveTagKeys',
  'externalId',
  'authorizeTenant',
  'maxSessionSeconds',
  'deniedEventsPerMinute',
  'cache',
  'clients',
  'assumeTimeoutMs',
  'maxConcurrentAssumes',
];

export const BEARER_OPTIONS: readonly string[] = [
  'issuer',
  'audience',
  'authorizedParties',
  'jwksUri',
  'secretOrKey',
  'algorithms',
  'tokenFrom',
  'tenantClaim',
  'activeTenant',
  'tenant',
  'tokenUse',
  'clockToleranceSeconds',
  'tokenCache',
];

/** The options of a gate beside those of its machine. */
export const GATE_OPTIONS: readonly string[] = ['tvm', 'identity', 'eager', 'optional', 'logger'];

type Place =
  | 'machine'
  | 'gate'
  | 'bearerToken'
  | 'authenticatedUser'
  | 'trustedHeader'
  | 'clientCertificate'
  | 'authorizerClaims'
  | 'albOidc';

const ADAPTERS = '`tenantCredentials()`, `TenantAwsModule.forRoot()` or `tenantGate()`';
const MACHINE = 'belongs to `new TokenVendingMachine()`, or beside `identity` to the gate that makes its own machine';
const BEARER = 'belongs to `bearerToken({ … })`, whose result is the option `identity`';
const USER = 'belongs to `authenticatedUser({ … })`, whose result is the option `identity`';
const HEADER = 'belongs to `trustedHeader({ … })`, whose result is the option `identity`';
const ALB = 'belongs to `albOidc({ … })`, whose result is the option `identity`';
const STS = 'belongs to the client in the option `sts`: `new STSClient({ … })`';

const PLACES: readonly (readonly [where: string, names: readonly string[], place?: Place])[] = [
  [`belongs to ${ADAPTERS}`, GATE_OPTIONS, 'gate'],
  [BEARER, BEARER_OPTIONS, 'bearerToken'],
  [USER, ['tenantProperty'], 'authenticatedUser'],
  [HEADER, ['header', 'trustProxy', 'secret'], 'trustedHeader'],
  [ALB, ['loadBalancerArn', 'clientId', 'keysUrl'], 'albOidc'],
  [MACHINE, MACHINE_OPTIONS, 'machine'],
  ['belongs to `TenantAwsModule.forRoot()`, and with `forRootAsync()` beside `useFactory`', ['guard']],
  ['belongs to `TenantAwsModule.forRootAsync()`', ['useFactory', 'useClass', 'useExisting', 'inject', 'imports']],
  ["belongs to `variables`, such as `variables: { bucket: 'notes' }`", ['bucket', 'table', 'queue', 'topic']],
  ['comes from `AWS_REGION`, or from the client in the option `sts`', ['region']],
  [STS, ['credentials', 'endpoint']],
  ['belongs to `cache`, `clients` or `tokenCache`', ['max']],
  ['belongs to `cache`', ['minimumRemainingMs', 'errorTtlMs']],
  ['belongs to `clients`', ['maxSockets']],
  ['belongs to `tokenCache` of `bearerToken({ … })`', ['maxAgeMs']],
];

/** The options that do not belong to this place, with where each belongs: for `Faults.noneOf`. A gate also has the options of its machine. */
export function optionsElsewhere(place: Place): ReadonlyMap<string, string> {
  const own = (other: Place | undefined): boolean => other === place || (place === 'gate' && other === 'machine');
  return new Map(PLACES.flatMap(([where, names, other]) => (own(other) ? [] : names.map((name) => [name, where] as const))));
}
