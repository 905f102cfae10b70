import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core/helpers/http-adapter-host.js';
import { problemResponseOf, TenantAwsError } from '@tenant-aws/core';
import { replyWithProblem } from './problem-reply.ts';

/**
 * Sends a {@link TenantAwsError} with its own status and headers, which Nest's default filter drops, and with the body
 * `{ type, title, status, code }` (RFC 9457). The module registers this filter; gateways need it in `@UseFilters`.
 * GraphQL receives `extensions.code`; the sender of a message receives `{ status: 'error', code, message }`.
 * Errors with a status of 500 or more are logged.
 */
@Catch(TenantAwsError)
export class TenantAwsExceptionFilter implements ExceptionFilter<TenantAwsError> {
  readonly #host: HttpAdapterHost;

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#host = host;
  }

  catch(error: TenantAwsError, host: ArgumentsHost): unknown {
    const response = problemResponseOf(error, { awsErrors: false });
    return response && replyWithProblem(error, response, host, this.#host);
  }
}
