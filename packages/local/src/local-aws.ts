import { createServer } from 'node:http';
import type { Call } from './calls.ts';
import { applyEnvironment, environment, UNSET } from './environment.ts';
import type { Fault } from './fault-options.ts';
import { InjectedFaults } from './injected-faults.ts';
import { type Issuer, type StartedIssuer, startIssuer } from './issuer.ts';
import { close, listen } from './loopback.ts';
import { type LocalAwsOptions, type ReadOptions, readOptions, readRoles } from './options.ts';
import { requestHandler } from './request-handler.ts';
import { dynamodbService } from './services/dynamodb/index.ts';
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
export interface LocalFaults {
  sts(fault: Fault): void;
  s3(fault: Fault): void;
  dynamodb(fault: Fault): void;
  /** Removes all faults, and releases the requests that hang. */
  clear(): void;
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
  const read = readOptions(options);
  const issuer = await startIssuer({ port: read.issuerPort, file: read.issuerFile, clock: read.clock });
  try {
    return await startWithIssuer(issuer, read);
  } catch (error) {
    await issuer.close();
    throw error;
  }
}

async function startWithIssuer(issuer: StartedIssuer, options: ReadOptions): Promise<LocalAws> {
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
  const services = await startServices(sts, account, options, events);
  const faults = new InjectedFaults(clock);
  const calls: Call[] = [];
  const handle = requestHandler({ region, account, services, sessions, faults, calls, clock });
  const server = createServer((message, response) => void handle(message, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const url = await listen(server, options.port);
  const env = environment(url, region, base.keys);
  const { accessKeyId, secretAccessKey } = admin.keys;
  let closing: Promise<void> | undefined;
  async function stop(): Promise<void> {
    faults.clear();
    await Promise.all([close(server), issuer.close()]);
    for (const service of services.values()) await service.close?.();
  }
  return {
    url,
    env,
    unset: UNSET,
    applyTo: (target, variables = {}) => applyEnvironment(target, { ...env, ...variables }),
    admin: { accessKeyId, secretAccessKey },
    issuer: { url: issuer.url, audience: issuer.audience, jwksUri: issuer.jwksUri, token: (content) => issuer.token(content) },
    calls,
    events,
    faults: {
      sts: (fault) => faults.inject('sts', fault),
      s3: (fault) => faults.inject('s3', fault),
      dynamodb: (fault) => faults.inject('dynamodb', fault),
      clear: () => faults.clear(),
    },
    close: () => (closing ??= stop()),
  };
}

async function startServices(
  sts: Service,
  account: string,
  options: ReadOptions,
  events: DeliveredEvent[],
): Promise<ReadonlyMap<string, Service>> {
  const { region, buckets, tables, queues, topics, secrets, parameters, buses, logGroups, functions, stateMachines, clock } = options;
  const s3 = s3Service({ account, region, buckets, clock });
  const dynamodb = await dynamodbService({ account, region, tables, clock });
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
