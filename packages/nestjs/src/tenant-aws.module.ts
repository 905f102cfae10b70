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
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core/constants.js';
import { HttpAdapterHost } from '@nestjs/core/helpers/http-adapter-host.js';
import { ModulesContainer } from '@nestjs/core/injector/modules-container.js';
import { ConfigurationError, type TenantGate, TokenVendingMachine, tenantGate } from '@tenant-aws/core';
import { graphqlSchemas, keepFieldContexts } from './graphql-schema.ts';
import { keepEachRequestContext, keepHandlerContexts } from './http-handlers.ts';
import { keepMiddlewareContext, keepRequestContext } from './request-context.ts';
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
import { SETTINGS, type Settings, TENANT_GATE } from './tokens.ts';

const providers: readonly Provider[] = [
  // Not eager: the guard gets the credentials, because only the guard knows the decorators of the handler.
  {
    provide: TENANT_GATE,
    useFactory: (options: TenantAwsModuleOptions) => tenantGate({ ...options, eager: false }),
    inject: [MODULE_OPTIONS_TOKEN],
  },
  { provide: SETTINGS, useFactory: settingsOf, inject: [MODULE_OPTIONS_TOKEN] },
  { provide: TokenVendingMachine, useFactory: (gate: TenantGate) => gate.tvm, inject: [TENANT_GATE] },
  TenantAwsService,
  TenantGuard,
  TenantInterceptor,
  { provide: APP_FILTER, useClass: TenantAwsExceptionFilter },
  { provide: APP_INTERCEPTOR, useExisting: TenantInterceptor },
];

/**
 * Tenant isolation for a Nest application: `TenantGuard`, `@TenantClient()` in handlers and constructors, the exception
 * filter, and `TokenVendingMachine` for injection. The module is global: import it once, in any module. It closes the
 * `TokenVendingMachine` that it created when the application closes.
 *
 * @throws {@link ConfigurationError} when the application is created: lists every fault. Also if the module is imported twice, and
 * if an AWS SDK client of a constructor does not get its credentials for each call
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
  readonly #settings: Settings;
  readonly #interceptor: TenantInterceptor;
  #routesRegistered: () => void = () => undefined;
  #closed: () => void = () => undefined;

  constructor(
    @Inject(TENANT_GATE) gate: TenantGate,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(SETTINGS) settings: Settings,
    @Inject(TenantInterceptor) interceptor: TenantInterceptor,
  ) {
    super();
    refuseSecondModule(modules);
    this.#gate = gate;
    this.#host = host;
    this.#modules = modules;
    this.#settings = settings;
    this.#interceptor = interceptor;
  }

  /** @param options the options of `tenantCredentials()`, and `guard: true` to guard every handler; all are optional */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return withProviders(super.forRoot(options));
  }

  /** Takes the options from `useFactory`, `useClass` or `useExisting`; `guard` is given beside them. */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return withProviders(super.forRootAsync(options));
  }

  /** Nest calls this before it registers any route, and any middleware of a module. */
  async configure(consumer: MiddlewareConsumer): Promise<void> {
    initializeFirst(this, this.#modules);
    this.#closed = keepEachRequestContext(this.#modules);
    this.#routesRegistered = keepHandlerContexts(this.#modules, this.#interceptor);
    await keepRequestContext(this.#host.httpAdapter, consumer);
  }

  /** Nest has registered the routes. It initializes this module first: `@nestjs/graphql` registers its middleware after this call. */
  onModuleInit(): void {
    this.#routesRegistered();
    keepMiddlewareContext(this.#host.httpAdapter);
  }

  onApplicationBootstrap(): void {
    for (const schema of graphqlSchemas(this.#modules)) keepFieldContexts(schema, this.#settings.sessionMs);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#closed();
    await this.#gate.close();
  }
}

/**
 * Nest initializes modules in the order of their distance. Without this, a global module that is imported before this one could
 * register its handlers of messages or commands while `keepHandlerContexts` leaves out the interceptor.
 */
function initializeFirst(instance: object, modules: ModulesContainer): void {
  for (const module of modules.values()) if (module.instance === instance) module.distance = Number.POSITIVE_INFINITY;
}

/** Each module has its own token vending machine, whose keys the clients of the other one refuse to use. */
function refuseSecondModule(modules: ModulesContainer): void {
  const imported = [...modules.values()].filter(({ metatype }) => metatype === TenantAwsModule);
  if (imported.length < 2) return;
  throw new ConfigurationError([
    '`TenantAwsModule.forRoot()` is imported twice: remove one of them, because the module is global. For other permissions use `@Scoped()`',
  ]);
}

function settingsOf({ eager = true, maxSessionSeconds = 0, tvm, ...options }: TenantAwsModuleOptions): Settings {
  const { permissions, variables, roleArn, tags } = options;
  const perIdentity = tvm !== undefined || [permissions, variables, roleArn, tags].some((option) => typeof option === 'function');
  return { eager, sessionMs: maxSessionSeconds * 1000, perIdentity };
}

/** Nest reads `providers` and `exports` when it scans the module: these getters include the clients of classes that are loaded after `forRoot()`. */
function withProviders(definition: DynamicModule): DynamicModule {
  return {
    ...definition,
    get providers(): Provider[] {
      return [...(definition.providers ?? []), ...providers, ...clientProviders()];
    },
    get exports(): NonNullable<DynamicModule['exports']> {
      return [
        TENANT_GATE,
        SETTINGS,
        TokenVendingMachine,
        TenantAwsService,
        TenantGuard,
        TenantInterceptor,
        ...clientProviders().map(({ provide }) => provide),
      ];
    },
  };
}
