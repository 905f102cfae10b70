import { Faults } from '@tenant-aws/policy';
import type { Call } from '../calls.ts';
import { type LocalAws, startLocalAws } from '../local-aws.ts';
import type { LocalAwsOptions } from '../options.ts';
import { accountOf, regionOf, roleArnOf, tokenFor, variablesFor } from './app-environment.ts';
import { serveApp, type ServedApp } from './app-server.ts';
import { type ExpectDeniedOptions, expectDeniedOf } from './expect-denied.ts';
import { processEnvironment, restoreEnvironment } from './process-environment.ts';
import { type Item, type ObjectBody, seed } from './seed.ts';
import { type TableKeys, tablesOf } from './tables.ts';
import { resourcesOfTemplates } from './template-resources.ts';
import { type TenantClient, tenantClient } from './tenant-client.ts';

/** The options of {@link startIsolationTest}. All are optional. */
export interface IsolationTestOptions
  extends Pick<LocalAwsOptions, 'roles' | 'queues' | 'topics' | 'buckets' | 'secrets' | 'parameters' | 'keys' | 'region'> {
  /**
   * Loads the app after the local AWS has started, which it receives: `() => import('./app.js')`. It returns an Express app, a Koa app, a
   * NestJS application, an `http.Server`, a listener or a URL; or a module that exports one of them as `app`, `server` or `default`; or a
   * module that listens itself. Or the URL of an app that runs. Default: there is no app, and `as` fails.
   */
  readonly app?: ((aws: LocalAws) => unknown) | URL | string;
  /** Environment variables of the app, in addition to those of the process: `{ TENANT_AWS_TEMPLATES: 's3-folder-per-tenant?bucket=notes' }`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Objects to create, by bucket and key. */
  readonly objects?: Readonly<Record<string, Readonly<Record<string, ObjectBody>>>>;
  /** Items to create, by table. */
  readonly items?: Readonly<Record<string, readonly Item[]>>;
  /** The keys of each table, which the templates do not have: `{ orders: ['customer', 'id'] }`. */
  readonly tables?: Readonly<Record<string, TableKeys>>;
  /** The tenants of the test. A template with a bucket or a table for each tenant creates those of these tenants. Default: `['acme', 'globex']`. */
  readonly tenants?: readonly string[];
}

/** The options of {@link IsolationTest.as}. */
export interface AsOptions {
  /** Claims of the token, in addition to those that the app needs. The value `undefined` removes a claim. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A running local AWS, with the app that uses it. */
export interface IsolationTest extends AsyncDisposable {
  readonly aws: LocalAws;
  /** The origin of the app. */
  readonly url: string;
  /** A client that sends requests to the app with a token of this tenant. */
  readonly as: (tenant: string, options?: AsOptions) => TenantClient;
  /**
   * Runs a callback, and returns the calls that AWS denied. It throws unless AWS received at least one call to a data service, and
   * denied each of them to a session of a tenant. Another error in the callback, or a call that AWS allowed, makes the test fail.
   */
  readonly expectDenied: (run: () => unknown, options?: ExpectDeniedOptions) => Promise<readonly Call[]>;
  /** Closes the app and the local AWS, and restores the environment. A second call returns the same promise. */
  readonly stop: () => Promise<void>;
}

const OPTION_NAMES: readonly string[] = [
  'app',
  'env',
  'objects',
  'items',
  'tables',
  'tenants',
  'roles',
  'buckets',
  'queues',
  'topics',
  'secrets',
  'parameters',
  'keys',
  'region',
] satisfies readonly (keyof IsolationTestOptions)[];

/** The role may do everything: only the session policy of a tenant limits it. */
const EVERYTHING = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } as const;

/** Two tests in one process would change each other's environment. */
let isRunning = false;

/**
 * Starts a local AWS from the environment of the app: its role, the buckets, tables, queues and topics of its templates, its audience
 * and its tenant claim. Then it sets the environment and loads the app.
 *
 * @throws TypeError if options are invalid or the keys of a table are missing
 * @example
 * const test = await startIsolationTest({ app: () => import('./app.js'), objects: { notes: { 'globex/plan': 'secret' } } });
 * await test.expectDenied(() => test.as('acme').get('/files?key=globex/plan'));
 * await test.stop();
 */
