import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import {
  type CallHandler,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Global,
  Inject,
  type INestApplication,
  Injectable,
  Module,
  type OnModuleInit,
  Param,
  Req,
  Scope,
  SetMetadata,
  type Type,
  UseInterceptors,
} from '@nestjs/common';
import { INTERCEPTORS_METADATA, PATH_METADATA, SCOPE_OPTIONS_METADATA } from '@nestjs/common/constants.js';
import { APP_GUARD, APP_INTERCEPTOR, ExternalContextCreator, Reflector } from '@nestjs/core';
import type { IdentitySource, TenantAws } from '@tenant-aws/core';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { currentTenantOrCode } from '../../../test/support/current-tenant.ts';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { Public, TenantAwsModule, TenantInterceptor } from '../src/index.ts';
import { get, platforms, start } from './application.ts';
import { foreignInterceptors } from './foreign-context.ts';

const aws = notesAws();
const REQUESTS = Array.from({ length: 40 }, (_, index) => `tenant-${index % 10}`);
const imports = [TenantAwsModule.forRoot({ guard: true })];

@Controller()
class Pages {
  @Get('me')
  me(): string {
    return currentTenantOrCode();
  }

  @Public()
  @Get('open')
  open(@Req() request: { tenantAws?: TenantAws }): string {
    return `${currentTenantOrCode()} ${'tenantAws' in request}`;
  }

  /** Starts work that ends after the response was sent. */
  @Get('later/:own')
  later(@Param('own') own: string): string {
    setTimeout(() => later.get(own)?.resolve(currentTenantOrCode()), 50);
    return currentTenantOrCode();
  }
}

/** A message handler as a library registers it: from a global module, and called in the context of the sender. */
@Injectable()
class Messages implements OnModuleInit {
  handle: ((...args: unknown[]) => Promise<unknown>) | undefined;

  constructor(@Inject(ExternalContextCreator) private readonly creator: ExternalContextCreator) {}

  onModuleInit(): void {
    const enhancers = { guards: true, interceptors: true, filters: true };
    const callback: (...args: unknown[]) => unknown = Reflect.get(this, 'receive');
    this.handle = this.creator.create(this, callback, 'receive', undefined, undefined, undefined, undefined, enhancers, 'rpc');
  }

  receive(): string {
    return currentTenantOrCode();
  }
}

@Global()
@Module({ providers: [Messages], exports: [Messages] })
class MessagesModule {}

@Controller()
class Sender {
  constructor(@Inject(Messages) private readonly messages: Messages) {}

  @Get('send/:to')
  async send(@Param('to') tenant: string): Promise<string> {
    return `${currentTenantOrCode()} ${String(await this.messages.handle?.({ tenant }, {}))}`;
  }
}

@Controller('other')
class Other {
  @Get()
  other(): string {
    return currentTenantOrCode();
  }
}

const later = new Map<string, PromiseWithResolvers<string>>();

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function responses(application: INestApplication): Promise<string[]> {
  await application.listen(0, '127.0.0.1');
  return Promise.all(REQUESTS.map(async (tenant) => (await get(application, '/me', await aws.issuer.token({ tenant }))).text));
}

