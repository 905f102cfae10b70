import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import {
  type CallHandler,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  Param,
  Req,
  Scope,
  SetMetadata,
  type Type,
  UseInterceptors,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import type { TenantAws } from '@tenant-aws/core';
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

  it('are not changed on the controller after the start', async () => {
    app = await start(platform, { imports, controllers: [Pages] });

    expect(Object.getOwnPropertyNames(app.get(Pages))).toEqual([]);
    expect(Object.getOwnPropertyNames(app.get(TenantInterceptor))).toEqual([]);
    expect(app.get(Pages).me()).toBe('no_tenant');
  });
});

function withInterceptor(interceptor: () => object, scope?: Scope): Type {
  @UseInterceptors(interceptor() as never)
  @Controller({ path: '', ...(scope === undefined ? {} : { scope }) })
  class InterceptedPages extends Pages {}
  return InterceptedPages;
}
