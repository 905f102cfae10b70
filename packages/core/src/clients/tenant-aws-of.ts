import { randomUUID } from 'node:crypto';
import { ConfigurationError, type Permissions } from '@tenant-aws/policy';
import type { Grant, Grants, OWN_PERMISSIONS } from '../credentials/grants.ts';
import type { Vendor } from '../credentials/vendor.ts';
import { frozenCopy } from '../frozen.ts';
import type { TenantIdentity } from '../tenant.ts';
import type { ClientCache, ClientScope } from './client-cache.ts';
import { type Exchange, runInTenantContext, SERVES, tenantContext } from './current.ts';
import { LatestGrant } from './latest-grant.ts';
import { memoized } from './sdk-client.ts';
import type { TenantAws } from './tenant-aws.ts';

/** The rooms behind it. */
export interface TenantAwsParts {
  readonly grants: Grants;
  readonly vendor: Vendor;
  readonly clients: ClientCache;
  readonly durationSeconds: number;
}

/** The exchange that a `TenantAws` and all that are derived from it serve. */
interface Server {
  exchange?: Exchange;
}

/** @param lifeMs milliseconds of life that credentials must have left, if more than the floor */
export function tenantAwsOf(
  parts: TenantAwsParts,
  identity: TenantIdentity,
  permissions: Permissions | typeof OWN_PERMISSIONS,
  lifeMs = 0,
  server: Server = {},
): TenantAws {
  const { grants, vendor, clients, durationSeconds } = parts;
  const granted = (): Grant | Promise<Grant> => grants.of(identity, permissions);
  const credentials = memoized(async () => vendor.vend(await granted(), lifeMs));
  // Until an asynchronous option has answered, nothing but the identity says which clients may be shared.
  let unresolved: string | undefined;
  const scope = (): ClientScope => {
    const grant = granted();
    if (grant instanceof Promise) {
      ignoreRejection(grant);
      unresolved ??= randomUUID();
      return { key: unresolved, tenantOf: () => identity.tenantId, credentials };
    }
    const authority = new LatestGrant(grant);
    const shared = memoized(() => vendor.vend(authority.current, lifeMs));
    return { key: `${grant.shape} ${lifeMs}`, tenantOf: () => identity.tenantId, credentials: shared, authority };
  };

  const tenantAws: TenantAws & { [SERVES](exchange: Exchange): void } = {
    tenantId: identity.tenantId,
    identity,
    credentials,
    client: (type: object, config: object = {}) => clients.get(scope(), type, config as Readonly<Record<string, unknown>>) as never,
    scoped: (given) => {
      const others = frozenCopy(given);
      ignoreRejection(grants.of(identity, others)); // what is wrong with them is said here, where it can be
      return tenantAwsOf(parts, identity, others, lifeMs, server);
    },
    lasting: (seconds) => {
      if (!Number.isFinite(seconds) || seconds <= 0) throw new ConfigurationError(['`lasting` takes a positive number of seconds']);
      vendor.assertLife(durationSeconds, seconds * 1000);
      return tenantAwsOf(parts, identity, permissions, seconds * 1000, server);
    },
    run: (fn) => runInTenantContext({ current: tenantAws, exchange: server.exchange ?? tenantContext()?.exchange }, fn),
    [SERVES]: (exchange: Exchange) => {
      server.exchange = exchange;
    },
  };
  return Object.freeze(tenantAws);
}

/** A failure that will be told again, to whoever asks for credentials. */
function ignoreRejection(grant: Grant | Promise<Grant>): void {
  if (grant instanceof Promise) grant.catch(() => undefined);
}
