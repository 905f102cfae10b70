import { randomUUID } from 'node:crypto';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { ConfigurationError, type Permissions } from '@tenant-aws/policy';
import type { Grant, Grants, OWN_PERMISSIONS } from '../credentials/grants.ts';
import type { Vendor } from '../credentials/vendor.ts';
import { frozenCopy } from '../frozen.ts';
import type { TenantIdentity } from '../tenant.ts';
import type { ClientCache, ClientScope } from './client-cache.ts';
import type { ClientClass, ClientConfig, DocumentClientClass } from './client-class.ts';
import { runInTenantContext } from './current.ts';
import { memoized } from './memoized.ts';

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
   * The region is that of the token vending machine unless `config` has one.
   *
   * @param config plain data is compared by value, anything else by reference: keep functions and handlers in a constant
   * @throws {@link ConfigurationError} `credentials` in it, or no class of the SDK
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
  /** Runs `fn` so that `currentTenantAws()` in it, and in whatever it starts, is this: for queues, timers and tests. Vends nothing by itself. */
  run<T>(fn: () => T): T;
}

/** The rooms behind it. */
export interface TenantAwsParts {
  readonly grants: Grants;
  readonly vendor: Vendor;
  readonly clients: ClientCache;
  readonly durationSeconds: number;
}

/** @param lifeMs milliseconds of life that credentials must have left, if more than the floor */
export function tenantAwsOf(
  parts: TenantAwsParts,
  identity: TenantIdentity,
  permissions: Permissions | typeof OWN_PERMISSIONS,
  lifeMs = 0,
): TenantAws {
  const { grants, vendor, clients, durationSeconds } = parts;
  const granted = (): Grant | Promise<Grant> => grants.of(identity, permissions);
  const credentials = memoized(async () => vendor.vend(await granted(), lifeMs));
  // Until an asynchronous option has answered, nothing but the identity says which clients may be shared.
  let unresolved: string | undefined;
  const scope = (): ClientScope => {
    const grant = granted();
    if (grant instanceof Promise) {
      unheard(grant);
      unresolved ??= randomUUID();
      return { key: unresolved, tenantOf: () => identity.tenantId, credentials };
    }
    return { key: `${grant.shape} ${lifeMs}`, tenantOf: () => grant.tenantId, credentials: memoized(() => vendor.vend(grant, lifeMs)) };
  };

  const tenantAws: TenantAws = {
    tenantId: identity.tenantId,
    identity,
    credentials,
    client: (type: object, config: object = {}) => clients.get(scope(), type, config as Readonly<Record<string, unknown>>) as never,
    scoped: (given) => {
      const others = frozenCopy(given);
      unheard(grants.of(identity, others)); // what is wrong with them is said here, where it can be
      return tenantAwsOf(parts, identity, others, lifeMs);
    },
    lasting: (seconds) => {
      if (!Number.isFinite(seconds) || seconds <= 0) throw new ConfigurationError(['`lasting` takes a positive number of seconds']);
      vendor.assertLife(durationSeconds, seconds * 1000);
      return tenantAwsOf(parts, identity, permissions, seconds * 1000);
    },
    run: (fn) => runInTenantContext({ current: tenantAws }, fn),
  };
  return Object.freeze(tenantAws);
}

/** A failure that will be told again, to whoever asks for credentials. */
function unheard(grant: Grant | Promise<Grant>): void {
  if (grant instanceof Promise) grant.catch(() => undefined);
}
