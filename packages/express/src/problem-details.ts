import { PROBLEM_JSON, problemOf, TenantAwsError } from '@tenant-aws/core';
import type { ErrorRequestHandler, NextFunction, Request, Response } from 'express';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Error middleware, mounted last: answers a {@link TenantAwsError} as RFC 9457 writes it, `{ type, title, status, code }`.
 * Every other error goes on to the next error handler.
 *
 * @example
 * app.use(problemDetails());
 */
export function problemDetails(): ErrorRequestHandler {
  refuseMissingCall(arguments[0], 'problemDetails()');

  return function problemDetails(error: unknown, _req: Request, res: Response, next: NextFunction): void {
    if (!(error instanceof TenantAwsError) || res.headersSent) return next(error);
    res.status(error.status).set(error.headers).type(PROBLEM_JSON).json(problemOf(error));
  };
}
