import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { Permissions } from '@tenant-aws/policy';
import type { TenantIdentity } from '../tenant.ts';
import { ENSURE_CREDENTIALS, type Exchange, runInTenantContext, SET_EXCHANGE, tenantContext } from './current.ts';
import type { TenantAccess } from './tenant-access.ts';
import type { TenantAws } from './tenant-aws.ts';

/** A `TenantAws` of one request. Everything but its exchange is shared by all requests of its identity. */
export function tenantAwsOf(access: TenantAccess): TenantAws {
  return TenantAwsOfRequest.of(access);
}

type Scoped = TenantAws['scoped'];
type Lasting = TenantAws['lasting'];
type Run = TenantAws['run'];

/** A class, because each request makes one: an object literal with the two symbols costs seven times as much. */
class TenantAwsOfRequest implements TenantAws {
  readonly tenantId: string;
  readonly identity: TenantIdentity;
  readonly credentials: AwsCredentialIdentityProvider;
  readonly client: TenantAws['client'];
  readonly scoped: Scoped;
  readonly lasting: Lasting;
  readonly run: Run;
  readonly #access: TenantAccess;
  /** The `TenantAws` that this one is derived from. */
  readonly #parent: TenantAwsOfRequest | undefined;
  #exchange: Exchange | undefined;

  private constructor(access: TenantAccess, parent: TenantAwsOfRequest | undefined, scoped: Scoped, lasting: Lasting, run: Run) {
    this.#access = access;
    this.#parent = parent;
    this.tenantId = access.identity.tenantId;
    this.identity = access.identity;
    this.credentials = access.credentials;
    this.client = access.client;
    this.scoped = scoped;
    this.lasting = lasting;
    this.run = run;
    Object.freeze(this);
  }

  /**
   * The methods are functions of their own, because callers take them out of their object. They are made here: V8 does not
   * collect an object whose constructor makes functions of it until the next full collection, and all of its request with it.
   */
  static of(access: TenantAccess, parent?: TenantAwsOfRequest): TenantAwsOfRequest {
    const made: TenantAwsOfRequest = new TenantAwsOfRequest(
      access,
      parent,
      (permissions: Permissions) => TenantAwsOfRequest.of(access.scoped(permissions), made),
      (seconds: number) => TenantAwsOfRequest.of(access.lasting(seconds), made),
      (fn) => runInTenantContext({ current: made, exchange: made.#servedExchange() ?? tenantContext()?.exchange }, fn),
    );
    return made;
  }

  static {
    Object.freeze(this.prototype); // shared by the requests of all tenants
  }

  [SET_EXCHANGE](exchange: Exchange): void {
    this.#exchange = exchange;
  }

  [ENSURE_CREDENTIALS](): undefined | Promise<void> {
    return this.#access.ensure();
  }

  #servedExchange(): Exchange | undefined {
    if (this.#exchange !== undefined || this.#parent === undefined) return this.#exchange;
    return this.#parent.#servedExchange();
  }
}
