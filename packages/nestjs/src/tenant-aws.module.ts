import {
  type DynamicModule,
  Inject,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { type TenantGate, TokenVendingMachine, tenantGate } from '@tenant-aws/core';
import { graphqlSchemas, keepFieldContexts } from './graphql-schema.ts';
import { keepMiddlewareContext, keepRequestContext, openRequestContext } from './request-context.ts';
import { TenantAwsExceptionFilter } from './tenant-aws.filter.ts';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  type OPTIONS_TYPE,
  type TenantAwsModuleOptions,
} from './tenant-aws.module-definition.ts';
import { TenantAwsService } from './tenant-aws.service.ts';
import { clientProviders } from './tenant-client.decorator.ts';
import { TenantGuard } from './tenant.guard.ts';
import { TenantInterceptor } from './tenant.interceptor.ts';
import { EAGER, PER_IDENTITY, SESSION_MS, TENANT_GATE } from './tokens.ts';

const parts: readonly Provider[] = [
  // The guard mints what a handler needs, once it knows the handler's decorators: the gate itself mints nothing.
  {
    provide: TENANT_GATE,
    useFactory: (options: TenantAwsModuleOptions) => tenantGate({ ...options, eager: false }),
    inject: [MODULE_OPTIONS_TOKEN],
  },
  { provide: EAGER, useFactory: ({ eager = true }: TenantAwsModuleOptions) => eager, inject: [MODULE_OPTIONS_TOKEN] },
  {
    provide: SESSION_MS,
    useFactory: ({ maxSessionSeconds = 0 }: TenantAwsModuleOptions) => maxSessionSeconds * 1000,
    inject: [MODULE_OPTIONS_TOKEN],
  },
  { provide: PER_IDENTITY, useFactory: isPerIdentity, inject: [MODULE_OPTIONS_TOKEN] },
  { provide: TokenVendingMachine, useFactory: (gate: TenantGate) => gate.tvm, inject: [TENANT_GATE] },
  TenantAwsService,
  TenantGuard,
  TenantInterceptor,
  { provide: APP_FILTER, useClass: TenantAwsExceptionFilter },
  { provide: APP_INTERCEPTOR, useExisting: TenantInterceptor },
];

/**
 * Tenant isolation for a Nest application: `TenantGuard`, `@TenantClient()` in handlers and constructors, the exception
 * filter, and `TokenVendingMachine` for injection. Global: import it once, anywhere. Its machine is closed with the application.
 *
 * @throws {@link ConfigurationError} with every fault at once, when the application is made; also when the AWS SDK beside it does not ask for credentials at every call
 * @example
 * @Module({ imports: [TenantAwsModule.forRoot({ guard: true })] })
 */
@Module({})
export class TenantAwsModule
  extends ConfigurableModuleClass
  implements NestModule, OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown
{
  readonly #gate: TenantGate;
  readonly #host: HttpAdapterHost;

  readonly #modules: ModulesContainer;
  readonly #sessionMs: number;

  constructor(
    @Inject(TENANT_GATE) gate: TenantGate,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(SESSION_MS) sessionMs: number,
  ) {
    super();
    this.#gate = gate;
    this.#host = host;
    this.#modules = modules;
    this.#sessionMs = sessionMs;
  }

  /** @param options those of `tenantCredentials()`, and `guard: true` to guard every handler; every one is optional */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return assembled(super.forRoot(options));
  }

  /** The same from `useFactory`, `useClass` or `useExisting`; `guard` stands beside it. */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return assembled(super.forRootAsync(options));
  }

  /** Nest calls this before it registers any route. */
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(openRequestContext).forRoutes('{*path}');
    keepRequestContext(this.#host.httpAdapter);
  }

  /** Global modules come first: `@nestjs/graphql` registers its middleware after this. */
  onModuleInit(): void {
    keepMiddlewareContext(this.#host.httpAdapter);
  }

  onApplicationBootstrap(): void {
    for (const schema of graphqlSchemas(this.#modules)) keepFieldContexts(schema, this.#sessionMs);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#gate.close();
  }
}

/** Whether two identities of one tenant may have different permissions; unknown of a machine that is shared. */
function isPerIdentity({ tvm, permissions, variables, roleArn, tags }: TenantAwsModuleOptions): boolean {
  return tvm !== undefined || [permissions, variables, roleArn, tags].some((option) => typeof option === 'function');
}

/** `providers` and `exports` are read when Nest scans the module: by then the classes imported after `forRoot()` have named their clients too. */
function assembled(definition: DynamicModule): DynamicModule {
  return {
    ...definition,
    get providers(): Provider[] {
      return [...(definition.providers ?? []), ...parts, ...clientProviders()];
    },
    get exports(): NonNullable<DynamicModule['exports']> {
      return [
        TENANT_GATE,
        EAGER,
        SESSION_MS,
        PER_IDENTITY,
        TokenVendingMachine,
        TenantAwsService,
        TenantGuard,
        TenantInterceptor,
        ...clientProviders().map(({ provide }) => provide),
      ];
    },
  };
}
