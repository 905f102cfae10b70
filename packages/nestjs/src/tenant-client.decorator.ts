import { createParamDecorator, type ExecutionContext, type FactoryProvider, Inject } from '@nestjs/common';
import { type ClientClass, type ClientConfig, type DocumentClientClass, TokenVendingMachine } from '@tenant-aws/core';
import { tenantOf } from './admissions.ts';

/** A client's class of the AWS SDK, or `DynamoDBDocumentClient`. */
type TenantClientClass = ClientClass | DocumentClientClass;

/**
 * An AWS SDK client of a tenant.
 *
 * As a parameter of a handler it is the client of the tenant that the guard admitted to this request or message, and can sign
 * as no other. Prefer it, and pass it along with the work.
 *
 * In a constructor it is one client for all tenants: each call is signed as the tenant in whose async context it is made.
 * That is wrong where work of several requests meets: in a queue, a limiter, a batch loader. See the README.
 *
 * @throws {@link NoTenantError} the guard admitted no tenant; of a constructor's client: there is no current tenant
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

/** Which clients constructors want: filled as classes are loaded, for decorators run before any module exists. */
const injected: InjectedClient[] = [];

/**
 * The token of an injected client, for `overrideProvider` in tests and `inject` in factories.
 * The same class with the same `config` *object*, or with none, has one token.
 *
 * @example
 * Test.createTestingModule({ imports: [AppModule] }).overrideProvider(getTenantClientToken(S3Client)).useValue(fake);
 */
export function getTenantClientToken(client: TenantClientClass, config?: ClientConfig): symbol {
  const known = injected.find((entry) => entry.client === client && entry.config === config);
  if (known) return known.token;
  const token = Symbol(`TenantClient(${'name' in client ? client.name : 'client'})`);
  injected.push({ token, client, config });
  return token;
}

/** A provider for each client injected so far; each refuses to be made where the SDK would keep one tenant's credentials for the next. */
export function clientProviders(): FactoryProvider[] {
  return injected.map(({ token, client, config }) => ({
    provide: token,
    useFactory: (tvm: TokenVendingMachine) => tvm.currentClient(client, config),
    inject: [TokenVendingMachine],
  }));
}
