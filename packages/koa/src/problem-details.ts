import { PROBLEM_JSON, problemOf, TenantAwsError } from '@tenant-aws/core';
import type { Middleware } from 'koa';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Middleware, mounted first: answers a {@link TenantAwsError} as RFC 9457 writes it, `{ type, title, status, code }`.
 * Every other error goes on to Koa's own error path. What is answered is still emitted to `app.on('error')` where its status is 500 or more.
 *
 * @example
 * app.use(problemDetails());
 */
export function problemDetails(): Middleware {
  refuseMissingCall(arguments[0], 'problemDetails()');

  return async function problemDetails(ctx, next) {
    try {
      await next();
    } catch (error) {
      if (!(error instanceof TenantAwsError) || ctx.headerSent) throw error;
      ctx.status = error.status;
      ctx.set({ ...error.headers });
      ctx.type = PROBLEM_JSON;
      ctx.body = JSON.stringify(problemOf(error));
      if (!error.expose) ctx.app.emit('error', error, ctx);
    }
  };
}
