import { ConfigurationError, Faults, type Permissions } from '@tenant-aws/policy';
import type { TenantAws } from './clients/tenant-aws.ts';
import { type IdentityEnvironment, readIdentityEnvironment } from './configuration/environment.ts';
import type { TokenVendingMachineOptions } from './configuration/options.ts';
import { frozenOption } from './frozen.ts';
import { frozenIdentity } from './frozen-identity.ts';
import { authorizerClaims } from './identity/authorizer-claims.ts';
import { bearerToken } from './identity/bearer-token.ts';
import type { BearerTokenOptions } from './identity/bearer-token-options.ts';
import type { IdentitySource } from './identity/identity-source.ts';
import { type TrustedHeaderOptions, trustedHeader } from './identity/trusted-header.ts';
import { GATE_OPTIONS, MACHINE_OPTIONS, optionsElsewhere } from './option-places.ts';
import { answerFor, type PerIdentity } from './per-identity.ts';
import type { RefusalLogger } from './refusal-log.ts';
import type { TenantIdentity } from './tenant.ts';
import { TokenVendingMachine } from './token-vending-machine.ts';

/** How a gate finds the tenant of a request, and which machine vends its credentials. Options that are not given come from the `TENANT_AWS_*` environment variables. */
export interface TenantGateOptions extends Partial<TokenVendingMachineOptions> {
  /** A machine that several gates share; the gate does not close it. Of the machine's options only `permissions` may be given beside it. Default: the gate makes its own machine. */
  readonly tvm?: TokenVendingMachine | undefined;
  /** Finds the identity of a request. Default: the source that `TENANT_AWS_IDENTITY` selects, with its environment variables. */
  readonly identity?: IdentitySource | undefined;
  /** Whether credentials are vended before the handler runs, so that a request without credentials never reaches the handler. Default: true. */
  readonly eager?: boolean | undefined;
  /** Whether a request that presents *nothing* is admitted, without a tenant. Anything invalid is still refused. Default: false. */
  readonly optional?: boolean | undefined;
  /**
   * Gets one line for each kind of refused request (the error's code and reason), at most once a minute: the reason, and which option
   * or variable to check. Never a token, a tenant id or another value of the request. `false`: no lines. Default: `console`.
   */
  readonly logger?: RefusalLogger | false | undefined;
}

/** Options, read and checked. */
export interface GateSettings {
  readonly identify: IdentitySource;
  readonly ownsIdentity: boolean;
  readonly tvm: TokenVendingMachine;
  readonly ownsTvm: boolean;
  /** Uses the gate's own permissions where it has them, else the machine's. */
  readonly tenantAwsFor: (identity: TenantIdentity) => TenantAws | Promise<TenantAws>;
  readonly eager: boolean;
  readonly optional: boolean;
  readonly logger: RefusalLogger | false;
}

/** @throws {@link ConfigurationError} with every fault of the options and the environment */
export function readGateOptions(given: TenantGateOptions): GateSettings {
  if (typeof given !== 'object' || given === null) throw new ConfigurationError(['the options must be an object']);
  const { tvm: shared, identity, eager = true, optional = false, logger = console, ...others } = given;
  const faults = new Faults();
  faults.noneOf('', others, [...GATE_OPTIONS, ...MACHINE_OPTIONS], optionsElsewhere('gate'));
  if (typeof eager !== 'boolean') faults.option('eager', 'must be true or false');
  if (typeof optional !== 'boolean') faults.option('optional', 'must be true or false');
  if (logger !== false && !isLogger(logger)) faults.option('logger', 'must be `false`, or have a method `warn`, as `console` has');
  const identify = faults.attempt(() => readIdentitySource(identity));
  const machineOptions = Object.fromEntries(Object.entries(others).filter(([name]) => MACHINE_OPTIONS.includes(name)));
  const machine = faults.attempt(() => (shared === undefined ? ownMachine(machineOptions) : sharedMachine(shared, machineOptions)));
  return faults.checked(machine && identify && { ...machine, identify, ownsIdentity: identity === undefined, eager, optional, logger });
}

function isLogger(given: unknown): given is RefusalLogger {
  return (
    (typeof given === 'object' || typeof given === 'function') && given !== null && 'warn' in given && typeof given.warn === 'function'
  );
}

type Machine = Pick<GateSettings, 'tvm' | 'ownsTvm' | 'tenantAwsFor'>;

function ownMachine(options: Partial<TokenVendingMachineOptions>): Machine {
  const tvm = TokenVendingMachine.fromEnvironment(options);
  return { tvm, ownsTvm: true, tenantAwsFor: (identity) => tvm.for(identity) };
}

function sharedMachine(tvm: TokenVendingMachine, { permissions, ...others }: Partial<TokenVendingMachineOptions>): Machine {
  // The machine may come from another copy of this package, so its class is not compared.
  if (typeof (tvm as TokenVendingMachine | null)?.checkPermissions !== 'function')
    throw new ConfigurationError([{ path: 'tvm', text: 'must be a TokenVendingMachine' }]);
  const faults = new Faults();
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) faults.option(name, 'cannot be given beside `tvm`: give it to the machine');
  }
  const tenantAwsFor = faults.attempt(() =>
    permissions === undefined ? (identity: TenantIdentity) => tvm.for(identity) : withPermissions(tvm, permissions),
  );
  return { tvm, ownsTvm: false, tenantAwsFor: faults.checked(tenantAwsFor) };
}

function withPermissions(tvm: TokenVendingMachine, option: PerIdentity<Permissions>): GateSettings['tenantAwsFor'] {
  if (typeof option !== 'function') {
    const options = { permissions: frozenOption(option) };
    tvm.checkPermissions(options.permissions);
    return (identity) => tvm.for(identity, options);
  }
  const permissionsOf = oncePerIdentity(option);
  return async (given) => {
    const identity = frozenIdentity(given);
    const permissions: Permissions | undefined = await permissionsOf(identity);
    if (permissions === undefined)
      // for the machine, `undefined` means its own permissions
      throw new ConfigurationError([
        { path: 'permissions', text: 'returned undefined for an identity, not a list of permission templates' },
      ]);
    return tvm.for(identity, { permissions });
  };
}

/** Each checks its options. */
const SOURCES: Readonly<Record<IdentityEnvironment['kind'], (options: object) => IdentitySource>> = {
  bearer: (options) => bearerToken(options as BearerTokenOptions),
  header: (options) => trustedHeader(options as TrustedHeaderOptions),
  authorizer: authorizerClaims,
};

function readIdentitySource(given: unknown): IdentitySource {
  if (typeof given === 'function') return given as IdentitySource;
  if (given !== undefined)
    throw new ConfigurationError([{ path: 'identity', text: 'must be an identity source, such as `bearerToken({ issuer, audience })`' }]);
  const faults = new Faults();
  const { kind, options, rename } = readIdentityEnvironment(faults);
  return faults.checked(faults.attempt(() => SOURCES[kind](options), rename));
}

/** Calls the function once for each identity object. A promise that rejects is forgotten, so that the next call tries again. */
function oncePerIdentity<T extends object>(option: PerIdentity<T>): (identity: TenantIdentity) => T | Promise<T> {
  const results = new WeakMap<TenantIdentity, T | Promise<T>>();
  return (identity) => {
    const result = results.get(identity) ?? answerFor(option, identity);
    results.set(identity, result);
    if (result instanceof Promise) result.catch(() => results.delete(identity));
    return result;
  };
}
