import { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import type { TableDefinition } from './services/dynamodb/table-definition.ts';
import type { BucketDefinition } from './services/s3/bucket-definition.ts';
import type { LambdaFunction } from './services/lambda/invoke.ts';
import type { Clock } from './services/service.ts';
import type { TopicDefinition } from './services/sns/index.ts';
import type { SecretDefinition } from './services/secretsmanager/index.ts';
import type { QueueDefinition } from './services/sqs/index.ts';
import type { ParameterDefinition } from './services/ssm/index.ts';
import type { StateMachine } from './services/states/execution.ts';
import { type IdentityProviderOptions, isIdentityProvider } from './sts/identity-provider.ts';
import { type IssuerFacts, type Role, type RoleOptions, readRole } from './sts/roles.ts';

/** The options of a local AWS. All are optional. */
export interface LocalAwsOptions {
  /** The roles by ARN: `arn:aws:iam::000000000000:role/TenantAccess`. The account of the first role owns all resources. Default: no roles. */
  readonly roles?: Readonly<Record<string, RoleOptions>>;
  /** Buckets to create: each is a name, or an object such as `{ Bucket: 'notes', Versioning: 'Enabled', Policy: { … }, CORS: [{ … }] }`. */
  readonly buckets?: readonly BucketDefinition[];
  /** Tables to create: each is the input of CreateTable. */
  readonly tables?: readonly TableDefinition[];
  /** Queues to create: each is a name or the input of CreateQueue. A name that ends with `.fifo` creates a FIFO queue. */
  readonly queues?: readonly QueueDefinition[];
  /** Topics to create: each is a name or the input of CreateTopic. */
  readonly topics?: readonly TopicDefinition[];
  /** Secrets to create in Secrets Manager, by name. An object is stored as JSON: `{ 'acme/db': { password: 'x' } }`. */
  readonly secrets?: Readonly<Record<string, SecretDefinition>>;
  /** Parameters to create in Parameter Store, by name. Each is the value of a String, or the input of PutParameter without `Name`. */
  readonly parameters?: Readonly<Record<string, ParameterDefinition>>;
  /**
   * Symmetric keys to create in KMS. Each is an alias, `tenants` or `alias/tenants`, of a key with a random id: DescribeKey returns its ARN.
   * Or it is the id of a key without an alias, a UUID, if a policy must name the key before the start.
   */
  readonly keys?: readonly string[];
  /** The names of event buses to create, in addition to `default`. The events that they receive are in `aws.events`. */
  readonly buses?: readonly string[];
  /** The names of log groups to create in CloudWatch Logs. */
  readonly logGroups?: readonly string[];
  /**
   * Lambda functions by name. A function receives the parsed payload and a context, and returns a value of JSON or a promise of one.
   * It runs in this process.
   */
  readonly functions?: Readonly<Record<string, LambdaFunction>>;
  /**
   * State machines of Step Functions by name. A state machine receives the parsed input and a context, and returns the output, a value
   * of JSON, or a promise of it. It runs in this process.
   */
  readonly stateMachines?: Readonly<Record<string, StateMachine>>;
  /** Identity providers in addition to `aws.issuer`. AssumeRoleWithWebIdentity accepts their tokens for the roles that trust them. */
  readonly identityProviders?: readonly IdentityProviderOptions[];
  /** Default: `us-east-1`. A request that is signed for another region is refused. */
  readonly region?: string;
  /** Default: a free port. */
  readonly port?: number;
  /** The port of `aws.issuer`, if its URL must be known before the start. Default: a free port. */
  readonly issuerPort?: number;
  /**
   * A file in which `aws.issuer` keeps its key and its port, so that a token remains valid when the process starts again, as under
   * `node --watch`. The first start creates it with a random key; only this user can read it. Do not commit it: a good place is
   * `node_modules/.cache/tenant-aws-issuer.json`. Default: a new key and a free port at each start.
   */
  readonly issuerFile?: string;
  /** Returns milliseconds since the epoch. Default: `Date.now`. */
  readonly clock?: Clock;
}

/** The options, checked and with defaults. Only the roles are not read yet: see {@link readRoles}. */
export type ReadOptions = Required<LocalAwsOptions>;

const OPTION_NAMES: readonly string[] = [
  'roles',
  'buckets',
  'tables',
  'queues',
  'topics',
  'secrets',
  'parameters',
  'keys',
  'buses',
  'logGroups',
  'functions',
  'stateMachines',
  'identityProviders',
  'region',
  'port',
  'issuerPort',
  'issuerFile',
  'clock',
] satisfies readonly (keyof LocalAwsOptions)[];

const DEFAULT_ACCOUNT = '000000000000';

/**
 * Reads all options except the roles, whose trust policies can depend on the started issuer.
 *
 * @throws TypeError that names every invalid option
 */
export function readOptions(options: LocalAwsOptions): ReadOptions {
  const given: unknown = options;
  if (!isObject(given)) throw new TypeError("the options of startLocalAws must be an object, such as { buckets: ['notes'] }");
  const {
    roles = {},
    buckets = [],
    tables = [],
    queues = [],
    topics = [],
    secrets = {},
    parameters = {},
    keys = [],
    buses = [],
    logGroups = [],
    functions = {},
    stateMachines = {},
    identityProviders = [],
    region = 'us-east-1',
    port = 0,
    issuerPort = 0,
    issuerFile = '',
    clock = Date.now,
  } = options;
  const problems = unknownOptions(options);
  for (const [name, value] of Object.entries({ roles, secrets, parameters })) {
    if (!isObject(value)) problems.push(`\`${name}\` must be an object`);
  }
  for (const [name, value] of Object.entries({ buckets, tables, queues, topics, keys, buses, logGroups, identityProviders })) {
    if (!Array.isArray(value)) problems.push(`\`${name}\` must be an array`);
  }
  for (const [at, key] of Array.isArray(keys) ? keys.entries() : []) {
    if (typeof key !== 'string') problems.push(`\`keys[${at}]\` must be the alias or the id of a key`);
  }
  problems.push(...callbackProblems('functions', functions), ...callbackProblems('stateMachines', stateMachines));
  for (const [at, provider] of Array.isArray(identityProviders) ? identityProviders.entries() : []) {
    const shape = 'a `url`, an array of `audiences` and, optionally, a `jwks` with `keys`';
    if (!isIdentityProvider(provider)) problems.push(`\`identityProviders[${at}]\` must have ${shape}`);
  }
  if (!/^[a-z]{2,4}(?:-[a-z]+)+-\d$/.test(region)) problems.push('`region` must be an AWS region, such as `us-east-1`');
  if (!isPort(port)) problems.push('`port` must be an integer from 0 to 65535');
  if (!isPort(issuerPort)) problems.push('`issuerPort` must be an integer from 0 to 65535');
  if (typeof issuerFile !== 'string') problems.push('`issuerFile` must be the path of a file');
  if (typeof clock !== 'function') problems.push('`clock` must be a function');
  throwIfAny(problems);
  return {
    roles,
    buckets,
    tables,
    queues,
    topics,
    secrets,
    parameters,
    keys,
    buses,
    logGroups,
    functions,
    stateMachines,
    identityProviders,
    region,
    port,
    issuerPort,
    issuerFile,
    clock,
  };
}

/**
 * Reads the roles. The account of the first role owns all resources.
 *
 * @throws TypeError that names every problem: a typo in a policy must not change a role's permissions
 */
export function readRoles(given: ReadOptions['roles'], issuer: IssuerFacts): { roles: ReadonlyMap<string, Role>; account: string } {
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

/** One sentence for an option that is not an object, or for each of its members that is not a function. */
function callbackProblems(option: string, callbacks: unknown): string[] {
  if (!isObject(callbacks)) return [`\`${option}\` must be an object whose members are functions`];
  const wrong = Object.entries(callbacks).filter(([, callback]) => typeof callback !== 'function');
  return wrong.map(([name]) => `\`${option}['${name}']\` must be a function`);
}

/** One sentence for each name that is not an option. It suggests the nearest option. */
function unknownOptions(options: LocalAwsOptions): string[] {
  const faults = new Faults();
  faults.noneOf('', options, OPTION_NAMES);
  return [...faults.found];
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}

function throwIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new TypeError(`the options of startLocalAws are invalid: ${problems.join('; ')}`);
}
