import type { TenantAws } from './clients/tenant-aws.ts';
import { TokenMissingError } from './errors.ts';
import { channels, codeOf, type IdentityEvent } from './events.ts';
import { readGateOptions, type TenantGateOptions } from './gate-options.ts';
import type { IdentityRequest } from './identity/identity-source.ts';
import type { TenantIdentity } from './tenant.ts';
import type { TokenVendingMachine } from './token-vending-machine.ts';

/** Finds the tenant of a request and vends its credentials: for authors of adapters. */
export interface TenantGate {
  /**
   * Returns AWS as the tenant of the request; `undefined` only under `optional`, where nothing was presented.
   *
   * @throws {@link TokenMissingError} nothing was presented
   * @throws the errors of the identity source, and under `eager` those of `credentials()`
   */
  (request: IdentityRequest): Promise<TenantAws | undefined>;
  /**
   * Returns AWS as an identity that is already verified, with the same permissions as a request of that identity. Vends nothing.
   *
   * @throws {@link TenantInvalidError} the tenant id is not accepted
   * @throws {@link ConfigurationError} `expiresAt` is not milliseconds of the epoch, or the gate's `permissions` function returned something invalid
   */
  for(identity: TenantIdentity): Promise<TenantAws>;
  readonly tvm: TokenVendingMachine;
  /** Checks what creation cannot check: base credentials, region, discovery, keys. */
  ready(): Promise<void>;
  /** Closes the identity source and the machine, each only if this gate made it. */
  close(): Promise<void>;
}

/**
 * Makes a gate from options and environment variables.
 *
 * @throws {@link ConfigurationError} with every fault of both
 * @example
 * const enter = tenantGate({ identity: bearerToken({ issuer, audience }), roleArn, permissions });
 * const tenantAws = await enter(httpIdentityRequest(req, undefined));
 * runForRequest({ request: req, response: res }, { current: tenantAws, purpose: 'handler' }, () => handle(req, res));
 */
export function tenantGate(options: TenantGateOptions = {}): TenantGate {
  const { identify, ownsIdentity, tvm, ownsTvm, tenantAwsFor, eager, optional } = readGateOptions(options);

  async function enter(request: IdentityRequest): Promise<TenantAws | undefined> {
    let identity: TenantIdentity | undefined;
    try {
      identity = await identify(request);
      if (identity === undefined && !optional) throw new TokenMissingError();
    } catch (error) {
      reportRefusal(identify.source, error);
      throw error;
    }
    if (identity === undefined) {
      if (channels.identity.hasSubscribers) channels.identity.publish(sourceEvent(identify.source));
      return undefined;
    }
    const tenantAws = await enterAs(identity);
    if (eager) await tenantAws.credentials();
    return tenantAws;
  }

  async function enterAs(identity: TenantIdentity): Promise<TenantAws> {
    let tenantAws: TenantAws;
    try {
      tenantAws = await tenantAwsFor(identity);
    } catch (error) {
      reportRefusal((identity as TenantIdentity | null | undefined)?.source ?? identify.source, error);
      throw error;
    }
    if (channels.identity.hasSubscribers) channels.identity.publish(identityEvent(tenantAws.identity));
    return tenantAws;
  }

  return Object.assign(enter, {
    for: enterAs,
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

function reportRefusal(source: IdentityEvent['source'], error: unknown): void {
  if (channels.identity.hasSubscribers) channels.identity.publish({ ...sourceEvent(source), code: codeOf(error) ?? 'unknown' });
}

function identityEvent({ source, tenantId, subject }: TenantIdentity): IdentityEvent {
  return { source, tenantId, ...(subject === undefined ? {} : { subject }) };
}

/** The event of a refused request. It has no tenant id: an id that was not accepted is hostile input and is not repeated. */
function sourceEvent(source: IdentityEvent['source']): IdentityEvent {
  return source === undefined ? {} : { source };
}
