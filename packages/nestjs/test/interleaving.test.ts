import type { INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { authenticatedUser, TenantJwtStrategy } from '@tenant-aws/core';
import { afterEach, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { expectOwnKeys } from '../../../test/interleaving/requests.ts';
import { KEEP_ALIVE_MS } from '../../../test/support/loopback.ts';
import { TenantAwsModule } from '../src/index.ts';
import { type Platform, start } from './application.ts';
import { actions, Everything, EverythingController } from './everything.controller.ts';

const aws = notesAws();

const everything = { controllers: [EverythingController], providers: [Everything] };

function bearer(platform: Platform): Promise<INestApplication> {
  return start(platform, { ...everything, imports: [TenantAwsModule.forRoot({ guard: true })] });
}

function passport(platform: Platform): Promise<INestApplication> {
  const options = { issuer: aws.issuer.url, audience: aws.issuer.audience };
  class JwtStrategy extends PassportStrategy(TenantJwtStrategy) {
    constructor() {
      super(options);
    }
  }
  return start(platform, {
    controllers: everything.controllers,
    providers: [...everything.providers, JwtStrategy, { provide: APP_GUARD, useClass: AuthGuard('jwt') }],
    imports: [PassportModule, TenantAwsModule.forRoot({ identity: authenticatedUser(), guard: true })],
  });
}

describe.each([
  ['Express', 'bearer tokens', bearer],
  ['Fastify', "AuthGuard('jwt')", passport],
] as const)('on %s, with %s', (platform, _identity, startApplication) => {
  let app: INestApplication | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  it('signs every call of 500 interleaved requests of 50 tenants with the key of its own tenant', { timeout: 180_000 }, async () => {
    app = await startApplication(platform);
    app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
    await app.listen(0, '127.0.0.1');

    await expectOwnKeys(aws, await app.getUrl(), actions);
  });

  it('signs each part of concurrent uploads with the key of its own tenant', { timeout: 60_000 }, async () => {
    app = await startApplication(platform);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();

    const tenants = ['tenant-0', 'tenant-1', 'tenant-2', 'tenant-3'];
    const responses = await Promise.all(
      tenants.map(async (tenant) => {
        const headers = { authorization: `Bearer ${await aws.issuer.token({ tenant })}` };
        return (await fetch(`${url}/multipart/${tenant}`, { headers })).text();
      }),
    );

    expect(responses).toEqual(tenants);
    const parts = aws.calls.filter(({ operation }) => operation === 'UploadPart');
    expect([parts.length, parts.filter(({ decision }) => decision !== 'allowed')]).toEqual([8, []]);
  });
});
