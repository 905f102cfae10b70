import type { LocalAws } from '@tenant-aws/local';
import type Koa from 'koa';
import type { Middleware } from 'koa';
import request from 'supertest';
import { onTestFinished } from 'vitest';
import { type TenantCredentialsMiddleware, type TenantCredentialsOptions, tenantCredentials } from '../src/index.ts';

interface Applications {
  /** An app that responds to errors with Koa's own handler and prints none. */
  readonly appOf: (...middleware: readonly Middleware[]) => Koa;
  /** `GET path`, with a token of this tenant or without one. */
  readonly send: (app: Koa, tenant?: string, path?: string) => Promise<request.Response>;
}

/** Makes apps on a version of Koa, and sends requests with tokens of this AWS's issuer. */
export function applicationsOn(Framework: typeof Koa, aws: LocalAws): Applications {
  return {
    appOf(...middleware) {
      const app = new Framework();
      app.silent = true;
      for (const each of middleware) app.use(each);
      return app;
    },
    async send(app, tenant, path = '/') {
      const sent = request(app.callback()).get(path);
      return tenant === undefined ? sent : sent.auth(await aws.issuer.token({ tenant }), { type: 'bearer' });
    },
  };
}

/** The middleware under test. It is closed when the test ends. */
export function createMiddleware(options?: TenantCredentialsOptions): TenantCredentialsMiddleware {
  const middleware = tenantCredentials(options);
  onTestFinished(() => middleware.close());
  return middleware;
}

/** Responds with the request's tenant. */
export const sendTenant: Middleware = (ctx) => {
  ctx.body = { own: ctx.tenantAws?.tenantId ?? null };
};

/** The errors that an app emits, in order. */
export function errorsOf(app: Koa): Error[] {
  const errors: Error[] = [];
  app.on('error', (error: Error) => errors.push(error));
  return errors;
}
