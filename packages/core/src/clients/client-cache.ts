import { ConfigurationError } from '@tenant-aws/policy';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { LRUCache } from 'lru-cache';
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

/** How many clients are kept, and how many sockets they share. */
export interface ClientsSettings {
  readonly max: number;
  readonly maxSockets: number;
}

/** Whose clients are meant. */
export interface ClientScope {
  /** Two scopes share no client: the entry's shape, which has the tenant in it; or that they are of whoever is current. */
  readonly key: string;
  /** Asked at every request. */
  readonly tenantOf: () => string;
  readonly credentials: AwsCredentialIdentityProvider;
  /** What `credentials` goes by, where users of one tenant share a client. */
  readonly authority?: LatestGrant;
  /** Whether one client serves all tenants, of which none may change anything for another. */
  readonly isOfAllTenants?: boolean;
}

interface CachedClient {
  readonly client: object;
  readonly authority: LatestGrant | undefined;
}

/** SDK clients, each for one tenant, one set of permissions, one class and one configuration. */
export class ClientCache {
  readonly #clients: LRUCache<string, CachedClient>;
  readonly #names = new ClientKeys();
  readonly #sockets: SharedSockets;
  readonly #admit: AdmitRequest;
  readonly #denied: DeniedCalls;
  readonly #region: () => Promise<string>;

  constructor({ max, maxSockets }: ClientsSettings, keys: VendedKeys, denied: DeniedCalls, region: () => Promise<string>) {
    this.#denied = denied;
    this.#clients = new LRUCache({ max }); // pushed out, a client is not destroyed: its requests finish
    this.#sockets = new SharedSockets(maxSockets);
    this.#admit = admitVendedKeys(keys);
    this.#region = region;
  }

  get size(): number {
    return this.#clients.size;
  }

  get(
    { key, tenantOf, credentials, authority, isOfAllTenants = false }: ClientScope,
    type: object,
    given: Readonly<Record<string, unknown>>,
  ): object {
    if (typeof type !== 'function') throw notAClient();
    if (typeof given !== 'object' || given === null) throw new ConfigurationError(['the configuration of `client()` must be an object']);
    if ('credentials' in given) throw new ConfigurationError(["`credentials` cannot be given to `client()`: they are the tenant's"]);
    const own = copyConfig(given);
    const name = this.#names.keyOf(key, type, own);
    const known = this.#clients.get(name);
    if (known !== undefined) {
      if (authority !== undefined) known.authority?.offer(authority.current);
      return known.client;
    }
    const { requestHandler, region = this.#region, ...config } = own;
    const sending = this.#sockets.sendingOf(requestHandler);
    const whole = { ...config, region, credentials, requestHandler: sending.requestHandler };
    const client = buildClient(type, whole, (client) => {
      installTenantHandler(client, { tenantOf, admit: this.#admit, shares: sending.shares });
      guardSignatures(client, tenantOf, this.#admit);
      this.#denied.watch(client, tenantOf);
      redactErrors(client);
      if (isOfAllTenants) separateState(client, () => buildClient(type, whole));
    });
    if (isOfAllTenants) makeReadOnly(client);
    this.#clients.set(name, { client, authority });
    return client;
  }

  close(): void {
    this.#clients.clear();
    this.#sockets.close();
  }
}
