import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Call } from './calls.ts';
import { applyEnvironment, environment, UNSET } from './environment.ts';
import { FAULTY_SERVICES, type Fault, type FaultyService } from './fault-options.ts';
import { InjectedFaults } from './injected-faults.ts';
import { type Issuer, type StartedIssuer, startIssuer } from './issuer.ts';
import { type Address, close, listen, LOOPBACK } from './loopback.ts';
import { type LocalAwsOptions, type ReadOptions, readOptions, readRoles } from './options.ts';
import { requestHandler } from './request-handler.ts';
import { lazyDynamodbService } from './services/dynamodb/lazy.ts';
import { createKeys, kmsService } from './services/kms/index.ts';
import type { DeliveredEvent } from './services/events/delivered-event.ts';
import { eventsService } from './services/events/index.ts';
import { lambdaService } from './services/lambda/index.ts';
import { logsService } from './services/logs/index.ts';
import { s3Service } from './services/s3/index.ts';
import { secretsManagerService } from './services/secretsmanager/index.ts';
import type { Service } from './services/service.ts';
import { snsService } from './services/sns/index.ts';
import { Fauxqs } from './services/sqs/fauxqs.ts';
import { sqsService } from './services/sqs/index.ts';
import { ssmService } from './services/ssm/index.ts';
import { statesService } from './services/states/index.ts';
import { longTermKeys, Sessions } from './sessions.ts';
import { identityProvider } from './sts/identity-provider.ts';
import { stsService } from './sts/operations.ts';
import { adminUser, baseUser } from './users.ts';

/** A running local AWS. */
export interface LocalAws {
  /** The origin of every service: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Environment variables to set. They direct an AWS SDK to this local AWS: endpoint, region, and base keys, which are allowed to call STS only. */
  readonly env: Readonly<Record<string, string>>;
  /** Environment variables to delete. They would direct an AWS SDK to another endpoint, or to other credentials. */
  readonly unset: readonly string[];
  /**
   * Changes an environment so that every AWS client which reads it uses this local AWS: sets `env` and the given variables, and deletes
   * `unset` and every other endpoint of a service. Returns a function that restores the variables that it changed.
   *
   * @example
   * aws.applyTo(process.env, { TENANT_AWS_TEMPLATES: 's3-folder-per-tenant?bucket=notes' });
   */
  applyTo(environment: Record<string, string | undefined>, variables?: Readonly<Record<string, string>>): () => void;
  /** Keys with all permissions, to create test data. They are random, and never in `env`. */
  readonly admin: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Issues the tokens of the tenants' users. */
  readonly issuer: Issuer;
  /** All requests so far, including refused ones, up to the latest 100,000. The array is live. Empty it with `calls.length = 0`. */
  readonly calls: Call[];
  /** The events that PutEvents accepted for an event bus, up to the latest 10,000. The array is live. Empty it with `events.length = 0`. */
  readonly events: DeliveredEvent[];
  readonly faults: LocalFaults;
  /** Stops the server, closes its connections, and releases the requests that hang. A second call returns the same promise. */
  close(): Promise<void>;
}

/** Injects faults. A second fault for a service replaces the first. */
export interface LocalFaults extends Readonly<Record<FaultyService, (fault: Fault) => void>> {
  /** Removes all faults, and releases the requests that hang. */
  clear(): void;
}

/** A local AWS with the members that are not public. The control API of the command uses them. */
export interface StartedLocalAws {
  readonly aws: LocalAws;
  readonly faults: InjectedFaults;
  /** The names of the services, as in a credential scope. */
  readonly services: readonly string[];
  /** The variables of `aws.env` for a client that reaches this process at another origin. */
  readonly environmentAt: (origin: string) => Readonly<Record<string, string>>;
  /** The public keys of `aws.issuer`. */
  readonly jwks: () => Promise<unknown>;
  /** Recreates all data from the options, removes the faults, and empties `aws.calls`. Sessions, keys and the issuer remain valid. */
  readonly reset: () => Promise<void>;
}

