import { ConfigurationError, Faults, type Permissions, TenantAwsError } from '@tenant-aws/policy';
import type { TenantAws } from './clients/tenant-aws.ts';
import { readIdentityEnvironment, renamed } from './configuration/environment.ts';
import type { Naming } from './credentials/assumption.ts';
import type { TokenVendingMachineOptions } from './configuration/options.ts';
import { TokenMissingError } from './errors.ts';
import { frozenCopy } from './frozen.ts';
import { frozenIdentity } from './frozen-identity.ts';
import { bearerToken } from './identity/bearer-token.ts';
import type { BearerTokenOptions } from './identity/bearer-token-options.ts';
import type { IdentityRequest, IdentitySource } from './identity/identity-source.ts';
import { channels, type IdentityEvent } from './events.ts';
import { answerFor, type PerIdentity } from './per-identity.ts';
import type { TenantIdentity } from './tenant.ts';
import { type GateAccess, gateAccess, TokenVendingMachine } from './token-vending-machine.ts';

/** Who is asked for the tenant, and which machine vends. All of it is optional: the rest comes from the `TENANT_AWS_*` variables of the environment. */
export interface TenantGateOptions extends Partial<TokenVendingMachineOptions> {
  /** A machine of yours, shared by several gates; yours to close. Beside it no option of a machine is accepted but `permissions`. Default: one of this gate's own. */
  readonly tvm?: TokenVendingMachine | undefined;
  /** Who the request speaks for. Default: `bearerToken()` with the variables of the environment. */
  readonly identity?: IdentitySource | undefined;
  /** Whether credentials are in hand before the handler runs, so that a request that cannot have them never reaches it. Default: true. */
  readonly eager?: boolean | undefined;
  /** Whether a request that presents *nothing* is admitted, without a tenant. Anything bad is refused as ever. Default: false. */
  readonly optional?: boolean | undefined;
}

/** The whole way of a request, for authors of adapters. */
export interface TenantGate {
  /**
   * Who the request speaks for, as AWS; `undefined` only under `optional`, where nothing was presented.
   *
   * @throws {@link TokenMissingError} nothing was presented
   * @throws whatever the identity source refuses, and under `eager` whatever `credentials()` throws
   */
  (request: IdentityRequest): Promise<TenantAws | undefined>;
  readonly tvm: TokenVendingMachine;
  /** Checks what creation cannot: base credentials, region, discovery, keys. */
  ready(): Promise<void>;
  /** Closes the identity source and the machine, if this gate made them. */
  close(): Promise<void>;
}

/**
 * From a request to AWS as its tenant: identity, permissions, credentials.
 *
 * @throws {@link ConfigurationError} with every fault at once, of options and environment
 * @example
 * const enter = tenantGate({ identity: bearerToken({ issuer, audience }), roleArn, permissions });
 * const tenantAws = await enter(httpIdentityRequest(req, undefined));
 * runForRequest({ request: req, response: res }, { current: tenantAws, purpose: 'handler' }, () => handle(req, res));
 */
export function tenantGate(options: TenantGateOptions = {}): TenantGate {
  const { identify, ownsIdentity, tvm, ownsTvm, as, eager, optional } = readGateOptions(options);

  async function enter(request: IdentityRequest): Promise<TenantAws | undefined> {
    const tenantAws = await admitted(request);
    if (eager) await tenantAws?.credentials();
    return tenantAws;
  }

  /** Who it is, told to `tenant-aws:identity` whatever comes of it. */
  async function admitted(request: IdentityRequest): Promise<TenantAws | undefined> {
    let identity: TenantIdentity | undefined;
    try {
      identity = await identify(request);
      if (identity === undefined && !optional) throw new TokenMissingError();
      const tenantAws = identity === undefined ? undefined : await as(identity);
      if (channels.identity.hasSubscribers)
        channels.identity.publish(tenantAws ? identityEvent(tenantAws.identity) : sourceEvent(identify.source));
      return tenantAws;
    } catch (error) {
      if (channels.identity.hasSubscribers)
        channels.identity.publish({ ...sourceEvent(identity?.source ?? identify.source), code: codeOf(error) });
      throw error;
    }
  }

  return Object.assign(enter, {
    tvm,
    async ready() {
      await Promise.all([tvm.ready(), identify.ready?.()]);
    },
    async close() {
      if (ownsIdentity) identify.close?.();
      if (ownsTvm) await tvm.close();
    },
  });
}

