import type { STSClient } from '@aws-sdk/client-sts';
import type { TemplateLibrary, TenantIdOptions } from '@tenant-aws/policy';
import type { AuthorizeTenant } from '../credentials/authorization.ts';
import type { PerIdentityOptions } from '../per-identity.ts';

/** What a `TokenVendingMachine` is made of. Only `roleArn` and `permissions` are required. */
export interface TokenVendingMachineOptions extends PerIdentityOptions {
  /** The templates. Default: those that come with the product. */
  readonly library?: TemplateLibrary | undefined;
  /** Templates that may hold statements which name no tenant; only where the machine builds the library. Default: none. */
  readonly shared?: readonly string[] | undefined;
  /** Which tenant ids are accepted. Default: 2 to 64 of `A-Za-z0-9_-`, a letter or digit at either end. */
  readonly tenantId?: TenantIdOptions | undefined;
  /** The client that AssumeRole is sent with; it stays as it is, and yours to destroy. Default: one for the region of the environment. */
  readonly sts?: STSClient | undefined;
  /** Seconds that credentials live, 900 to 3,600: AWS caps role chaining at an hour. Default: 900. */
  readonly durationSeconds?: number | undefined;
  /**
   * Whether a tenant may have credentials at all, such as "is it suspended?". Anything but `true` ends in `tenant_revoked`,
   * a throw in 503, as does no answer within `assumeTimeoutMs`. Asked once for all who wait; its answer is kept five seconds
   * for each tenant, whichever of its identities was asked about. Default: every verified tenant may.
   */
  readonly authorizeTenant?: AuthorizeTenant | undefined;
  /**
   * Seconds after an identity's `expiresAt` (a token's `exp`) during which its credentials are still renewed, for streams and jobs that
   * outlive the token that started them. After that they serve to their end and no longer. Default: 0.
   */
  readonly maxSessionSeconds?: number | undefined;
  /** `tenant-aws:denied` events at most, for each tenant and minute, so that nobody floods the log; 0: none. Default: 60. */
  readonly deniedEventsPerMinute?: number | undefined;
  /** The cache of credentials. */
  readonly cache?: CacheOptions | undefined;
  /** The cache of SDK clients, and their sockets. */
  readonly clients?: ClientsOptions | undefined;
  /** Milliseconds that AssumeRole may take, with all its attempts. Default: 10,000. */
  readonly assumeTimeoutMs?: number | undefined;
  /** Calls of AssumeRole that may be under way at once; half of them for one tenant. The others wait at most 5 seconds for their turn. Default: 50. */
  readonly maxConcurrentAssumes?: number | undefined;
}

/** The cache of credentials. */
export interface CacheOptions {
  /** Entries at most, one for each tenant and set of permissions; the least recently used goes first. Default: 10,000. */
  readonly max?: number | undefined;
  /** Milliseconds of life below which credentials are never handed out: from 0 to half of `durationSeconds`. Default: 60,000. */
  readonly minimumRemainingMs?: number | undefined;
  /** Milliseconds that a refusal of STS is remembered which asking again would not change. Default: 2,000. */
  readonly errorTtlMs?: number | undefined;
}

/** The cache of SDK clients, and their sockets. */
export interface ClientsOptions {
  /** Clients at most; the least recently used goes first, and requests under way on it finish. Default: 1,000. */
  readonly max?: number | undefined;
  /**
   * Sockets to one AWS endpoint, shared by the clients of all tenants; one tenant uses at most half of them. A socket is in use until the
   * response's body has been read or destroyed. A call waits for one at most 5 seconds, then it ends in `connection_unavailable`. Default: 200.
   */
  readonly maxSockets?: number | undefined;
}
