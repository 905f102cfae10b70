import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Controller, Get, type INestApplication, Module, Req, UseGuards } from '@nestjs/common';
import { ConfigurationError, type TenantAws, type TenantIdentity } from '@tenant-aws/core';
import { asTenant } from '@tenant-aws/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { assumesOf, bucket } from '../../../test/support/notes-aws.ts';
import { currentTenantOrCode } from '../../../test/support/current-tenant.ts';
import { CurrentTenant, Public, Scoped, TenantAwsModule, TenantClient, TenantGuard } from '../src/index.ts';
import { get, platforms, start } from './application.ts';

const aws = notesAws();
const tokenOf = (tenant: string) => aws.issuer.token({ tenant });

interface Request {
  readonly tenantAws?: TenantAws;
}

@Controller()
class Pages {
  @Get('me')
  me(@CurrentTenant() { tenantId, source }: TenantIdentity, @Req() request: Request) {
    return { tenantId, source, request: request.tenantAws?.tenantId, context: currentTenantOrCode() };
  }

  @Public()
  @Get('open')
  open(@Req() request: Request) {
    return { request: request.tenantAws?.tenantId ?? 'none', context: currentTenantOrCode() };
  }

  @Public()
  @Get('without-tenant')
  withoutTenant(@CurrentTenant() identity: TenantIdentity) {
    return identity;
  }
}

@Scoped(['s3-folder-read-only'])
@Controller('scoped')
class ScopedPages {
  @Get('class')
  async ofClass(@TenantClient(S3Client) s3: S3Client, @CurrentTenant() tenant: TenantIdentity) {
    return write(s3, tenant);
  }

  @Scoped(['s3-folder-per-tenant'])
  @Get('handler')
  async ofHandler(@TenantClient(S3Client) s3: S3Client, @CurrentTenant() tenant: TenantIdentity) {
    return write(s3, tenant);
  }
}

async function write(s3: S3Client, { tenantId }: TenantIdentity) {
  const failure = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${tenantId}/scoped`, Body: 'x' })).then(
    () => 'none',
    (error: Error) => error.name,
  );
  return { failure };
}

@UseGuards(TenantGuard)
@Controller('guarded')
class GuardedPages extends Pages {}

/** A feature module that imports nothing: TenantAwsModule is global. */
@Module({ controllers: [GuardedPages] })
class GuardedModule {}

it('rejects `@Scoped()` without permissions', () => {
  expect(() => Scoped(undefined as never)).toThrow('`@Scoped()` needs an array');
  expect(() => Scoped('s3-folder-read-only' as never)).toThrow(ConfigurationError);
});

describe.each(platforms)('TenantGuard on %s', (platform) => {
  let app: INestApplication | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  it('guards every handler with `guard: true`', async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [Pages] });

    const [none, good, forged] = [
      await get(app, '/me'),
      await get(app, '/me', await tokenOf('acme')),
      await get(app, '/me', `${(await tokenOf('acme')).slice(0, -8)}AAAAAAAA`),
    ];

    expect([none.status, none.body.code]).toEqual([401, 'token_missing']);
    expect([forged.status, forged.body.code]).toEqual([401, 'token_invalid']);
    expect([good.status, good.body]).toEqual([200, { tenantId: 'acme', source: 'bearer', request: 'acme', context: 'acme' }]);
  });

  it('guards only the controllers that use it without `guard: true`', async () => {
    app = await start(platform, { imports: [GuardedModule, TenantAwsModule.forRoot()], controllers: [Pages] });

    expect((await get(app, '/guarded/me')).status).toBe(401);
    expect((await get(app, '/guarded/me', await tokenOf('acme'))).body).toMatchObject({ tenantId: 'acme', context: 'acme' });
    expect((await get(app, '/me', await tokenOf('acme'))).body).toMatchObject({ status: 500, code: 'no_tenant' });
  });

  it('checks no token for a public handler, valid or not', async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [Pages] });

    for (const token of [undefined, await tokenOf('acme'), 'no-token']) {
      expect((await get(app, '/open', token)).body).toEqual({ request: 'none', context: 'no_tenant' });
    }
    expect((await get(app, '/without-tenant', await tokenOf('acme'))).body).toMatchObject({ status: 500, code: 'no_tenant' });
    expect(aws.calls).toEqual([]);
  });

  it('vends only the permissions of the handler, or those of its class', async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [ScopedPages] });

    expect((await get(app, '/scoped/class', await tokenOf('acme'))).body).toEqual({ failure: 'AccessDenied' });
    expect(assumesOf(aws)).toHaveLength(1);
    expect((await get(app, '/scoped/handler', await tokenOf('acme'))).body).toEqual({ failure: 'none' });
    expect(assumesOf(aws)).toHaveLength(2);
  });

  it('gets credentials before the handler runs, unless `eager` is false', async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [Pages] });
    await get(app, '/me', await tokenOf('acme'));
    expect(assumesOf(aws)).toHaveLength(1);

    await app.close();
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true, eager: false })], controllers: [Pages] });
    await get(app, '/me', await tokenOf('acme'));
    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('does not run the handler if credentials are unavailable', async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [Pages] });
    aws.faults.sts({ down: true });

    const response = await get(app, '/me', await tokenOf('acme'));
    aws.faults.clear();

    expect([response.status, response.body.code, response.headers['retry-after']]).toEqual([503, 'sts_unavailable', '1']);
  });

  it('admits with `optional` a request without a token, and refuses a bad token', async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true, optional: true })], controllers: [Pages] });

    expect((await get(app, '/me')).body.code).toBe('no_tenant');
    expect((await get(app, '/me', 'no-token')).body.code).toBe('token_invalid');
    expect((await get(app, '/me', await tokenOf('acme'))).body.tenantId).toBe('acme');
  });

  it('gives a request no tenant from the context in which the application was started', async () => {
    const imports = [TenantAwsModule.forRoot({ guard: true, optional: true })];
    app = await asTenant('globex', () => start(platform, { imports, controllers: [Pages] }));

    expect((await get(app, '/open')).body).toEqual({ request: 'none', context: 'no_tenant' });
    expect((await get(app, '/me')).body.code).toBe('no_tenant');
    expect((await get(app, '/me', await tokenOf('acme'))).body).toMatchObject({ tenantId: 'acme', context: 'acme' });
  });

  it('requires a token with `optional` if the handler has its own permissions', async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true, optional: true })], controllers: [ScopedPages] });

    const response = await get(app, '/scoped/class');

    expect([response.status, response.body.code, response.headers['www-authenticate']]).toEqual([401, 'token_missing', 'Bearer']);
  });

  it('admits the tenant with a global prefix, and on an excluded path', async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [Pages] }, (app) =>
      app.setGlobalPrefix('api', { exclude: ['me'] }),
    );

    expect((await get(app, '/me', await tokenOf('acme'))).body.context).toBe('acme');
    expect((await get(app, '/api/open')).body.context).toBe('no_tenant');
  });
});
