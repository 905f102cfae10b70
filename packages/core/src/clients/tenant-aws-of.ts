import { randomUUID } from 'node:crypto';
import { ConfigurationError, type Permissions } from '@tenant-aws/policy';
import type { Grant, Grants, OWN_PERMISSIONS } from '../credentials/grants.ts';
import type { Vendor } from '../credentials/vendor.ts';
import { frozenCopy } from '../frozen.ts';
import type { TenantIdentity } from '../tenant.ts';
import type { ClientCache, ClientScope } from './client-cache.ts';
import { type Exchange, runInTenantContext, SET_EXCHANGE, tenantContext } from './current.ts';
import { LatestGrant } from './latest-grant.ts';
import { memoized } from './sdk-client.ts';
import type { TenantAws } from './tenant-aws.ts';

/** The parts of a token vending machine that a `TenantAws` uses. */
export interface TenantAwsParts {
  readonly grants: Grants;
  readonly vendor: Vendor;
  readonly clients: ClientCache;
  readonly durationSeconds: number;
}

/**
 * @param minimumRemainingMs the lifetime that credentials must have left, if more than `cache.minimumRemainingMs`
 * @param served the exchange that this `TenantAws` and all that are derived from it serve, once it is set
 */
export function tenantAwsOf(
  parts: TenantAwsParts,
  identity: TenantIdentity,
  permissions: Permissions | typeof OWN_PERMISSIONS,
  minimumRemainingMs = 0,
  served: { exchange?: Exchange } = {},
): TenantAws {
  const { grants, vendor, clients, durationSeconds } = parts;
  const { tenantId } = identity;
  const granted = (): Grant | Promise<Grant> => grants.of(identity, permissions);
  const credentials = memoized(async () => vendor.vend(await granted(), minimumRemainingMs));
  // While an asynchronous option is pending, only this `TenantAws` may share the client.
  let pendingKey: string | undefined;
  const scope = (): ClientScope => {
    const grant = granted();
    if (grant instanceof Promise) {
      ignoreRejection(grant);
      pendingKey ??= randomUUID();
      return { key: pendingKey, tenantOf: () => tenantId, credentials };
    }
    const latestGrant = new LatestGrant(grant);
    const shared = memoized(() => vendor.vend(latestGrant.current, minimumRemainingMs));
    return { key: `${grant.shape} ${minimumRemainingMs}`, tenantOf: () => tenantId, credentials: shared, latestGrant };
  };

  const tenantAws: TenantAws & { [SET_EXCHANGE](exchange: Exchange): void } = {
    tenantId,
    identity,
    credentials,
    client: (type: object, config: object = {}) => clients.get(scope(), type, config as Readonly<Record<string, unknown>>) as never,
    scoped: (given) => {
      const others = frozenCopy(given);
      ignoreRejection(grants.of(identity, others)); // throws here, where it can, if the permissions are wrong
      return tenantAwsOf(parts, identity, others, minimumRemainingMs, served);
    },
    lasting: (seconds) => {
      if (!Number.isFinite(seconds) || seconds <= 0) throw new ConfigurationError(['`lasting` takes a positive number of seconds']);
      vendor.assertLife(durationSeconds, seconds * 1000);
      return tenantAwsOf(parts, identity, permissions, seconds * 1000, served);
    },
    run: (fn) => runInTenantContext({ current: tenantAws, exchange: served.exchange ?? tenantContext()?.exchange }, fn),
    [SET_EXCHANGE]: (exchange: Exchange) => {
      served.exchange = exchange;
    },
  };
  return Object.freeze(tenantAws);
}

/** The same failure is reported when credentials are requested. */
function ignoreRejection(grant: Grant | Promise<Grant>): void {
  if (grant instanceof Promise) grant.catch(() => undefined);
}