describe.each(platforms)('handlers on %s', (platform) => {
  it('need no interceptor, if the application has none', async () => {
    const intercept = vi.spyOn(TenantInterceptor.prototype, 'intercept');
    onTestFinished(() => intercept.mockRestore());
    app = await start(platform, { imports, controllers: [Pages] });

    await responses(app);
    expect(intercept).not.toHaveBeenCalled();

    await app.close();
    app = await start(platform, {
      imports,
      controllers: [withInterceptor(() => ({ intercept: (_context: unknown, next: CallHandler) => next.handle() }))],
    });
    await responses(app);
    expect(intercept).toHaveBeenCalledTimes(REQUESTS.length);
  });

  describe.each(foreignInterceptors)('behind %s', (_name, interceptor) => {
    const placed: readonly (readonly [string, () => Promise<INestApplication>])[] = [
      ['of the class', () => start(platform, { imports, controllers: [withInterceptor(interceptor)] })],
      [
        'of the module',
        () => start(platform, { imports, controllers: [Pages], providers: [{ provide: APP_INTERCEPTOR, useFactory: interceptor }] }),
      ],
      [
        'of the application',
        () => start(platform, { imports, controllers: [Pages] }, (prepared) => prepared.useGlobalInterceptors(interceptor())),
      ],
      [
        'of the class of a controller for each request',
        () => start(platform, { imports, controllers: [withInterceptor(interceptor, Scope.REQUEST)] }),
      ],
      [
        'of a method of a controller for each request',
        () => start(platform, { imports, controllers: [withMethodInterceptor(interceptor)] }),
      ],
      [
        'of the class of a controller for each request that replaces its method',
        () => start(platform, { imports, controllers: [changed(withInterceptor(interceptor, Scope.REQUEST), setMethod)] }),
      ],
      [
        'of the module for each request',
        () =>
          start(platform, {
            imports,
            controllers: [Pages],
            providers: [{ provide: APP_INTERCEPTOR, useFactory: interceptor, scope: Scope.REQUEST }],
          }),
      ],
      [
        'of the application after its start, for a controller for each request',
        async () => {
          const started = await start(platform, { imports, controllers: [withInterceptor(() => new TenantInterceptor(), Scope.REQUEST)] });
          return started.useGlobalInterceptors(interceptor());
        },
      ],
      [
        'of the class of a transient controller',
        () => start(platform, { imports, controllers: [withInterceptor(interceptor, Scope.TRANSIENT)] }),
      ],
      [
        'of the class of a frozen controller',
        () => start(platform, { imports, controllers: [changed(withInterceptor(interceptor), Object.freeze)] }),
      ],
      [
        'of a class, and another controller is frozen',
        () => start(platform, { imports, controllers: [changed(Other, Object.freeze), withInterceptor(interceptor)] }),
      ],
      [
        'of the class of a controller whose method cannot be replaced',
        () => start(platform, { imports, controllers: [changed(withInterceptor(interceptor), fixMethod)] }),
      ],
    ];

    it.each(placed)('run as their own tenant: an interceptor %s', async (_place, started) => {
      app = await started();

      expect(await responses(app)).toEqual(REQUESTS);
    });
  });

  it('run as their own tenant in a controller that is created for each request', async () => {
    app = await start(platform, { imports, controllers: [withInterceptor(() => new TenantInterceptor(), Scope.REQUEST)] });

    expect(await responses(app)).toEqual(REQUESTS);
  });

  it('have the tenant of their own request on a connection that is used again', async () => {
    app = await start(platform, { imports, controllers: [Pages] });
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    const send = async (path: string, tenant?: string): Promise<string> => {
      const headers = tenant === undefined ? {} : { authorization: `Bearer ${await aws.issuer.token({ tenant })}` };
      const sent = httpGet(`${url}/${path}`, { agent, headers });
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      sockets.add(response.socket);
      return text(response);
    };

    const seen = [
      await send('me', 'acme'),
      await send('open', 'acme'),
      await send('me', 'globex'),
      await send('open'),
      await send('me', 'acme'),
    ];
    agent.destroy();

    expect(seen).toEqual(['acme', 'no_tenant false', 'globex', 'no_tenant false', 'acme']);
    expect(sockets.size).toBe(1);
  });

  it('keep their tenant for work that ends after the response', async () => {
    app = await start(platform, { imports, controllers: [Pages] });
    await app.listen(0, '127.0.0.1');
    const tenants = ['acme', 'globex'];
    for (const tenant of tenants) later.set(tenant, Promise.withResolvers());

    for (const tenant of tenants) expect((await get(app, `/later/${tenant}`, await aws.issuer.token({ tenant }))).text).toBe(tenant);

    expect(await Promise.all(tenants.map(async (tenant) => later.get(tenant)?.promise))).toEqual(tenants);
  });

  it('keep their tenant after the response in a frozen controller too', async () => {
    @Controller()
    class Frozen extends Pages {
      constructor() {
        super();
        Object.freeze(this);
      }
    }
    app = await start(platform, { imports, controllers: [Frozen] });
    later.set('acme', Promise.withResolvers());

    expect((await get(app, '/later/acme', await aws.issuer.token({ tenant: 'acme' }))).text).toBe('acme');

    expect(await later.get('acme')?.promise).toBe('acme');
  });

  it('show their metadata and their name to guards of the application', async () => {
    const seen: unknown[] = [];
    @Injectable()
    class Recording implements CanActivate {
      constructor(private readonly reflector: Reflector) {}

      canActivate(context: ExecutionContext): boolean {
        const handler = context.getHandler();
        seen.push([handler.name, this.reflector.get('role', handler), Reflect.getOwnMetadata('role', handler)]);
        return true;
      }
    }
    @Controller()
    class Roles {
      @SetMetadata('role', 'admin')
      @Get('roles')
      roles(): string {
        return currentTenantOrCode();
      }
    }
    app = await start(platform, { imports, controllers: [Roles], providers: [{ provide: APP_GUARD, useClass: Recording }] });

    expect((await get(app, '/roles', await aws.issuer.token({ tenant: 'acme' }))).text).toBe('acme');
    expect(seen).toEqual([['roles', 'admin', 'admin']]);
  });

  it('leave the interceptor to message handlers that a global module registers when it is initialized', async () => {
    const identity: IdentitySource = ({ raw }) => {
      const { data, query } = raw as { readonly data?: { tenant: string }; readonly query: { tenant: string } };
      return { tenantId: (data ?? query).tenant, claims: {}, source: 'claims' };
    };
    const modules = [MessagesModule, TenantAwsModule.forRoot({ guard: true, identity })];
    app = await start(platform, { imports: modules, controllers: [Sender] });

    expect((await get(app, '/send/globex?tenant=acme')).text).toBe('acme globex');
  });

  it('are not changed on the controller after the start', async () => {
    app = await start(platform, { imports, controllers: [Pages] });

    expect(Object.getOwnPropertyNames(app.get(Pages))).toEqual([]);
    expect(Object.getOwnPropertyNames(app.get(TenantInterceptor))).toEqual([]);
    expect(app.get(Pages).me()).toBe('no_tenant');
  });

  it('are not changed on the class of a controller for each request after the application has closed', async () => {
    const type = withMethodInterceptor(() => new TenantInterceptor());
    const interceptors = (): number[] =>
      [type, type.prototype.me].map((target: object) => (Reflect.getMetadata(INTERCEPTORS_METADATA, target) ?? []).length);
    app = await start(platform, { imports, controllers: [type] });
    const other = await start(platform, { imports, controllers: [type] });
    expect(interceptors()).toEqual([2, 3]);

    await app.close();
    expect(interceptors()).toEqual([1, 2]);

    await other.close();
    expect(interceptors()).toEqual([0, 1]);
  });
});

