import { PROBLEM_JSON, problemOf, TenantAwsError } from '@tenant-aws/core';
import type { ErrorRequestHandler, NextFunction, Request, Response } from 'express';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Error middleware, mounted last: answers a {@link TenantAwsError} as RFC 9457 writes it, `{ type, title, status, code }`.
 * What is not the client's fault is printed to stderr, as Express' own handler does: never where the app's `env` is `test`.
 * Every other error goes on to the next error handler.
 *
 * @example
 * app.use(problemDetails());
 */
export function problemDetails(): ErrorRequestHandler {
  refuseMissingCall(arguments[0], 'problemDetails()');

  return function problemDetails(error: unknown, req: Request, res: Response, next: NextFunction): void {
    if (!(error instanceof TenantAwsError) || res.headersSent) return next(error);
    // oxlint-disable-next-line no-console -- Express' own log of errors
    if (!error.expose && req.app.get('env') !== 'test') console.error(error);
    res.status(error.status).set(error.headers).type(PROBLEM_JSON).json(problemOf(error));
  };
}
