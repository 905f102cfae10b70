import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core/helpers/http-adapter-host.js';
import { type ProblemResponse, problemResponseOf, TenantAwsError } from '@tenant-aws/core';
import { replyWithProblem } from './problem-reply.ts';

/** Nest compares an exception with the classes of a filter by `instanceof`. The errors of the AWS SDK have no common class. */
abstract class AwsSdkError {
  static [Symbol.hasInstance](error: unknown): boolean {
    return responseOf(error) !== undefined;
  }
}

/**
 * Responds to errors of AWS SDK clients: denied calls (403), missing objects (404), failed conditions (409 and 412),
 * throttling (503). The response has the same format as those of {@link TenantAwsExceptionFilter}, and no text of AWS. Nest
 * handles other errors. Denied calls and throttling are logged. The module registers this filter with `awsErrors: true`;
 * gateways need it in `@UseFilters`.
 */
@Catch(AwsSdkError)
export class AwsErrorsFilter implements ExceptionFilter {
  readonly #host: HttpAdapterHost;

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#host = host;
  }

  catch(error: unknown, host: ArgumentsHost): unknown {
    const response = responseOf(error);
    return response && replyWithProblem(error, response, host, this.#host);
  }
}

function responseOf(error: unknown): ProblemResponse | undefined {
  return error instanceof TenantAwsError ? undefined : problemResponseOf(error, { awsErrors: true });
}
