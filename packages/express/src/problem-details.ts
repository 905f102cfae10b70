import { PROBLEM_JSON, problemOf, TenantAwsError } from '@tenant-aws/core';
import type { ErrorRequestHandler, NextFunction, Request, Response } from 'express';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Error middleware, mounted last: responds to a {@link TenantAwsError} in the format of RFC 9457, `{ type, title, status, code }`, and passes
 * on other errors. It also prints errors with a status of 500 or more, unless the app's `env` is `test`, as in Express' own handler.
 *
 * @example
 * app.use(problemDetails());
 */
export function problemDetails(): ErrorRequestHandler {
  refuseMissingCall(arguments[0], 'problemDetails()');

  return function problemDetails(error: unknown, req: Request, res: Response, next: NextFunction): void {
    if (!(error instanceof TenantAwsError) || res.headersSent) return next(error);
    // oxlint-disable-next-line no-console -- as Express' own error handler
    if (!error.expose && req.app.get('env') !== 'test') console.error(error);
    res.status(error.status).set(error.headers).type(PROBLEM_JSON).json(problemOf(error));
  };
}
