import { types } from 'node:util';
import { ensureCredentials } from './clients/current.ts';
import type { TenantAws } from './clients/tenant-aws.ts';
import { channels, codeOf, type IdentityEvent, reasonOf } from './events.ts';
import { readGateOptions, type TenantGateOptions } from './gate-options.ts';
import { httpIdentityRequest } from './identity/http-request.ts';
import type { HttpRequest, IdentityRequest, IdentitySource } from './identity/identity-source.ts';
import { nothingPresented } from './identity/source-errors.ts';
import { isPromise, type MaybePromise } from './maybe-promise.ts';
import { RefusalLog } from './refusal-log.ts';
import type { TenantIdentity } from './tenant.ts';
import type { ReadyOptions } from './call-options.ts';
import type { TokenVendingMachine } from './token-vending-machine.ts';

/** Finds the tenant of a request and vends its credentials: for authors of adapters. */
export interface TenantGate {
  /**
   * Returns AWS as the tenant of the request; `undefined` only under `optional`, where nothing was presented.
   *
   * @throws TokenMissingError: nothing was presented
   * @throws the errors of the identity source, and under `eager` those of `credentials()`
   */
  (request: IdentityRequest): Promise<TenantAws | undefined>;
  /**
   * Does the same for an HTTP request of Node. Returns a promise only if it has to wait: not for a token and credentials that
   * are cached.
   *
   * @param user the user that an earlier middleware, such as passport, set on the request
   * @param raw the framework's own request, for custom identity sources. Default: the request
   * @throws the same errors, synchronously if they are known without waiting
   */
  admit(request: HttpRequest, user?: unknown, raw?: unknown): TenantAws | undefined | Promise<TenantAws | undefined>;
  /**
   * Returns AWS as an identity that is already verified, with the same permissions as a request of that identity. Vends nothing.
   *
   * @throws {@link TenantInvalidError} the tenant id is not accepted
   * @throws {@link ConfigurationError} `expiresAt` is not milliseconds of the epoch, or the gate's `permissions` function returned something invalid
   */
  for(identity: TenantIdentity): Promise<TenantAws>;
  readonly tvm: TokenVendingMachine;
  /** Checks what creation cannot check: base credentials, region, discovery, keys, and with `probe` that the role can be assumed. */
  ready(options?: ReadyOptions): Promise<void>;
  /** Closes the identity source and the machine, each only if this gate made it. */
  close(): Promise<void>;
}

/**
 * Makes a gate from options and environment variables.
 *
 * @throws {@link ConfigurationError} with every fault of both
 * @example
 * const gate = tenantGate({ identity: bearerToken({ issuer, audience }), roleArn, permissions });
 * const tenantAws = await gate.admit(req);
 * runForRequest({ request: req, response: res }, { current: tenantAws, purpose: 'handler' }, () => handle(req, res));
 */
export function tenantGate(options: TenantGateOptions = {}): TenantGate {
  const { identify, ownsIdentity, tvm, ownsTvm, tenantAwsFor, eager, optional, logger } = readGateOptions(options);
  const ofHttp = ofHttpOf(identify);
  const refusals = logger === false ? undefined : new RefusalLog(logger);

  /** Returns a promise only if a step has to wait. No step starts before the one before it has succeeded. */
  function enter(identified: () => MaybePromise<TenantIdentity | undefined>): MaybePromise<TenantAws | undefined> {
    let identity: MaybePromise<TenantIdentity | undefined>;
    try {
      identity = identified();
    } catch (error) {
      return refuse(error);
    }
    return isPromise(identity) ? Promise.resolve(identity).then(admitAs, refuse) : admitAs(identity);
  }

  function admitAs(identity: TenantIdentity | undefined): MaybePromise<TenantAws | undefined> {
    if (identity === undefined) return admitNobody();
    const tenantAws = enterAs(identity);
    return tenantAws instanceof Promise ? tenantAws.then(vendFor) : vendFor(tenantAws);
  }

  function admitNobody(): undefined {
    if (!optional) return refuse(nothingPresented(identify.source));
    if (channels.identity.hasSubscribers) channels.identity.publish(sourceEvent(identify.source));
    return undefined;
  }

  function enterAs(identity: TenantIdentity): MaybePromise<TenantAws> {
    try {
      const tenantAws = tenantAwsFor(identity);
      if (!(tenantAws instanceof Promise)) return reportIdentity(tenantAws);
      return tenantAws.then(reportIdentity, (error: unknown) => refuse(error, (identity as TenantIdentity | null)?.source));
    } catch (error) {
      return refuse(error, (identity as TenantIdentity | null)?.source);
    }
  }

  function vendFor(tenantAws: TenantAws): MaybePromise<TenantAws> {
    const vending = eager ? ensureCredentials(tenantAws) : undefined;
    return vending === undefined ? tenantAws : vending.then(() => tenantAws);
  }

  function refuse(error: unknown, source: TenantIdentity['source'] | undefined = identify.source): never {
    refusals?.report(error, source);
    if (channels.identity.hasSubscribers) channels.identity.publish({ ...sourceEvent(source), ...refusalEvent(error) });
    throw error;
  }

  function identifyHttp(request: HttpRequest, user: unknown, raw: unknown): MaybePromise<TenantIdentity | undefined> {
    if (ofHttp !== undefined) return ofHttp(request, user);
    return identify(httpIdentityRequest(request, user, raw));
  }

  return Object.assign(async (request: IdentityRequest) => enter(() => identify(request)), {
    admit: (request: HttpRequest, user?: unknown, raw: unknown = request) => enter(() => identifyHttp(request, user, raw)),
    for: async (identity: TenantIdentity) => enterAs(identity),
    tvm,
    async ready(options?: ReadyOptions) {
      await Promise.all([tvm.ready(options), identify.ready?.()]);
    },
    async close() {
      if (ownsIdentity) identify.close?.();
      if (ownsTvm) await tvm.close();
    },
  });
}

/**
 * A source that wraps another one, by a proxy or with it as its prototype, may refuse what the other one accepts. Its inherited
 * `ofHttp` would be that of the other one.
 */
function ofHttpOf(identify: IdentitySource): IdentitySource['ofHttp'] {
  if (types.isProxy(identify) || !Object.hasOwn(identify, 'ofHttp')) return undefined;
  return identify.ofHttp?.bind(identify);
}

function reportIdentity(tenantAws: TenantAws): TenantAws {
  if (channels.identity.hasSubscribers) channels.identity.publish(identityEvent(tenantAws.identity));
  return tenantAws;
}

function identityEvent({ source, tenantId, subject }: TenantIdentity): IdentityEvent {
  return { source, tenantId, ...(subject === undefined ? {} : { subject }) };
}

function refusalEvent(error: unknown): IdentityEvent {
  const reason = reasonOf(error);
  return { code: codeOf(error) ?? 'unknown', ...(reason === undefined ? {} : { reason }) };
}

/** The event of a refused request. It has no tenant id: an id that was not accepted is hostile input and is not repeated. */
function sourceEvent(source: IdentityEvent['source']): IdentityEvent {
  return source === undefined ? {} : { source };
}
