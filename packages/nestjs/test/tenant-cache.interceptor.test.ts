import { CacheInterceptor, CacheKey, CacheModule } from '@nestjs/cache-manager';
import { Controller, Get, type INestApplication, Req, type Type } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { TokenVendingMachine, type TenantAws } from '@tenant-aws/core';
import { afterEach, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { TenantCacheInterceptor } from '../src/cache.ts';
import { Public, Scoped, TenantAwsModule, type TenantAwsModuleOptions } from '../src/index.ts';
import { get, platforms, start } from './application.ts';

const aws = notesAws();

interface Request {
  readonly tenantAws?: TenantAws;
}

let made = 0;
const report = ({ tenantAws }: Request, scope = 'full') => ({ tenant: tenantAws?.tenantId ?? 'none', scope, made: (made += 1) });

@Controller()
class Reports {
  @Get('report')
  report(@Req() request: Request) {
    return report(request);
  }

  @CacheKey('shared')
  @Get('full')
  full(@Req() request: Request) {
    return report(request);
  }

  @CacheKey('shared')
  @Scoped(['s3-folder-read-only'])
  @Get('read-only')
  readOnly(@Req() request: Request) {
    return report(request, 'read-only');
  }

  @Public()
  @Get('open')
  open(@Req() request: Request) {
    return report(request);
  }
}

describe.each(platforms)('TenantCacheInterceptor on %s', (platform) => {
  let app: INestApplication | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  async function startWith(options: TenantAwsModuleOptions = {}, interceptor: Type = TenantCacheInterceptor): Promise<void> {
    app = await start(platform, {
      imports: [CacheModule.register(), TenantAwsModule.forRoot({ ...options, guard: true })],
      controllers: [Reports],
      providers: [{ provide: APP_INTERCEPTOR, useClass: interceptor }],
    });
  }

  async function ask(path: string, tenant: string, subject?: string): Promise<{ tenant: string; scope: string; made: number }> {
    const claims = subject === undefined ? {} : { sub: subject };
    return (await get(app as INestApplication, `/${path}`, await aws.issuer.token({ tenant, claims }))).body;
  }

  it('returns to each tenant its own cached responses only', async () => {
    await startWith();
    const tenants = ['acme', 'globex', 'acme', 'globex', 'acme'];

    const responses = [];
    for (const tenant of tenants) responses.push(await ask('report', tenant));

    expect(responses.map(({ tenant }) => tenant)).toEqual(tenants);
    expect(new Set(responses.map(({ made }) => made)).size).toBe(2);
  });

  it("is needed: Nest's own interceptor returns one tenant's report to another", async () => {
    await startWith({}, CacheInterceptor);
    await ask('report', 'acme');

    expect((await ask('report', 'globex')).tenant).toBe('acme');
  });

  it('separates handlers that share a key and differ in their permissions', async () => {
    await startWith();

    for (const [path, scope] of [
      ['full', 'full'],
      ['read-only', 'read-only'],
      ['full', 'full'],
    ] as const) {
      expect((await ask(path, 'acme')).scope).toBe(scope);
    }
  });

  it('does not cache a response without a tenant', async () => {
    await startWith();

    expect((await ask('open', 'acme')).made).not.toBe((await ask('open', 'acme')).made);
  });

  it.each(['permissions', 'tvm'])('separates the subjects of a tenant if the permissions depend on them: %s', async (option) => {
    const permissions = () => ['s3-folder-per-tenant'];
    const tvm = TokenVendingMachine.fromEnvironment({ permissions });
    await startWith(option === 'tvm' ? { tvm } : { permissions });

    const [one, other, again] = [
      await ask('report', 'acme', 'ann'),
      await ask('report', 'acme', 'bob'),
      await ask('report', 'acme', 'ann'),
    ];
    await tvm.close();

    expect([one.made === other.made, one.made === again.made]).toEqual([false, true]);
  });
});
