import type { ServerResponse } from 'node:http';
import {
  Controller,
  Get,
  type INestApplication,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  Next,
  type OnModuleInit,
  Req,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { TenantAws } from '@tenant-aws/core';
import { asTenant } from '@tenant-aws/core/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { currentTenantOrCode } from '../../../test/support/current-tenant.ts';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { Public, TenantAwsModule } from '../src/index.ts';
import { get, platforms, start } from './application.ts';

const aws = notesAws();

type Next = (error?: Error) => void;
type Observe = (request: unknown, response: unknown, next: () => void) => void;

@Controller()
class TwoHandlers {
  @Get('two')
  first(@Next() next: Next): void {
    next();
  }

  @Public()
  @Get('two')
  second(@Req() request: { tenantAws?: TenantAws }): object {
    return { hasTenantAws: 'tenantAws' in request, context: currentTenantOrCode() };
  }
}

/** Registers routes without a controller, each with an error handler: Express recognizes one by its four parameters. */
@Injectable()
class OwnRoutes implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const adapter: { get(path: string, ...handlers: unknown[]): unknown } = this.host.httpAdapter;
    const fails = (_request: unknown, _response: unknown, next: Next): void => next(new Error('failed'));
    const succeeds = (_request: unknown, response: ServerResponse): unknown => response.end('succeeded');
    const handlesError = (error: Error, _request: unknown, response: ServerResponse, _next: Next): unknown => response.end(error.message);
    adapter.get('/fails', fails, handlesError);
    adapter.get('/succeeds', handlesError, succeeds);
  }
}

describe('the routes of Express', () => {
  let app: INestApplication;
  beforeAll(async () => {
    const imports = [TenantAwsModule.forRoot({ guard: true })];
    app = await start('Express', { imports, controllers: [TwoHandlers], providers: [OwnRoutes] });
  });
  afterAll(() => app.close());

  it('remove the tenant of an earlier handler from the request before a public handler', async () => {
    const response = await get(app, '/two', await aws.issuer.token({ tenant: 'acme' }));

    expect(response.body).toEqual({ hasTenantAws: false, context: 'no_tenant' });
  });

  it.each([
    ['/fails', 'failed'],
    ['/succeeds', 'succeeded'],
  ])('call an error handler for an error only: %s', async (path, text) => {
    const response = await get(app, path);

    expect([response.status, response.text]).toEqual([200, text]);
  });
});

describe.each(platforms)('the middleware of an application on %s', (platform) => {
  let app: INestApplication | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  it.each(['module', 'provider'])(
    'has no tenant of the context in which the application was started: middleware of a %s',
    async (place) => {
      const seen: string[] = [];
      const middleware: Observe = (_request, _response, next) => {
        seen.push(currentTenantOrCode());
        next();
      };
      @Injectable()
      class Own implements OnModuleInit {
        constructor(private readonly host: HttpAdapterHost) {}

        onModuleInit(): void {
          const { httpAdapter } = this.host;
          if (place === 'provider') httpAdapter.getInstance<{ use(fn: Observe): void }>().use(middleware);
        }
      }
      @Module({ imports: [TenantAwsModule.forRoot({ guard: true })], providers: [Own] })
      class AppModule implements NestModule {
        configure(consumer: MiddlewareConsumer): void {
          if (place === 'module') consumer.apply(middleware).forRoutes('{*path}');
        }
      }
      app = await asTenant('globex', async () => {
        const started = await start(platform, { imports: [AppModule] });
        await started.listen(0, '127.0.0.1');
        return started;
      });

      await fetch(`${await app.getUrl()}/unknown`);

      expect(seen).toEqual(['no_tenant']);
    },
  );
});
