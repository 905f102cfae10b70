import type { INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { authenticatedUser, TenantJwtStrategy } from '@tenant-aws/core';
import { afterEach, describe, expect, it } from 'vitest';
import { TenantAwsModule } from '../src/index.ts';
import { notesAws, type Platform, start } from './application.ts';
import { actions, EverythingController, steps } from './interleaving/everything.controller.ts';
import { Everything } from './interleaving/everything.service.ts';

const aws = notesAws();

const everything = { controllers: [EverythingController], providers: [Everything] };

function bearer(platform: Platform): Promise<INestApplication> {
  return start(platform, { ...everything, imports: [TenantAwsModule.forRoot({ guard: true })] });
}

function passport(platform: Platform): Promise<INestApplication> {
  const options = { issuer: aws().issuer.url, audience: aws().issuer.audience };
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

const tenants = Array.from({ length: 50 }, (_, index) => `tenant-${index}`);

/** 50 connections of 10 requests each, every one of another tenant than the one before it. */
const lanes = tenants.map((_, lane) =>
  Array.from({ length: 10 }, (_, turn) => ({
    tenant: tenants[(lane + turn * 7) % 50] ?? '',
    action: actions[(lane * 10 + turn) % actions.length] ?? '',
  })),
);

describe.each([
  ['Express', 'bearer tokens', bearer],
  ['Fastify', "AuthGuard('jwt')", passport],
] as const)('on %s, with %s', (platform, _who, startApplication) => {
  let app: INestApplication | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  it('signs every call of 500 interleaved requests of 50 tenants with the key of its own tenant', { timeout: 180_000 }, async () => {
    app = await startApplication(platform);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const tokens = new Map(await Promise.all(tenants.map(async (tenant) => [tenant, await aws().issuer.token({ tenant })] as const)));

    const wrong: object[] = [];
    await Promise.all(
      lanes.map(async (lane) => {
        for (const { tenant, action } of lane) {
          const path = steps.some((step) => step === action) ? `do/${action}/${tenant}` : `${action}/${tenant}`;
          const response = await fetch(`${url}/${path}`, { headers: { authorization: `Bearer ${tokens.get(tenant)}` } });
          const text = await response.text();
          if (response.status !== 200 || text !== tenant) wrong.push({ tenant, action, status: response.status, text });
        }
      }),
    );

    expect(wrong).toEqual([]);
    const calls = aws().calls.filter(({ service }) => service !== 'sts');
    expect(calls.filter(({ decision }) => decision !== 'allowed')).toEqual([]);
    expect(calls.length).toBeGreaterThan(1_300);
    // Every call names data of the tenant that it was made for: had another key signed it, it would have been denied.
    expect(new Set(calls.map(({ tenantSession }) => tenantSession))).toEqual(new Set(tenants));
    expect(aws().calls.filter(({ operation }) => operation === 'AssumeRole')).toHaveLength(50);
  });

  it('signs the parts of uploads of several tenants each with its own key', { timeout: 60_000 }, async () => {
    app = await startApplication(platform);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();

    const answers = await Promise.all(
      tenants.slice(0, 4).map(async (tenant) => {
        const headers = { authorization: `Bearer ${await aws().issuer.token({ tenant })}` };
        return (await fetch(`${url}/multipart/${tenant}`, { headers })).text();
      }),
    );

    expect(answers).toEqual(tenants.slice(0, 4));
    const parts = aws().calls.filter(({ operation }) => operation === 'UploadPart');
    expect([parts.length, parts.filter(({ decision }) => decision !== 'allowed')]).toEqual([8, []]);
  });
});
