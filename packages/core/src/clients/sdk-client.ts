import { createRequire } from 'node:module';
import { ConfigurationError } from '@tenant-aws/policy';
import type {
  AwsCredentialIdentityProvider,
  HttpHandlerOptions,
  MiddlewareStack,
  RequestHandler,
  RequestHandlerOutput,
} from '@smithy/types';

/** A client's class of the AWS SDK v3, such as `S3Client`. */
export type ClientClass<Client extends object = object, Config = never> = new (...config: [] | [Config]) => Client;

/** A class that is made over another client: `DynamoDBDocumentClient` of lib-dynamodb. */
export interface DocumentClientClass<Client extends object = object, Translation = never> {
  from(client: never, translation?: Translation): Client;
}

/** A client's configuration, but for the credentials, which are the tenant's. */
export type ClientConfig<Config extends object = object> = Omit<Config, 'credentials'>;

/** The `requestHandler` of an SDK client. */
export type Handler = RequestHandler<never, object, HttpHandlerOptions>;

export type HandlerOutput = RequestHandlerOutput<object>;

/** The two parts of an SDK client that every request passes through. */
export interface SdkClient {
  readonly config: { readonly requestHandler: Handler };
  readonly middlewareStack: MiddlewareStack<never, never>;
}

type AnyClass = new (config: object) => object;

/** Makes an SDK client of any class; one that is made `.from()` another gets that other first. */
export function buildClient(
  type: object,
  config: Readonly<Record<string, unknown>>,
  guard: (client: SdkClient) => void = () => undefined,
): SdkClient {
  if (isDocumentClass(type)) return buildDocumentClient(type, config, guard);
  const client = new (type as AnyClass)(config);
  if (!isSdkClient(client)) throw notAClient();
  guard(client);
  return client;
}

function buildDocumentClient(
  type: DocumentClientClass<object, object>,
  config: Readonly<Record<string, unknown>>,
  guard: (client: SdkClient) => void,
): SdkClient {
  const { marshallOptions, unmarshallOptions, ...rest } = config;
  const inner = buildClient(dynamoDBClient(), rest, guard);
  const client: unknown = type.from(inner as never, { marshallOptions, unmarshallOptions });
  if (!isSdkClient(client)) throw notAClient();
  // Over a client of another release lib-dynamodb puts one of its own, which has passed no guard.
  if (client.middlewareStack !== inner.middlewareStack) guard(client);
  return client;
}

/** Resolved only where a document client is asked for: an app without DynamoDB need not have it. */
function dynamoDBClient(): object {
  try {
    const { DynamoDBClient }: { readonly DynamoDBClient: object } = createRequire(import.meta.url)('@aws-sdk/client-dynamodb');
    return DynamoDBClient;
  } catch (cause) {
    throw new ConfigurationError(
      [
        '`client(DynamoDBDocumentClient)` needs @aws-sdk/client-dynamodb: install it, or write `DynamoDBDocumentClient.from(tenantAws.client(DynamoDBClient))`',
      ],
      { cause },
    );
  }
}

function isDocumentClass(type: object): type is DocumentClientClass<object, object> {
  return 'from' in type && typeof type.from === 'function';
}

function isSdkClient(client: unknown): client is SdkClient {
  return typeof client === 'object' && client !== null && 'middlewareStack' in client && 'config' in client;
}

export function notAClient(): ConfigurationError {
  return new ConfigurationError(['`client()` takes a client class of the AWS SDK v3, such as S3Client']);
}

/**
 * Marks a credentials provider with `memoized`, so that the SDK calls it for every request. Otherwise the SDK would cache the
 * credentials itself, and use them longer than this package does, or for another tenant.
 */
export function memoized(credentials: () => ReturnType<AwsCredentialIdentityProvider>): AwsCredentialIdentityProvider {
  return Object.assign(credentials, { memoized: true });
}
