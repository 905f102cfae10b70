import { type IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, type INestApplication, Req } from '@nestjs/common';
import type { TenantIdentity } from '@tenant-aws/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { currentTenantOrCode } from '../../../test/support/current-tenant.ts';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { CurrentTenant, Public, TenantAwsModule } from '../src/index.ts';
import { get, platforms, start } from './application.ts';

const aws = notesAws();
const TENANTS = ['acme', 'globex', 'acme', 'initech'];

type Router = (request: object, response: ServerResponse) => void;

/** How applications make the requests of a batch from the request that contains it. */
const parts: readonly (readonly [string, (request: IncomingMessage, own: object) => object])[] = [
  ['that inherit from it', (request, own) => Object.assign(Object.create(request), own)],
  ['that are copies of it', (request, own) => Object.assign(Object.create(Object.getPrototypeOf(request)), request, own)],
];

describe.each(platforms)('concurrent requests on %s that a handler makes from its own request', (platform) => {
  it.each(parts)('have the tenants of their own tokens: %s', async (_how, make) => {
    @Controller()
    class Batch {
      @Get('me')
      me(@CurrentTenant() own: TenantIdentity): string {
        return `${own.tenantId} ${currentTenantOrCode()}`;
      }

      @Public()
      @Get('batch')
      async batch(@Req() request: IncomingMessage & { raw?: IncomingMessage }): Promise<string[]> {
        const headers = await Promise.all(TENANTS.map(async (tenant) => `Bearer ${await aws.issuer.token({ tenant })}`));
        return Promise.all(headers.map(async (header) => answer(make(request.raw ?? request, partOf(header)), route(app))));
      }
    }
    const app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [Batch] });
    onTestFinished(() => app.close());

    // In the second batch all credentials are cached, so that no request waits.
    for (let i = 0; i < 2; i += 1) expect((await get(app, '/batch')).body).toEqual(TENANTS.map((tenant) => `${tenant} ${tenant}`));
  });
});

function partOf(header: string): object {
  return { url: '/me', originalUrl: '/me', rawHeaders: ['Authorization', header] };
}

/** Handles a request without changing its prototype. */
function route(app: INestApplication): Router {
  const platform: {
    readonly response: object;
    readonly router: { handle(request: object, response: object, next: () => void): void };
    routing: Router;
  } = app.getHttpAdapter().getInstance();
  if (app.getHttpAdapter().getType() === 'fastify') return (request, response) => platform.routing(request, response);
  return (request, response) => platform.router.handle(request, Object.setPrototypeOf(response, platform.response), () => undefined);
}

function answer(request: object, handle: Router): Promise<string> {
  return new Promise((resolve) => {
    const response = new ServerResponse(request as IncomingMessage);
    response.end = (body?: unknown) => {
      resolve(String(body));
      return response;
    };
    handle(request, response);
  });
}
