import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { Permissions } from '@tenant-aws/policy';
import type { TenantIdentity } from '../tenant.ts';
import { ENSURE_CREDENTIALS, type Exchange, runInTenantContext, SET_EXCHANGE, tenantContext } from './current.ts';
import type { TenantAccess } from './tenant-access.ts';
import type { TenantAws } from './tenant-aws.ts';

/** A `TenantAws` of one request. Everything but its exchange is shared by all requests of its identity. */
export function tenantAwsOf(access: TenantAccess): TenantAws {
  return new TenantAwsOfRequest(access, { exchange: undefined });
}

/** Methods are fields, because callers take them out of their object. A class, because a request makes one: a literal costs seven times as much. */
class TenantAwsOfRequest implements TenantAws {
  readonly tenantId: string;
  readonly identity: TenantIdentity;
  readonly credentials: AwsCredentialIdentityProvider;
  readonly client: TenantAws['client'];
  readonly scoped: (permissions: Permissions) => TenantAws;
  readonly lasting: (seconds: number) => TenantAws;
  readonly run: <T>(fn: () => T) => T;
  readonly #access: TenantAccess;
  readonly #served: { exchange: Exchange | undefined };

  /** @param served the exchange that this `TenantAws` and all that are derived from it serve, once it is set */
  constructor(access: TenantAccess, served: { exchange: Exchange | undefined }) {
    this.#access = access;
    this.#served = served;
    this.tenantId = access.identity.tenantId;
    this.identity = access.identity;
    this.credentials = access.credentials;
    this.client = access.client;
    this.scoped = (permissions) => new TenantAwsOfRequest(access.scoped(permissions), served);
    this.lasting = (seconds) => new TenantAwsOfRequest(access.lasting(seconds), served);
    this.run = (fn) => runInTenantContext({ current: this, exchange: served.exchange ?? tenantContext()?.exchange }, fn);
    Object.freeze(this);
  }

  [SET_EXCHANGE](exchange: Exchange): void {
    this.#served.exchange = exchange;
  }

  [ENSURE_CREDENTIALS](): undefined | Promise<void> {
    return this.#access.ensure();
  }
}
