import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { Permissions } from '@tenant-aws/policy';
import type { TenantIdentity } from '../tenant.ts';
import type { ClientClass, ClientConfig, DocumentClientClass } from './sdk-client.ts';

/** AWS as one tenant. A request carries one. */
export interface TenantAws {
  readonly tenantId: string;
  /** The identity of the request, frozen. */
  readonly identity: TenantIdentity;
  /**
   * Credentials for any client of the AWS SDK v3. The SDK calls this at every call, so that they are renewed.
   * Prefer {@link TenantAws.client}: it shares clients, and its signature guard does not depend on the SDK.
   *
   * @throws {@link StsUnavailableError} STS is unavailable and no cache entry has its minimum remaining lifetime
   * @throws {@link StsRejectedError} {@link PolicyTooLargeError} STS refuses the role, the trust policy or the session policy
   */
  readonly credentials: AwsCredentialIdentityProvider;
  /**
   * A client of the AWS SDK v3 that can only sign as this tenant. The same permissions, class and configuration return the same
   * client. Tenants never share a client, and `destroy()` on it does nothing.
   * The region is that of the token vending machine unless `config` has one. Users of one tenant share a client: its retry quota, its
   * clock offset, and all changes to its `config` and `middlewareStack`.
   *
   * A call waits at most 5 seconds for one of the tenant's sockets, see `clients.maxSockets`. Then it fails with {@link ConnectionUnavailableError}.
   * Services that need HTTP/2, such as Kinesis and Transcribe streaming, use HTTP/2; end an event stream by `abortSignal`.
   *
   * @param config is copied. Plain data is compared by value, everything else by reference: keep functions, and objects with methods such
   * as loggers and handlers, in a constant. If you pass your own handler, you share out and close its sockets
   * @throws {@link ConfigurationError} `config` has `credentials`, or `type` is not a class of the SDK. Within `send`: AWS does not sign the operation
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
   * The same tenant with these permissions *instead of* its own; role and tags do not change.
   *
   * @throws {@link TemplateNotFoundError} {@link TemplateVariableError} {@link TemplateSyntaxError} {@link ConfigurationError} the permissions are wrong
   */
  scoped(permissions: Permissions): TenantAws;
  /**
   * The same tenant, with credentials whose remaining lifetime is at least this long. A presigned URL expires with the credentials
   * that signed it, even if `expiresIn` is longer.
   *
   * @param seconds up to `durationSeconds` minus 60
   * @throws {@link LifeUnavailableError} longer than the role gives
   * @throws {@link ConfigurationError} not a positive, finite number
   * @example
   * const url = await getSignedUrl(tenantAws.lasting(600).client(S3Client), new GetObjectCommand({ Bucket, Key }), { expiresIn: 600 });
   */
  lasting(seconds: number): TenantAws;
  /**
   * Runs `fn`, and everything it starts, so that `currentTenantAws()` returns this: for queues, timers and tests. Vends nothing by itself.
   * Do not start a server in `fn`: each of its requests would have this tenant until a middleware sets its own.
   */
  run<T>(fn: () => T): T;
}
