import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { Permissions } from '@tenant-aws/policy';
import type { TenantIdentity } from '../tenant.ts';
import type { ClientClass, ClientConfig, DocumentClientClass } from './sdk-client.ts';

/** AWS as one tenant: what a request carries. */
export interface TenantAws {
  readonly tenantId: string;
  /** Who the request speaks for, frozen. */
  readonly identity: TenantIdentity;
  /**
   * Credentials for any client of the AWS SDK v3; the SDK asks at every call, so that they renew themselves.
   * Prefer {@link TenantAws.client}: it shares clients, and its signature guard does not rest on the SDK.
   *
   * @throws {@link StsUnavailableError} STS cannot answer and nothing cached is above the floor
   * @throws {@link StsRejectedError} {@link PolicyTooLargeError} STS will not have the role, the trust or the policy
   */
  readonly credentials: AwsCredentialIdentityProvider;
  /**
   * A client of the AWS SDK v3 that can only sign as this tenant. The same permissions, class and configuration answer
   * the same client; no client is shared between tenants, and `destroy()` on it does nothing.
   * The region is that of the token vending machine unless `config` has one. Users of one tenant share a client: its retry quota and
   * clock offset, and what is added to its `config` and `middlewareStack`.
   *
   * A call waits at most 5 seconds for one of the tenant's sockets, see `clients.maxSockets`, then it ends in {@link ConnectionUnavailableError}.
   * Services that need HTTP/2, such as Kinesis and Transcribe streaming, are spoken to over HTTP/2; end an event stream by `abortSignal`.
   *
   * @param config a copy is used. Plain data is compared by value, anything else by reference: keep functions, and objects with methods such
   * as loggers and handlers, in a constant. Sockets of a handler of your own are yours to share out and to close
   * @throws {@link ConfigurationError} `credentials` in it, or no class of the SDK. Within `send`: AWS does not sign the operation
   * @example
   * const s3 = tenantAws.client(S3Client);
   * const db = tenantAws.client(DynamoDBDocumentClient, { marshallOptions: { removeUndefinedValues: true } });
   */
  client<Client extends object, Config extends object>(type: ClientClass<Client, Config>, config?: ClientConfig<Config>): Client;
  client<Client extends object, Translation extends object>(
    type: DocumentClientClass<Client, Translation>,
    config?: Translation & Readonly<Record<string, unknown>>,
  ): Client;
  /**
   * The same tenant with these permissions *instead of* those it has; role and tags stay.
   *
   * @throws {@link TemplateNotFoundError} {@link TemplateVariableError} {@link TemplateSyntaxError} {@link ConfigurationError} what is wrong with them
   */
  scoped(permissions: Permissions): TenantAws;
  /**
   * The same, with credentials that have at least so much life left: a presigned URL dies with the credentials that signed it,
   * whatever `expiresIn` says.
   *
   * @param seconds up to `durationSeconds` less 60
   * @throws {@link LifeUnavailableError} at once: longer than the role gives
   * @throws {@link ConfigurationError} no positive, finite number
   * @example
   * const url = await getSignedUrl(tenantAws.lasting(600).client(S3Client), new GetObjectCommand({ Bucket, Key }), { expiresIn: 600 });
   */
  lasting(seconds: number): TenantAws;
  /**
   * Runs `fn` so that `currentTenantAws()` in it, and in whatever it starts, is this: for queues, timers and tests. Vends nothing by itself.
   * A server that is started in it hands the tenant to each of its requests, up to the middleware that says whose they are: start none here.
   */
  run<T>(fn: () => T): T;
}