export async function startIsolationTest(options: IsolationTestOptions = {}): Promise<IsolationTest> {
  checkOptions(options);
  const environment = processEnvironment();
  const before = { ...environment };
  const restore = (): void => {
    restoreEnvironment(before);
    isRunning = false;
  };
  isRunning = true;
  let aws: LocalAws | undefined;
  try {
    const env = { ...before, ...options.env };
    aws = await startLocalAws(localOptions(options, env));
    await seed(aws, options.region ?? regionOf(env), { objects: options.objects ?? {}, items: options.items ?? {} });
    Object.assign(environment, options.env);
    aws.applyTo(environment, variablesFor(env, aws));
    const app = await serveOption(options.app, aws);
    aws.calls.length = 0;
    return isolationTest({ aws, app, env, restore });
  } catch (error) {
    await aws?.close();
    restore();
    throw error;
  }
}

function serveOption(app: IsolationTestOptions['app'], aws: LocalAws): Promise<ServedApp> | undefined {
  return app === undefined ? undefined : serveApp(() => (typeof app === 'function' ? app(aws) : app));
}

interface Running {
  readonly aws: LocalAws;
  readonly app: ServedApp | undefined;
  /** The environment of the app as it is configured, without the variables of the local AWS. */
  readonly env: NodeJS.ProcessEnv;
  readonly restore: () => void;
}

function isolationTest({ aws, app, env, restore }: Running): IsolationTest {
  let stopping: Promise<void> | undefined;
  const origin = (): string => {
    if (app === undefined) throw new TypeError("the test has no `app`: startIsolationTest({ app: () => import('./app.js') })");
    return app.origin;
  };
  async function close(): Promise<void> {
    try {
      await app?.close();
    } finally {
      await aws.close();
      restore();
    }
  }
  const stop = (): Promise<void> => (stopping ??= close());
  return {
    aws,
    get url() {
      return origin();
    },
    as: (tenant, { claims = {} } = {}) => {
      if (typeof tenant !== 'string') throw new TypeError("`as` needs the id of a tenant: as('acme')");
      return tenantClient(origin, () => aws.issuer.token(tokenFor(env, tenant, claims)));
    },
    expectDenied: expectDeniedOf(aws.calls),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function checkOptions(options: IsolationTestOptions): void {
  const faults = new Faults();
  faults.noneOf('', options, OPTION_NAMES);
  const problems = [...faults.found];
  const { app } = options;
  const isUrl = typeof app === 'string' || app instanceof URL;
  if (app !== undefined && !isUrl && (typeof app !== 'function' || app.length > 1 || 'listen' in app))
    problems.push("`app` must be a function that loads the app, such as () => import('./app.js'): the app must start after the local AWS");
  if (problems.length > 0) throw new TypeError(`the options of startIsolationTest are invalid: ${problems.join('; ')}`);
  if (isRunning) throw new TypeError('an isolation test is running in this process: start one for the whole file, or stop it first');
}

function localOptions(options: IsolationTestOptions, env: NodeJS.ProcessEnv): LocalAwsOptions {
  const {
    objects = {},
    items = {},
    tables = {},
    tenants = ['acme', 'globex'],
    buckets = [],
    queues = [],
    topics = [],
    roles = {},
  } = options;
  const roleArn = roleArnOf(env);
  const region = options.region ?? regionOf(env);
  const named = resourcesOfTemplates(env, tenants, { region, account: accountOf(roleArn) });
  return {
    roles: { [roleArn]: { policy: EVERYTHING }, ...roles },
    region,
    buckets: [...buckets, ...missingFrom(buckets, new Set([...named.buckets, ...Object.keys(objects)]), 'Bucket')],
    tables: tablesOf(tables, [...named.tables, ...Object.keys(items)]),
    queues: [...queues, ...missingFrom(queues, named.queues, 'QueueName')],
    topics: [...topics, ...missingFrom(topics, named.topics, 'Name')],
    ...definedOf(options),
  };
}

/** The options that are passed on as they are. */
function definedOf({ secrets = {}, parameters = {}, keys = [] }: IsolationTestOptions): LocalAwsOptions {
  return { secrets, parameters, keys };
}

/** The names that no definition has. */
function missingFrom(definitions: readonly (string | object)[], names: Iterable<string>, key: string): string[] {
  const defined = new Set<unknown>(definitions.map((each) => (typeof each === 'string' ? each : Reflect.get(each, key))));
  return [...names].filter((name) => !defined.has(name));
}
