import { authenticatedUser, bearerToken, TenantJwtStrategy } from '@tenant-aws/core';
import type Koa from 'koa';
import { KoaPassport } from 'koa-passport';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { NOBODY_LISTENS } from '../../../test/support/loopback.ts';
import { problemDetails } from '../src/index.ts';
import { answersTenant, applicationsOn, made } from './application.ts';
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
      made({ identity: authenticatedUser() }),
      answersTenant,
    );
  };

  it('takes the tenant from the user that the strategy left', async () => {
    expect((await send(appWith(new TenantJwtStrategy(issuer())), 'acme')).body).toEqual({ own: 'acme' });
  });

  it('refuses what passport refuses, before any call to AWS', async () => {
    expect((await send(appWith(new TenantJwtStrategy(issuer())))).status).toBe(401);
    expect(aws.calls).toEqual([]);
  });

  it('answers 503 and Retry-After while the key server is out, never 401', async () => {
    const response = await send(appWith(new TenantJwtStrategy(issuer(NOBODY_LISTENS))), 'acme');

    expect(response.status).toBe(503);
    expect(response.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  });

  it('works in front of passport, too', async () => {
    const passport = new KoaPassport();
    passport.use(new TenantJwtStrategy(issuer()));
    const app = appOf(
      made({ identity: bearerToken(issuer()) }),
      passport.initialize(),
      passport.authenticate('jwt', { session: false }),
      (ctx) => {
        ctx.body = { own: ctx.tenantAws.tenantId, user: ctx.state.user.tenantId };
      },
    );

    expect((await send(app, 'acme')).body).toEqual({ own: 'acme', user: 'acme' });
  });
});
