import type { STSClient } from '@aws-sdk/client-sts';
import type { TemplateLibrary, TenantIdOptions } from '@tenant-aws/policy';
import type { AuthorizeTenant } from '../credentials/authorization.ts';
import type { PerIdentityOptions } from '../per-identity.ts';

/** The options of a `TokenVendingMachine`. Only `roleArn` and `permissions` are required. */
export interface TokenVendingMachineOptions extends PerIdentityOptions {
  /** The permission templates. Default: the shipped templates. */
  readonly library?: TemplateLibrary | undefined;
  /** Names of templates that may contain statements without a tenant. Only without `library`. Default: none. */
  readonly shared?: readonly string[] | undefined;
  /** Which tenant ids are accepted. Default: 2 to 64 characters of `A-Za-z0-9_-` that begin and end with a letter or digit. */
  readonly tenantId?: TenantIdOptions | undefined;
  /** The client that calls AssumeRole. The machine neither changes nor destroys it. Default: a client for the region of the environment. */
  readonly sts?: STSClient | undefined;
  /** Lifetime of credentials in seconds, 900 to 3,600: AWS limits role chaining to one hour. Default: 900. */
  readonly durationSeconds?: number | undefined;
  /**
   * Whether a tenant may have credentials, for example because it is not suspended. Any result but `true` is `tenant_revoked`;
   * an error, or no result within `assumeTimeoutMs`, is a 503. Concurrent requests share one call, and the result is kept for
   * five seconds for all identities of the tenant. Default: every verified tenant may.
   */
  readonly authorizeTenant?: AuthorizeTenant | undefined;
  /**
   * Seconds after an identity's `expiresAt` (the `exp` of a token) during which its credentials are still renewed, for streams and
   * jobs that run longer than the token that started them. After that, credentials are used until they expire. Default: 0.
   */
  readonly maxSessionSeconds?: number | undefined;
  /** Maximum number of `tenant-aws:denied` events for each tenant and minute, so that no tenant floods the log. 0: no events. Default: 60. */
  readonly deniedEventsPerMinute?: number | undefined;
  /** The cache of credentials. */
  readonly cache?: CacheOptions | undefined;
  /** The cache of SDK clients, and their sockets. */
  readonly clients?: ClientsOptions | undefined;
  /** Timeout of AssumeRole with all its attempts, in milliseconds. Default: 10,000. */
  readonly assumeTimeoutMs?: number | undefined;
  /** Maximum number of concurrent calls of AssumeRole. One tenant may use half of them. Further calls wait at most 5 seconds. Default: 50. */
  readonly maxConcurrentAssumes?: number | undefined;
}

/** The cache of credentials. */
export interface CacheOptions {
  /** Maximum number of entries, one for each tenant and set of permissions. The least recently used entry is evicted first. Default: 10,000. */
  readonly max?: number | undefined;
  /** Minimum remaining lifetime of returned credentials in milliseconds: from 0 to half of `durationSeconds`. Default: 60,000. */
  readonly minimumRemainingMs?: number | undefined;
  /** Milliseconds for which a refusal of STS is cached if a retry would not change it. Default: 2,000. */
  readonly errorTtlMs?: number | undefined;
}

/** The cache of SDK clients, and their sockets. */
export interface ClientsOptions {
  /** Maximum number of clients. The least recently used client is evicted first; its requests in progress finish. Default: 1,000. */
  readonly max?: number | undefined;
  /**
   * Maximum number of sockets to one AWS endpoint, shared by the clients of all tenants. One tenant uses at most half of them. A socket is
   * in use until the body of the response is read or destroyed. A call that waits longer than 5 seconds fails with `connection_unavailable`. Default: 200.
   */
  readonly maxSockets?: number | undefined;
}
