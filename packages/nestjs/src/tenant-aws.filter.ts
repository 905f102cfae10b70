import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { PROBLEM_JSON, problemOf, TenantAwsError } from '@tenant-aws/core';
import { throwError } from 'rxjs';
import { kindOf } from './execution-request.ts';

/**
 * Answers a {@link TenantAwsError} with its own status and headers, which Nest's default filter drops, and with
 * `{ type, title, status, code }` (RFC 9457) as the body. The module registers it; name it on a gateway with `@UseFilters`.
 * GraphQL gets `extensions.code`, a message's caller `{ status: 'error', code, message }`. What is not the client's fault is logged.
 */
@Catch(TenantAwsError)
export class TenantAwsExceptionFilter implements ExceptionFilter<TenantAwsError> {
  readonly #host: HttpAdapterHost;
  readonly #logger = new Logger('TenantAws');

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#host = host;
  }

  catch(error: TenantAwsError, host: ArgumentsHost): unknown {
    if (!error.expose) this.#logger.error(error);
    const { code, title: message } = problemOf(error);
    switch (kindOf(host)) {
      case 'graphql':
        return graphqlError(error);
      case 'rpc':
        return throwError(() => ({ status: 'error', code, message }));
      case 'ws':
        return tell(host.switchToWs().getClient(), { status: 'error', code, message });
      default:
        return this.#answer(error, host.switchToHttp().getResponse());
    }
  }

  /** @param response Fastify's knows of what was written through it alone; Node's, which is its `raw`, of all. */
  #answer(error: TenantAwsError, response: { readonly raw?: { readonly headersSent?: boolean } }): void {
    const { httpAdapter } = this.#host;
    if (response.raw?.headersSent ?? httpAdapter.isHeadersSent(response)) return httpAdapter.end(response);
    for (const [name, value] of Object.entries(error.headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.setHeader(response, 'Content-Type', PROBLEM_JSON);
    httpAdapter.reply(response, JSON.stringify(problemOf(error)), error.status);
  }
}

/** What a client of GraphQL may read of an error. */
export function graphqlError(error: TenantAwsError): Error {
  const { code, title, status } = problemOf(error);
  return Object.assign(new Error(title), {
    extensions: { code, status },
    /** Mercurius' filter of a subscription iterates whatever it is given: it then throws this error, not a TypeError. */
    [Symbol.asyncIterator](): never {
      throw this;
    },
  });
}

/** A native socket is told apart by its numeric `readyState`: its `emit` would only speak to itself. */
function tell(client: { readyState?: unknown; send?(text: string): void; emit?(event: string, data: unknown): void }, data: object): void {
  if (typeof client.readyState === 'number') client.send?.(JSON.stringify({ event: 'exception', data }));
  else client.emit?.('exception', data);
}
