import { ConfigurationError } from '@tenant-aws/policy';
import type {
  AwsCredentialIdentityProvider,
  HttpHandlerOptions,
  MiddlewareStack,
  RequestHandler,
  RequestHandlerOutput,
} from '@smithy/types';
import { loadDynamoDBClient } from '../../dynamodb-client.cjs';

/** A client class of the AWS SDK v3, such as `S3Client`. */
export type ClientClass<Client extends object = object, Config = never> = new (...config: [] | [Config]) => Client;

/** A class whose clients wrap another client: `DynamoDBDocumentClient` of lib-dynamodb. */
export interface DocumentClientClass<Client extends object = object, Translation = never> {
  from(client: never, translation?: Translation): Client;
}

/** The configuration of a client without `credentials`: the client uses the credentials of the tenant. */
export type ClientConfig<Config extends object = object> = Omit<Config, 'credentials'>;

/** The `requestHandler` of an SDK client. */
export type Handler = RequestHandler<never, object, HttpHandlerOptions>;

export type HandlerOutput = RequestHandlerOutput<object>;

/** The two parts of an SDK client that every request passes through. */
export interface SdkClient {
  readonly config: { readonly requestHandler: Handler };
  readonly middlewareStack: MiddlewareStack<never, never>;
}

/**
 * Makes an SDK client of any class. A document client wraps a client that is made first.
 *
 * @param guard adds the guards to each client that sends requests
 */
export function buildClient(
  type: object,
  config: Readonly<Record<string, unknown>>,
  guard: (client: SdkClient) => void = () => undefined,
): SdkClient {
  if (isDocumentClass(type)) return buildDocumentClient(type, config, guard);
  const client = new (type as new (config: object) => object)(config);
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
  // If the client is of another release, lib-dynamodb makes its own client around it, which has no guards yet.
  if (client.middlewareStack !== inner.middlewareStack) guard(client);
  return client;
}

/** Loaded only for a document client: an application without DynamoDB does not need it. */
function dynamoDBClient(): object {
  const loaded = loadDynamoDBClient();
  if (loaded.DynamoDBClient !== undefined) return loaded.DynamoDBClient;
  throw new ConfigurationError(
    [
      '`client(DynamoDBDocumentClient)` needs @aws-sdk/client-dynamodb: install it, or use `DynamoDBDocumentClient.from(tenantAws.client(DynamoDBClient))`',
    ],
    { cause: loaded.cause },
  );
}

function isDocumentClass(type: object): type is DocumentClientClass<object, object> {
  return 'from' in type && typeof type.from === 'function';
}

function isSdkClient(client: unknown): client is SdkClient {
  return typeof client === 'object' && client !== null && 'middlewareStack' in client && 'config' in client;
}

export function notAClient(): ConfigurationError {
  return new ConfigurationError(['`client()` takes a client class of the AWS SDK v3, such as `S3Client`']);
}

/**
 * Marks a credentials provider with `memoized`, so that the SDK calls it for every request. Otherwise the SDK would cache the
 * credentials itself, and use them longer than this package does, or for another tenant.
 */
export function memoized(credentials: () => ReturnType<AwsCredentialIdentityProvider>): AwsCredentialIdentityProvider {
  return Object.assign(credentials, { memoized: true });
}
