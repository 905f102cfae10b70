import { createParamDecorator, type ExecutionContext, type FactoryProvider, Inject } from '@nestjs/common';
import { type ClientClass, type ClientConfig, type DocumentClientClass, TokenVendingMachine } from '@tenant-aws/core';
import { tenantOf } from './admissions.ts';
import { IMPORT_MODULE } from './tokens.ts';

/** A client class of the AWS SDK, or `DynamoDBDocumentClient`. */
type TenantClientClass = ClientClass | DocumentClientClass;

/**
 * Injects an AWS SDK client of a tenant.
 *
 * As a handler parameter it is the client of the tenant that the guard admitted to this request or message. It cannot sign for
 * another tenant. Prefer it, and pass it to the code that needs it.
 *
 * In a constructor it is one client for all tenants: each call is signed for the current tenant of the async context.
 * This is wrong where several requests share a queue, a limiter or a batch loader. See the README.
 *
 * @throws {@link NoTenantError} the guard admitted no tenant; a call of a constructor's client: there is no current tenant
 * @example
 * list(@TenantClient(S3Client) s3: S3Client) { … }
 * constructor(@TenantClient(DynamoDBClient) private readonly db: DynamoDBClient) {}
 */
export function TenantClient(client: TenantClientClass, config?: ClientConfig): ParameterDecorator {
  const inHandler = createParamDecorator((_data: unknown, execution: ExecutionContext) =>
    tenantOf(execution).client(client as ClientClass, config),
  );
  return (target, key, index) => {
    if (key !== undefined) inHandler()(target, key, index);
    else Inject(getTenantClientToken(client, config))(target, key, index);
  };
}

interface InjectedClient {
  readonly token: symbol;
  readonly client: TenantClientClass;
  readonly config: ClientConfig | undefined;
}

/** The clients of all constructors. Filled when classes are loaded, because decorators run before any module exists. */
const injected: InjectedClient[] = [];

/**
 * The injection token of a constructor's client, for `overrideProvider` in tests and `inject` in factories.
 * There is one token for each class and `config` *object*, and one for each class without a `config`.
 *
 * @example
 * Test.createTestingModule({ imports: [AppModule] }).overrideProvider(getTenantClientToken(S3Client)).useValue(fake);
 */
export function getTenantClientToken(client: TenantClientClass, config?: ClientConfig): symbol {
  const known = injected.find((entry) => entry.client === client && entry.config === config);
  if (known) return known.token;
  const token = Symbol(`TenantClient(${'name' in client ? client.name : 'client'}): ${IMPORT_MODULE}`);
  injected.push({ token, client, config });
  return token;
}

/** One provider for each client. Creation fails if the SDK client would use the cached credentials of one tenant for another. */
export function clientProviders(): FactoryProvider[] {
  return injected.map(({ token, client, config }) => ({
    provide: token,
    useFactory: (tvm: TokenVendingMachine) => tvm.currentClient(client, config),
    inject: [TokenVendingMachine],
  }));
}
