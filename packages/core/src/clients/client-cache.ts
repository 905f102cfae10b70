import { ConfigurationError } from '@tenant-aws/policy';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { LRUCache } from 'lru-cache';
import { boundedMap } from '../bounded-map.ts';
import type { VendedKeys } from '../credentials/vended-keys.ts';
import { ClientKeys, copyConfig } from './client-config.ts';
import type { DeniedCalls } from './denied-calls.ts';
import type { LatestGrant } from './latest-grant.ts';
import { makeReadOnly } from './read-only-client.ts';
import { redactErrors } from './redact-errors.ts';
import { buildClient, notAClient } from './sdk-client.ts';
import { SharedSockets } from './shared-sockets.ts';
import { type AdmitRequest, admitVendedKeys, guardSignatures } from './signature-guard.ts';
import { separateState } from './state-per-tenant.ts';
import { installTenantHandler } from './tenant-handler.ts';

/** The highest number of cached clients, and of sockets that all clients share for one endpoint. */
export interface ClientsSettings {
  readonly max: number;
  readonly maxSockets: number;
}

/** The tenant and the permissions that a client is for. */
export interface ClientScope {
  /** Two scopes with different keys share no client. The shape of the grant, which contains the tenant, or a constant for the current tenant. */
  readonly key: string;
  /** Called for every request. */
  readonly tenantOf: () => string;
  readonly credentials: AwsCredentialIdentityProvider;
  /** The grant that `credentials` uses, where users of one tenant share the client. */
  readonly latestGrant?: LatestGrant;
  /** Whether one client serves all tenants. Then no tenant's code may change it. */
  readonly isOfAllTenants?: boolean;
}

type CachedClient = Pick<ClientScope, 'latestGrant'> & { readonly client: object };

/** SDK clients, each for one tenant, one set of permissions, one class and one configuration. */
export class ClientCache {
  readonly #clients: LRUCache<string, CachedClient>;
  readonly #keys = new ClientKeys();
  readonly #sockets: SharedSockets;
  readonly #admit: AdmitRequest;
  readonly #denied: DeniedCalls;
  readonly #region: () => Promise<string>;

  constructor({ max, maxSockets }: ClientsSettings, keys: VendedKeys, denied: DeniedCalls, region: () => Promise<string>) {
    this.#denied = denied;
    this.#clients = boundedMap(max); // an evicted client is not destroyed: its requests finish
    this.#sockets = new SharedSockets(maxSockets);
    this.#admit = admitVendedKeys(keys);
    this.#region = region;
  }

  get size(): number {
    return this.#clients.size;
  }

  get(scope: ClientScope, type: object, given: Readonly<Record<string, unknown>>): object {
    if (typeof type !== 'function') throw notAClient();
    if (typeof given !== 'object' || given === null) throw new ConfigurationError(['the configuration of `client()` must be an object']);
    if ('credentials' in given) {
      throw new ConfigurationError(['`credentials` cannot be an option of `client()`: the client uses the credentials of the tenant']);
    }
    const { latestGrant } = scope;
    const config = copyConfig(given);
    const key = this.#keys.keyOf(scope.key, type, config);
    const cached = this.#clients.get(key);
    if (cached !== undefined) {
      if (latestGrant !== undefined) cached.latestGrant?.offer(latestGrant.current);
      return cached.client;
    }
    const client = this.#build(scope, type, config);
    this.#clients.set(key, { client, ...(latestGrant && { latestGrant }) });
    return client;
  }

  #build({ tenantOf, credentials, isOfAllTenants = false }: ClientScope, type: object, given: Readonly<Record<string, unknown>>): object {
    const { requestHandler: givenHandler, region = this.#region, ...rest } = given;
    const { requestHandler, shares } = this.#sockets.transportOf(givenHandler);
    const config = { ...rest, region, credentials, requestHandler };
    const client = buildClient(type, config, (inner) => {
      installTenantHandler(inner, { tenantOf, admit: this.#admit, shares });
      guardSignatures(inner, tenantOf, this.#admit);
      this.#denied.watch(inner, tenantOf);
      redactErrors(inner);
      if (isOfAllTenants) separateState(inner, () => buildClient(type, config));
    });
    if (isOfAllTenants) makeReadOnly(client);
    return client;
  }

  close(): void {
    this.#clients.clear();
    this.#sockets.close();
  }
}
