import { S3Client } from '@aws-sdk/client-s3';
import { Controller, Get, type INestApplication, Inject, Injectable, Module, UseGuards } from '@nestjs/common';
import { ConfigurationError } from '@tenant-aws/core';
import { afterEach, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { CurrentTenant, Public, TenantAwsModule, TenantAwsService, TenantClient, TenantGuard, type TenantIdentity } from '../src/index.ts';
import { get, platforms, start } from './application.ts';

const aws = notesAws();
let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

@Controller()
class Pages {
  constructor(
    @Inject(TenantAwsService) private readonly tenants: TenantAwsService,
    @TenantClient(S3Client) private readonly s3: S3Client,
  ) {}

  @Get('parameter')
  parameter(@TenantClient(S3Client) s3: S3Client) {
    return s3.config.region;
  }

  @Get('identity')
  identity(@CurrentTenant() { tenantId }: TenantIdentity) {
    return tenantId;
  }

  @Get('service')
  service() {
    return this.tenants.current().tenantId;
  }

  @Get('constructor')
  ofConstructor() {
    return this.s3.config.credentials();
  }

  @Public()
  @Get('public')
  open(@TenantClient(S3Client) s3: S3Client) {
    return s3.config.region;
  }
}

@Injectable()
class Notes {
  constructor(@TenantClient(S3Client) readonly s3: S3Client) {}
}

@Controller()
@UseGuards(TenantGuard)
class Guarded {}

describe.each(platforms)('a handler without a tenant on %s', (platform) => {
  it.each(['parameter', 'identity', 'service', 'constructor'])('says that the guard is missing: %s', async (path) => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot()], controllers: [Pages] });

    const { status, body } = await get(app, `/${path}`, await aws.issuer.token({ tenant: 'acme' }));

    expect([status, body.code]).toEqual([500, 'no_tenant']);
    expect(body.title).toBe(
      '`TenantGuard` did not run for this handler: add `@UseGuards(TenantGuard)` to the handler or its class, or give `guard: true` to `TenantAwsModule.forRoot()`',
    );
  });

  it('says that the handler is public or the module optional', async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true, optional: true })], controllers: [Pages] });

    for (const path of ['/public', '/parameter', '/service', '/constructor'])
      expect((await get(app, path)).body.title).toMatch(/admitted this request without a tenant: .*`@Public\(\)`.*`optional`/);
  });
});

describe('a module that is not imported once', () => {
  it('rejects a second forRoot, and says to remove one', async () => {
    @Module({ imports: [TenantAwsModule.forRoot({ guard: true })] })
    class Feature {}
    const failure = start('Express', { imports: [TenantAwsModule.forRoot({ guard: true }), Feature] });

    await expect(failure).rejects.toBeInstanceOf(ConfigurationError);
    await expect(failure).rejects.toThrow(/`TenantAwsModule\.forRoot\(\)` is imported twice: remove one of them/);
  });

  it('accepts one module object that two modules import', async () => {
    const tenants = TenantAwsModule.forRoot({ guard: true });
    @Module({ imports: [tenants] })
    class Feature {}
    app = await start('Express', { imports: [tenants, Feature], controllers: [Pages] });

    expect((await get(app, '/service', await aws.issuer.token({ tenant: 'acme' }))).text).toBe('acme');
  });

  it.each([
    ['a client of a constructor', { providers: [Notes] }],
    ['a guard', { controllers: [Guarded] }],
    ['the module without forRoot', { imports: [TenantAwsModule] }],
  ])('says what to import for %s', async (_title, metadata) => {
    await expect(start('Express', metadata)).rejects.toThrow(/add `TenantAwsModule\.forRoot\(\)` to the `imports` of one module/);
  });
});
