import { Controller, Get, type INestApplication, Injectable, Req, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { authenticatedUser, type BearerTokenOptions, type Claims, type TenantAws, TenantJwtStrategy } from '@tenant-aws/core';
import { afterEach, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { startOwnIssuer } from '../../../test/support/own-issuer.ts';
import { CurrentTenant, TenantAwsModule, TenantGuard, type TenantIdentity } from '../src/index.ts';
import { get, platforms, start } from './application.ts';

const aws = notesAws();
const tokenOf = (tenant: string, claims = {}) => aws.issuer.token({ tenant, claims });
const issuer = (): BearerTokenOptions => ({ issuer: aws.issuer.url, audience: aws.issuer.audience });

/** As documented by `@nestjs/passport`: its mixin calls `validate`, which TenantJwtStrategy has. */
function strategyFor(options: BearerTokenOptions) {
  @Injectable()
  class JwtStrategy extends PassportStrategy(TenantJwtStrategy) {
    constructor() {
      super(options);
    }
  }
  return JwtStrategy;
}

interface Request {
  readonly user?: { readonly tenantId?: string; readonly role?: string };
  readonly tenantAws?: TenantAws;
}

@Controller()
@UseGuards(AuthGuard('jwt'), TenantGuard)
class Pages {
  @Get('me')
  me(@CurrentTenant() { tenantId, source, subject }: TenantIdentity, @Req() { user, tenantAws }: Request) {
    return { tenantId, source, subject, user: user?.tenantId, role: user?.role, request: tenantAws?.tenantId };
  }
}

@Controller()
class UndecoratedPages {
  @Get('me')
  me(@CurrentTenant() { tenantId, source }: TenantIdentity) {
    return { tenantId, source };
  }
}

describe.each(platforms)("after AuthGuard('jwt') on %s", (platform) => {
  let app: INestApplication | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  it('reads the tenant from the user that the strategy sets on the request', async () => {
    app = await start(platform, {
      imports: [PassportModule, TenantAwsModule.forRoot({ identity: authenticatedUser() })],
      controllers: [Pages],
      providers: [strategyFor(issuer())],
    });

    const { status, body } = await get(app, '/me', await tokenOf('acme', { sub: 'ann' }));

    expect([status, body]).toEqual([200, { tenantId: 'acme', source: 'user', subject: 'ann', user: 'acme', request: 'acme' }]);
    expect((await get(app, '/me')).status).toBe(401);
    expect((await get(app, '/me', 'no-token')).status).toBe(401);
  });

  it("reads the tenant from the user that the application's own `validate` returns", async () => {
    @Injectable()
    class JwtStrategy extends PassportStrategy(TenantJwtStrategy) {
      constructor() {
        super(issuer());
      }

      override async validate(claims: Claims): Promise<TenantIdentity & { role: string }> {
        return { ...(await super.validate(claims)), role: 'admin' };
      }
    }
    app = await start(platform, {
      imports: [PassportModule, TenantAwsModule.forRoot({ identity: authenticatedUser() })],
      controllers: [Pages],
      providers: [JwtStrategy],
    });

    expect((await get(app, '/me', await tokenOf('acme'))).body).toMatchObject({ tenantId: 'acme', role: 'admin', source: 'user' });
  });

  it('runs after a global AuthGuard of the root module', async () => {
    app = await start(platform, {
      imports: [TenantAwsModule.forRoot({ identity: authenticatedUser(), guard: true }), PassportModule],
      controllers: [UndecoratedPages],
      providers: [strategyFor(issuer()), { provide: APP_GUARD, useClass: AuthGuard('jwt') }],
    });

    expect((await get(app, '/me', await tokenOf('acme'))).body).toEqual({ tenantId: 'acme', source: 'user' });
    expect((await get(app, '/me')).status).toBe(401);
  });

  it('ignores the user if the identity source is a bearer token', async () => {
    const other = await startOwnIssuer();
    const { issuer: name, audience, jwksUri } = other;
    app = await start(platform, {
      imports: [PassportModule, TenantAwsModule.forRoot()],
      controllers: [Pages],
      providers: [strategyFor({ issuer: name, audience, jwksUri })],
    });

    const response = await get(app, '/me', await other.sign({ 'custom:tenant_id': 'acme' }));
    await other.close();

    expect([response.status, response.body.code]).toEqual([401, 'token_invalid']);
  });

  it('responds with 503 and Retry-After, not with 401, while the key server is unavailable', async () => {
    const closed = await startOwnIssuer();
    const token = await closed.sign({ 'custom:tenant_id': 'acme' });
    await closed.close();
    const { issuer: name, audience, jwksUri } = closed;
    const options = { issuer: name, audience, jwksUri };
    app = await start(platform, {
      imports: [PassportModule, TenantAwsModule.forRoot({ identity: authenticatedUser() })],
      controllers: [Pages],
      providers: [strategyFor(options)],
    });

    const { status, headers, body } = await get(app, '/me', token);

    expect([status, headers['retry-after'], body.code]).toEqual([503, '1', 'keys_unavailable']);
    expect(headers['content-type']).toMatch('application/problem+json');
  });

  it('responds with 403 to a token without a tenant, through AuthGuard', async () => {
    app = await start(platform, {
      imports: [PassportModule, TenantAwsModule.forRoot({ identity: authenticatedUser() })],
      controllers: [Pages],
      providers: [strategyFor(issuer())],
    });

    const { status, body } = await get(app, '/me', await tokenOf('acme', { 'custom:tenant_id': null }));

    expect([status, body.code]).toEqual([403, 'tenant_missing']);
  });
});
