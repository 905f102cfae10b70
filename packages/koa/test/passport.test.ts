import { authenticatedUser, bearerToken, TenantJwtStrategy } from '@tenant-aws/core';
import type Koa from 'koa';
import { KoaPassport } from 'koa-passport';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { NOBODY_LISTENS } from '../../../test/support/loopback.ts';
import { problemDetails } from '../src/index.ts';
import { sendTenant, applicationsOn, createMiddleware } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

describe.each(frameworks)('koa-passport on %s', (_name, Framework) => {
  const { appOf, send } = applicationsOn(Framework, aws);

  const issuer = (jwksUri?: string) => ({ issuer: aws.issuer.url, audience: aws.issuer.audience, ...(jwksUri ? { jwksUri } : {}) });
  const appWith = (strategy: TenantJwtStrategy): Koa => {
    const passport = new KoaPassport();
    passport.use(strategy);
    return appOf(
      problemDetails(),
      passport.initialize(),
      passport.authenticate('jwt', { session: false }),
      createMiddleware({ identity: authenticatedUser() }),
      sendTenant,
    );
  };

  it('takes the tenant from the user that the strategy set', async () => {
    expect((await send(appWith(new TenantJwtStrategy(issuer())), 'acme')).body).toEqual({ own: 'acme' });
  });

  it('refuses a request that passport refuses, before any call to AWS', async () => {
    expect((await send(appWith(new TenantJwtStrategy(issuer())))).status).toBe(401);
    expect(aws.calls).toEqual([]);
  });

  it('responds with 503 and Retry-After, not 401, while the key server is unavailable', async () => {
    const response = await send(appWith(new TenantJwtStrategy(issuer(NOBODY_LISTENS))), 'acme');

    expect(response.status).toBe(503);
    expect(response.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  });

  it('works before passport, too', async () => {
    const passport = new KoaPassport();
    passport.use(new TenantJwtStrategy(issuer()));
    const app = appOf(
      createMiddleware({ identity: bearerToken(issuer()) }),
      passport.initialize(),
      passport.authenticate('jwt', { session: false }),
      (ctx) => {
        ctx.body = { own: ctx.tenantAws.tenantId, user: ctx.state.user.tenantId };
      },
    );

    expect((await send(app, 'acme')).body).toEqual({ own: 'acme', user: 'acme' });
  });
});
