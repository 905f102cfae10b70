import type { TableDefinition } from './services/dynamodb/table-definition.ts';
import type { Clock } from './services/service.ts';
import type { TopicDefinition } from './services/sns/index.ts';
import type { QueueDefinition } from './services/sqs/index.ts';
import { type IdentityProviderOptions, isIdentityProvider } from './sts/identity-provider.ts';
import { type IssuerFacts, type Role, type RoleOptions, readRole } from './sts/roles.ts';

/** The options of a local AWS. */
export interface LocalAwsOptions {
  /** The roles by ARN: `arn:aws:iam::000000000000:role/TenantAccess`. The account of the first role owns all buckets, tables, queues and topics. */
  readonly roles: Readonly<Record<string, RoleOptions>>;
  /** The names of buckets to create. */
  readonly buckets?: readonly string[];
  /** Tables to create: each is the input of CreateTable. */
  readonly tables?: readonly TableDefinition[];
  /** Queues to create: each is a name or the input of CreateQueue. A name that ends with `.fifo` creates a FIFO queue. */
  readonly queues?: readonly QueueDefinition[];
  /** Topics to create: each is a name or the input of CreateTopic. */
  readonly topics?: readonly TopicDefinition[];
  /** Identity providers in addition to `aws.issuer`. AssumeRoleWithWebIdentity accepts their tokens for the roles that trust them. */
  readonly identityProviders?: readonly IdentityProviderOptions[];
  /** Default: `us-east-1`. A request that is signed for another region is refused. */
  readonly region?: string;
  /** Default: a free port. */
  readonly port?: number;
  /** The port of `aws.issuer`, if its URL must be known before the start. Default: a free port. */
  readonly issuerPort?: number;
  /** Returns milliseconds since the epoch. Default: `Date.now`. */
  readonly clock?: Clock;
}

/** The options except the roles, checked and with defaults. */
export type ReadOptions = Required<Omit<LocalAwsOptions, 'roles'>>;

const DEFAULT_ACCOUNT = '000000000000';

/**
 * Reads all options except the roles, whose trust policies can depend on the started issuer.
 *
 * @throws TypeError that names every invalid option
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
  if (typeof roles !== 'object' || roles === null) problems.push('`roles` must be an object');
  for (const [name, value] of Object.entries({ buckets, tables, queues, topics, identityProviders })) {
    if (!Array.isArray(value)) problems.push(`\`${name}\` must be an array`);
  }
  for (const [at, provider] of Array.isArray(identityProviders) ? identityProviders.entries() : []) {
    const shape = 'a `url`, an array of `audiences` and, optionally, a `jwks` with `keys`';
    if (!isIdentityProvider(provider)) problems.push(`\`identityProviders[${at}]\` must have ${shape}`);
  }
  if (!/^[a-z]{2,4}(?:-[a-z]+)+-\d$/.test(region)) problems.push('`region` must be an AWS region, such as `us-east-1`');
  if (!isPort(port)) problems.push('`port` must be an integer from 0 to 65535');
  if (!isPort(issuerPort)) problems.push('`issuerPort` must be an integer from 0 to 65535');
  if (typeof clock !== 'function') problems.push('`clock` must be a function');
  throwIfAny(problems);
  return { buckets, tables, queues, topics, identityProviders, region, port, issuerPort, clock };
}

/**
 * Reads the roles. The account of the first role owns all resources.
 *
 * @throws TypeError that names every problem: a typo in a policy must not change a role's permissions
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

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}

function throwIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new TypeError(`the options of startLocalAws are invalid: ${problems.join('; ')}`);
}
