import type { TableDefinition } from './services/dynamodb/table-definition.ts';
import type { Clock } from './services/service.ts';
import type { TopicDefinition } from './services/sns/index.ts';
import type { QueueDefinition } from './services/sqs/index.ts';
import { type IdentityProviderOptions, isIdentityProvider } from './sts/identity-provider.ts';
import { type IssuerFacts, type Role, type RoleOptions, readRole } from './sts/roles.ts';

/** What a local AWS starts with. */
export interface LocalAwsOptions {
  /** By ARN: `arn:aws:iam::000000000000:role/TenantAccess`. The first one's account owns all buckets and tables. */
  readonly roles: Readonly<Record<string, RoleOptions>>;
  /** Buckets that exist from the start. */
  readonly buckets?: readonly string[];
  /** Tables that exist from the start: each the input of CreateTable. */
  readonly tables?: readonly TableDefinition[];
  /** Queues that exist from the start: each a name, or the input of CreateQueue. A name that ends with `.fifo` is a FIFO queue's. */
  readonly queues?: readonly QueueDefinition[];
  /** Topics that exist from the start: each a name, or the input of CreateTopic. */
  readonly topics?: readonly TopicDefinition[];
  /** Further issuers whose tokens AssumeRoleWithWebIdentity takes where a role trusts them, besides `aws.issuer`. */
  readonly identityProviders?: readonly IdentityProviderOptions[];
  /** Default `us-east-1`. A request that is signed for another region is refused. */
  readonly region?: string;
  /** Default: any that is free. */
  readonly port?: number;
  /** The port of `aws.issuer`, for a URL that is known beforehand. Default: any that is free. */
  readonly issuerPort?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: Clock;
}

/** The options but for the roles, checked. */
export type ReadOptions = Required<Omit<LocalAwsOptions, 'roles'>>;

const DEFAULT_ACCOUNT = '000000000000';

/**
 * Reads the options that nothing needs to be started for.
 *
 * @throws TypeError naming everything that is wrong
 */
export function readOptions(options: LocalAwsOptions): ReadOptions {
  const {
    buckets = [],
    tables = [],
    queues = [],
    topics = [],
    identityProviders = [],
    region = 'us-east-1',
    port = 0,
    issuerPort = 0,
    clock = Date.now,
    roles,
    ...unknown
  } = options;
  const problems = Object.keys(unknown).map((name) => `\`${name}\` is not an option`);
  if (typeof roles !== 'object' || roles === null) problems.push('`roles` is missing');
  for (const [name, value] of Object.entries({ buckets, tables, queues, topics, identityProviders })) {
    if (!Array.isArray(value)) problems.push(`\`${name}\` is not a list`);
  }
  if (Array.isArray(identityProviders)) problems.push(...identityProviderProblems(identityProviders));
  if (!/^[a-z]{2,4}(?:-[a-z]+)+-\d$/.test(region)) problems.push('`region` is not a region');
  if (!isPort(port)) problems.push('`port` is not a port');
  if (!isPort(issuerPort)) problems.push('`issuerPort` is not a port');
  if (typeof clock !== 'function') problems.push('`clock` is not a function');
  throwIfAny(problems);
  return { buckets, tables, queues, topics, identityProviders, region, port, issuerPort, clock };
}

/**
 * Reads the roles. The first one's account is that of the data.
 *
 * @throws TypeError naming everything that is wrong: a typo in a policy must not become a role that may do more, or less
 */
export function readRoles(given: LocalAwsOptions['roles'], issuer: IssuerFacts): { roles: ReadonlyMap<string, Role>; account: string } {
  const problems: string[] = [];
  const roles = new Map<string, Role>();
  for (const [arn, options] of Object.entries(given)) {
    const role = readRole(arn, options, issuer, problems);
    if (role) roles.set(arn, role);
  }
  throwIfAny(problems);
  const [first] = roles.values();
  return { roles, account: first?.account ?? DEFAULT_ACCOUNT };
}

function identityProviderProblems(providers: readonly unknown[]): string[] {
  return providers.flatMap((provider, at) =>
    isIdentityProvider(provider)
      ? []
      : [`\`identityProviders[${at}]\` is not a \`url\` with a list of \`audiences\`, and with keys in \`jwks\` where there is one`],
  );
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}

function throwIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new TypeError(`the options of startLocalAws are wrong: ${problems.join('; ')}`);
}