type RequestListener = (message: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Where a local AWS listens, and what handles the requests that are not for AWS. */
export interface Serving {
  readonly address: Address;
  /** Whether a request is for `front` and never for AWS. */
  isForFront(url: string | undefined): boolean;
  front(started: StartedLocalAws): RequestListener;
}

/** Longer than clients keep an idle connection: otherwise a client could send a request while the server closes the connection. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Starts an AWS on 127.0.0.1 that enforces IAM: signatures, session tokens, and the intersection of role and session policies.
 * It refuses every operation and parameter that it does not support.
 *
 * @throws TypeError if options are invalid
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const { aws } = await start(options);
  return aws;
}

/** Starts a local AWS as {@link startLocalAws} does. Without `serving`, on loopback and for requests to AWS only. */
export async function start(options: LocalAwsOptions, serving?: Serving): Promise<StartedLocalAws> {
  const read = readOptions(options);
  const { address = LOOPBACK } = serving ?? {};
  const issuer = await startIssuer({ port: read.issuerPort, file: read.issuerFile, clock: read.clock, address });
  try {
    return await startWithIssuer(issuer, read, serving);
  } catch (error) {
    await issuer.close();
    throw error;
  }
}

async function startWithIssuer(issuer: StartedIssuer, options: ReadOptions, serving: Serving | undefined): Promise<StartedLocalAws> {
  const { region, clock } = options;
  const { roles, account } = readRoles(options.roles, issuer);
  const sessions = new Sessions(clock);
  const base = baseUser(account, longTermKeys());
  const admin = adminUser(account, longTermKeys());
  sessions.add(base);
  sessions.add(admin);
  const providers = new Map(
    [...options.identityProviders.map(identityProvider), issuer.provider].map((provider) => [provider.url, provider]),
  );
  const sts = stsService({ roles, sessions, baseArn: base.arn, clock, providers });
  const events: DeliveredEvent[] = [];
  const services = new Map(await startServices(sts, account, options, events));
  const faults = new InjectedFaults(clock);
  const calls: Call[] = [];
  const handle = requestHandler({ region, account, services, sessions, faults, calls, clock });
  let front: RequestListener | undefined;
  const server = createServer(
    (message, response) => void (front && serving?.isForFront(message.url) ? front(message, response) : handle(message, response)),
  );
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const url = await listen(server, options.port, serving?.address);
  const env = environment(url, region, base.keys);
  const { accessKeyId, secretAccessKey } = admin.keys;
  let closing: Promise<void> | undefined;
  let resetting: Promise<void> = Promise.resolve();
  async function stop(): Promise<void> {
    faults.clear();
    await Promise.all([close(server), issuer.close()]);
    await resetting;
    for (const service of services.values()) await service.close?.();
  }
  async function reset(): Promise<void> {
    const started = await startServices(sts, account, options, events);
    const replaced = [...services.values()].filter((service) => service !== sts);
    for (const [name, service] of started) services.set(name, service);
    faults.clear();
    calls.length = 0;
    events.length = 0;
    for (const service of replaced) await service.close?.();
  }
  const aws: LocalAws = {
    url,
    env,
    unset: UNSET,
    applyTo: (target, variables = {}) => applyEnvironment(target, { ...env, ...variables }),
    admin: { accessKeyId, secretAccessKey },
    issuer: { url: issuer.url, audience: issuer.audience, jwksUri: issuer.jwksUri, token: (content) => issuer.token(content) },
    calls,
    events,
    faults: {
      ...injectors(faults),
      clear: () => faults.clear(),
    },
    close: () => (closing ??= stop()),
  };
  const running: StartedLocalAws = {
    aws,
    faults,
    services: [...services.keys()],
    environmentAt: (origin) => environment(origin, region, base.keys),
    jwks: () => issuer.jwks(),
    reset() {
      const next = resetting.then(reset);
      resetting = next.catch(() => undefined);
      return next;
    },
  };
  // No request can arrive before this line: it runs in the same turn of the event loop as the callback of `listen`.
  front = serving?.front(running);
  return running;
}

function injectors(faults: InjectedFaults): Omit<LocalFaults, 'clear'> {
  const byService = FAULTY_SERVICES.map((service) => [service, (fault: Fault) => faults.inject(service, fault)]);
  return Object.fromEntries(byService) as Omit<LocalFaults, 'clear'>;
}

async function startServices(
  sts: Service,
  account: string,
  options: ReadOptions,
  events: DeliveredEvent[],
): Promise<ReadonlyMap<string, Service>> {
  const { region, buckets, tables, queues, topics, secrets, parameters, buses, logGroups, functions, stateMachines, clock } = options;
  const s3 = s3Service({ account, region, buckets, clock });
  const dynamodb = await lazyDynamodbService({ account, region, tables, clock });
  const keys = createKeys({ account, region, keys: options.keys, clock });
  const kms = kmsService(keys);
  const secretsManager = secretsManagerService({ account, region, secrets, clock });
  const ssm = ssmService({ account, region, parameters, keys, clock });
  const engine = new Fauxqs(region);
  const sqs = await sqsService({ account, region, queues, engine });
  const sns = snsService({ account, region, topics, engine });
  const eventBridge = eventsService({ account, region, buses, events });
  const logs = logsService({ account, region, logGroups, clock });
  const lambda = lambdaService({ account, region, functions });
  const states = statesService({ account, region, stateMachines, clock });
  return new Map(
    [sts, s3, dynamodb, sqs, sns, kms, secretsManager, ssm, eventBridge, logs, lambda, states].map((service) => [service.name, service]),
  );
}
