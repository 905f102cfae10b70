import type { LocalAws } from '@tenant-aws/local';
import type Koa from 'koa';
import type { Middleware } from 'koa';
import request from 'supertest';
import { onTestFinished } from 'vitest';
import { type TenantCredentialsMiddleware, type TenantCredentialsOptions, tenantCredentials } from '../src/index.ts';

interface Applications {
  /** An app whose errors are answered by Koa itself, and not printed. */
  readonly appOf: (...middleware: readonly Middleware[]) => Koa;
  /** `GET path`, with a token of this tenant or with none. */
  readonly send: (app: Koa, tenant?: string, path?: string) => Promise<request.Response>;
}

/** Apps on a version of Koa, whose users have their tokens of this AWS's issuer. */
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

/** The middleware under test, closed with the test. */
export function made(options?: TenantCredentialsOptions): TenantCredentialsMiddleware {
  const middleware = tenantCredentials(options);
  onTestFinished(() => middleware.close());
  return middleware;
}

export const answersTenant: Middleware = (ctx) => {
  ctx.body = { own: ctx.tenantAws?.tenantId ?? null };
};

/** The errors that an app is told of, as they come. */
export function heardBy(app: Koa): Error[] {
  const heard: Error[] = [];
  app.on('error', (error: Error) => heard.push(error));
  return heard;
}
