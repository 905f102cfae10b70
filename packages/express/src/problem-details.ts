import {
  explainMissingTenant,
  PROBLEM_JSON,
  type ProblemDetailsOptions,
  problemResponseOf,
  REPLACED_HEADERS,
  readProblemDetailsOptions,
} from '@tenant-aws/core';
import type { ErrorRequestHandler, NextFunction, Request, Response } from 'express';
import { refuseMissingCall } from './missing-call.ts';

/**
 * Error middleware, mounted last: responds to a {@link TenantAwsError} in the format of RFC 9457, `{ type, title, status, code }`, and passes
 * on other errors. With `awsErrors` it also responds to errors of AWS SDK clients, without any text of AWS. The TypeError of a handler
 * that used an absent `req.tenantAws` becomes a {@link NoTenantError}. It prints errors with a status of 500 or more, and calls that
 * AWS denied, unless the app's `env` is `test`, as in Express' own handler.
 *
 * @throws {@link ConfigurationError} an option is unknown or wrong
 * @example
 * app.use(problemDetails({ awsErrors: true }));
 */
export function problemDetails(options: ProblemDetailsOptions = {}): ErrorRequestHandler {
  refuseMissingCall(options, 'problemDetails()');
  const settings = readProblemDetailsOptions(options);

  return function problemDetails(thrown: unknown, req: Request, res: Response, next: NextFunction): void {
    const error = explainMissingTenant(thrown, { name: 'req.tenantAws', value: req.tenantAws, request: req });
    const response = res.headersSent ? undefined : problemResponseOf(error, settings);
    if (response === undefined) return next(error);
    // oxlint-disable-next-line no-console -- as Express' own error handler
    if (response.isLogged && req.app.get('env') !== 'test') console.error(error);
    for (const name of REPLACED_HEADERS) res.removeHeader(name);
    res.status(response.problem.status).set(response.headers).type(PROBLEM_JSON).json(response.problem);
  };
}
