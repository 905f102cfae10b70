import {
  explainMissingTenant,
  PROBLEM_JSON,
  type ProblemDetailsOptions,
  problemResponseOf,
  REPLACED_HEADERS,
  readProblemDetailsOptions,
} from '@tenant-aws/core';
import type { Middleware } from 'koa';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Middleware, mounted first: responds to a {@link TenantAwsError} in the format of RFC 9457, `{ type, title, status, code }`, and passes
 * on other errors. With `awsErrors` it also responds to errors of AWS SDK clients, without any text of AWS. The TypeError of a handler
 * that used an absent `ctx.tenantAws` becomes a {@link NoTenantError}. It emits errors with a status of 500 or more, and calls that
 * AWS denied, to `app.on('error')`.
 *
 * @throws {@link ConfigurationError} an option is unknown or wrong
 * @example
 * app.use(problemDetails({ awsErrors: true }));
 */
export function problemDetails(options: ProblemDetailsOptions = {}): Middleware {
  refuseMissingCall(options, 'problemDetails()');
  const settings = readProblemDetailsOptions(options);

  return async function problemDetails(ctx, next) {
    try {
      await next();
    } catch (thrown) {
      const error = explainMissingTenant(thrown, { name: 'ctx.tenantAws', value: ctx.tenantAws, request: ctx.req });
      const response = ctx.headerSent ? undefined : problemResponseOf(error, settings);
      if (response === undefined) throw error;
      for (const name of REPLACED_HEADERS) ctx.remove(name);
      ctx.status = response.problem.status;
      ctx.set({ ...response.headers });
      ctx.type = PROBLEM_JSON;
      ctx.body = JSON.stringify(response.problem);
      if (response.isLogged) ctx.app.emit('error', error, ctx);
    }
  };
}
