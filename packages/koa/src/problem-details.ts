import { PROBLEM_JSON, problemOf, TenantAwsError } from '@tenant-aws/core';
import type { Middleware } from 'koa';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Middleware, mounted first: responds to a {@link TenantAwsError} in the format of RFC 9457, `{ type, title, status, code }`, and passes
 * on other errors. It also emits errors with a status of 500 or more to `app.on('error')`.
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