interface GateSettings {
  readonly identify: IdentitySource;
  readonly ownsIdentity: boolean;
  readonly tvm: TokenVendingMachine;
  readonly ownsTvm: boolean;
  /** With the machine's permissions, or with this gate's own in place of those of a machine that is shared. */
  readonly as: (identity: TenantIdentity) => TenantAws | Promise<TenantAws>;
  readonly eager: boolean;
  readonly optional: boolean;
}

function readGateOptions(given: TenantGateOptions): GateSettings {
  if (typeof given !== 'object' || given === null) throw new ConfigurationError(['the options must be an object']);
  const { tvm: shared, identity, eager = true, optional = false, ...others } = given;
  const faults = new Faults();
  if (typeof eager !== 'boolean') faults.add('`eager` must be true or false');
  if (typeof optional !== 'boolean') faults.add('`optional` must be true or false');
  const identify = faults.attempt(() => identitySource(identity));
  const machine = faults.attempt(() => (shared === undefined ? ownMachine(others) : sharedMachine(shared, others)));
  faults.throwIfAny();
  if (identify === undefined || machine === undefined) throw new ConfigurationError(['the options cannot be read']);
  return { ...machine, identify, ownsIdentity: identity === undefined, eager, optional };
}

type Machine = Pick<GateSettings, 'tvm' | 'ownsTvm' | 'as'>;

function ownMachine(options: Partial<TokenVendingMachineOptions>): Machine {
  const tvm = TokenVendingMachine.fromEnvironment(options);
  return { tvm, ownsTvm: true, as: (identity) => tvm.for(identity) };
}

function sharedMachine(tvm: TokenVendingMachine, { permissions, ...others }: Partial<TokenVendingMachineOptions>): Machine {
  const access = gateAccess(tvm);
  if (access === undefined) throw new ConfigurationError(['`tvm` must be a TokenVendingMachine']);
  const faults = new Faults();
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) faults.add(`\`${name}\` and \`tvm\` exclude each other: give it where the machine is made`);
  }
  const own = permissions === undefined ? undefined : faults.attempt(() => withPermissions(access, permissions));
  faults.throwIfAny();
  return { tvm, ownsTvm: false, as: own ?? ((identity) => tvm.for(identity)) };
}

function withPermissions(access: GateAccess, permissions: PerIdentity<Permissions>): GateSettings['as'] {
  if (typeof permissions !== 'function') {
    const own = frozenCopy(permissions);
    access.judge(own);
    return (identity) => access.for(identity, own);
  }
  const ask = oncePerIdentity(permissions);
  return async (given) => {
    const identity = frozenIdentity(given);
    return access.for(identity, await ask(identity));
  };
}

function identitySource(given: unknown): IdentitySource {
  if (typeof given === 'function') return given as IdentitySource;
  if (given !== undefined)
    throw new ConfigurationError(['`identity` must be an identity source, such as `bearerToken({ issuer, audience })`']);
  const faults = new Faults();
  const { options, naming } = readIdentityEnvironment(faults);
  const source = faults.attempt(() =>
    renamed(
      () => bearerToken(options as unknown as BearerTokenOptions),
      (fault) => calledBy(naming, fault),
    ),
  );
  faults.throwIfAny();
  if (source === undefined) throw new ConfigurationError(faults.found);
  return source;
}

/** A fault of the source's begins with its option's name. */
function calledBy(naming: Naming, fault: string): string {
  const [, option = ''] = /^`(\w+)`/.exec(fault) ?? [];
  if (naming(option) !== option) return fault.replace(option, naming(option));
  return `${fault} (\`${naming('algorithms')}\`)`; // a secret is asked for by the algorithms alone
}

/** Asks once for each identity, which the sources of this package answer by reference; a failure is asked again. */
function oncePerIdentity<T extends object>(option: PerIdentity<T>): (identity: TenantIdentity) => T | Promise<T> {
  const known = new WeakMap<TenantIdentity, T | Promise<T>>();
  return (identity) => {
    const answer = known.get(identity) ?? answerFor(option, identity);
    known.set(identity, answer);
    if (answer instanceof Promise) answer.catch(() => known.delete(identity));
    return answer;
  };
}

function identityEvent({ source, tenantId, subject }: TenantIdentity): IdentityEvent {
  return { source, tenantId, ...(subject === undefined ? {} : { subject }) };
}

/** All that is told of a request which is refused: a tenant id that was not accepted is hostile input, and not repeated. */
function sourceEvent(source: IdentityEvent['source']): IdentityEvent {
  return source === undefined ? {} : { source };
}

function codeOf(error: unknown): string {
  return error instanceof TenantAwsError ? error.code : 'unknown';
}