/** A subclass whose constructor changes the controller. */
function changed(type: Type, change: (controller: Pages) => void): Type {
  @Controller()
  class Changed extends type {
    constructor() {
      super();
      change(this as never);
    }
  }
  const options = Reflect.getMetadata(SCOPE_OPTIONS_METADATA, type);
  Reflect.defineMetadata(SCOPE_OPTIONS_METADATA, options, Changed);
  Reflect.defineMetadata(PATH_METADATA, Reflect.getMetadata(PATH_METADATA, type), Changed);
  return Changed;
}

function setMethod(controller: Pages): void {
  controller.me = () => currentTenantOrCode();
}

function fixMethod(controller: Pages): void {
  Object.defineProperty(controller, 'me', { value: () => currentTenantOrCode(), configurable: false });
}

function withMethodInterceptor(interceptor: () => object): Type {
  @Controller({ scope: Scope.REQUEST })
  class InterceptedMethod {
    @UseInterceptors(interceptor() as never)
    @Get('me')
    me(): string {
      return currentTenantOrCode();
    }
  }
  return InterceptedMethod;
}

function withInterceptor(interceptor: () => object, scope?: Scope): Type {
  @UseInterceptors(interceptor() as never)
  @Controller({ path: '', ...(scope === undefined ? {} : { scope }) })
  class InterceptedPages extends Pages {}
  return InterceptedPages;
}
