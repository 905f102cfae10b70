import { STSClient } from '@aws-sdk/client-sts';
import { Controller, Get, type INestApplication, Inject, Injectable, Module } from '@nestjs/common';
import nest from '@nestjs/core/package.json' with { type: 'json' };
import { ConfigurationError, TokenVendingMachine } from '@tenant-aws/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { identityOf } from '../../../test/support/identity-of.ts';
import { assumesOf } from '../../../test/support/notes-aws.ts';
import { TenantAwsModule, TenantAwsService } from '../src/index.ts';
import { get, platforms, start } from './application.ts';

const aws = notesAws();
const tokenOf = (tenant: string) => aws.issuer.token({ tenant });

@Controller()
class Pages {
  constructor(@Inject(TenantAwsService) private readonly tenants: TenantAwsService) {}

  @Get('me')
  me() {
    return { tenantId: this.tenants.current().tenantId };
  }
}

@Injectable()
class Settings {
  readonly durationSeconds = 1_800;
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

describe.each(platforms)('TenantAwsModule on %s', (platform) => {
  it('takes its options from a factory, and `guard` beside the factory', async () => {
    const made = vi.fn((settings: Settings) => ({ durationSeconds: settings.durationSeconds }));
    app = await start(platform, {
      imports: [TenantAwsModule.forRootAsync({ imports: [SettingsModule], inject: [Settings], useFactory: made, guard: true })],
      controllers: [Pages],
    });

    expect((await get(app, '/me')).body.code).toBe('token_missing');
    expect((await get(app, '/me', await tokenOf('acme'))).body).toEqual({ tenantId: 'acme' });
    const { expiration } = await app.get(TokenVendingMachine).vend(identityOf('acme'));
    expect(expiration.getTime()).toBeGreaterThan(Date.now() + 1_000_000);
    expect(made).toHaveBeenCalledOnce();
  });
});

describe('TenantAwsModule', () => {
  it('is tested with the intended major version of Nest', () => {
    expect(nest.version.split('.')[0]).toBe(process.env['NEST_MAJOR'] ?? '12');
  });

  it('may be at any position among the imports', async () => {
    @Module({ controllers: [Pages] })
    class PagesModule {}
    app = await start('Express', { imports: [PagesModule, SettingsModule, TenantAwsModule.forRoot({ guard: true })] });

    expect((await get(app, '/me', await tokenOf('acme'))).body).toEqual({ tenantId: 'acme' });
  });

  it('makes the token vending machine injectable', async () => {
    app = await start('Express', { imports: [TenantAwsModule.forRoot()] });

    expect(app.get(TokenVendingMachine)).toBeInstanceOf(TokenVendingMachine);
    await app.get(TokenVendingMachine).vend(identityOf('acme'));
    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('reports all faults of its options when the application is created', async () => {
    const failure = start('Express', { imports: [TenantAwsModule.forRoot({ durationSeconds: 1, cache: { max: 0 } })] });

    await expect(failure).rejects.toBeInstanceOf(ConfigurationError);
    await expect(failure).rejects.toMatchObject({
      faults: expect.arrayContaining([expect.stringContaining('durationSeconds'), expect.stringContaining('cache.max')]),
    });
  });

  it('closes its token vending machine with the application', async () => {
    app = await start('Express', { imports: [TenantAwsModule.forRoot()] });
    const tvm = app.get(TokenVendingMachine);
    await app.close();

    await expect(tvm.vend(identityOf('acme'))).rejects.toMatchObject({ code: 'sts_unavailable' });
    expect(aws.calls).toEqual([]);
  });

  it('does not close a token vending machine that it was given', async () => {
    const tvm = TokenVendingMachine.fromEnvironment();
    app = await start('Express', { imports: [TenantAwsModule.forRoot({ tvm })] });
    await app.close();

    expect((await tvm.vend(identityOf('acme'))).accessKeyId).toMatch(/^ASIA/);
    await tvm.close();
  });

  it('does not close an STS client that it was given', async () => {
    const sts = new STSClient({});
    const destroy = vi.spyOn(sts, 'destroy');
    app = await start('Express', { imports: [TenantAwsModule.forRoot({ sts })] });
    await app.close();

    expect(destroy).not.toHaveBeenCalled();
    sts.destroy();
  });
});
