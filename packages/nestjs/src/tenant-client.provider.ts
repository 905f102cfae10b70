import type { FactoryProvider } from '@nestjs/common';
import { type ClientClass, type ClientConfig, type DocumentClientClass, TokenVendingMachine } from '@tenant-aws/core';

/** A client's class of the AWS SDK, or `DynamoDBDocumentClient`. */
export type TenantClientClass = ClientClass | DocumentClientClass;

interface WantedClient {
  readonly token: symbol;
  readonly client: TenantClientClass;
  readonly config: ClientConfig | undefined;
}

/** Which clients constructors want: filled as classes are loaded, for decorators run before any module exists. */
const wanted: WantedClient[] = [];

/**
 * The token of an injected client, for `overrideProvider` in tests and `inject` in factories.
 * The same class with the same `config` *object*, or with none, has one token.
 *
 * @example
 * Test.createTestingModule({ imports: [AppModule] }).overrideProvider(getTenantClientToken(S3Client)).useValue(fake);
 */
export function getTenantClientToken(client: TenantClientClass, config?: ClientConfig): symbol {
  const known = wanted.find((entry) => entry.client === client && entry.config === config);
  if (known) return known.token;
  const token = Symbol(`TenantClient(${'name' in client ? client.name : 'client'})`);
  wanted.push({ token, client, config });
  return token;
}

/** A provider for each client wanted so far; each refuses to be made where the SDK would keep one tenant's credentials for the next. */
export function clientProviders(): FactoryProvider[] {
  return wanted.map(({ token, client, config }) => ({
    provide: token,
    useFactory: (tvm: TokenVendingMachine) => tvm.currentClient(client, config),
    inject: [TokenVendingMachine],
  }));
}
