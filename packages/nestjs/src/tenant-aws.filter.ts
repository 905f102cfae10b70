import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core/helpers/http-adapter-host.js';
import { PROBLEM_JSON, problemOf, TenantAwsError } from '@tenant-aws/core';
import { throwError } from 'rxjs';
import { kindOf } from './execution-request.ts';

/**
 * Sends a {@link TenantAwsError} with its own status and headers, which Nest's default filter drops, and with the body
 * `{ type, title, status, code }` (RFC 9457). The module registers this filter; gateways need it in `@UseFilters`.
 * GraphQL receives `extensions.code`; the sender of a message receives `{ status: 'error', code, message }`.
 * Errors with a status of 500 or more are logged.
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
        return emitException(host.switchToWs().getClient(), { status: 'error', code, message });
      default:
        return this.#respond(error, host.switchToHttp().getResponse());
    }
  }

  /** @param response on Fastify only `raw`, Node's own response, knows whether a handler wrote headers directly */
  #respond(error: TenantAwsError, response: { readonly raw?: { readonly headersSent?: boolean } }): void {
    const { httpAdapter } = this.#host;
    if (response.raw?.headersSent ?? httpAdapter.isHeadersSent(response)) return httpAdapter.end(response);
    for (const [name, value] of Object.entries(error.headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.setHeader(response, 'Content-Type', PROBLEM_JSON);
    httpAdapter.reply(response, JSON.stringify(problemOf(error)), error.status);
  }
}

/** The GraphQL error for a client: it has no detail. */
export function graphqlError(error: TenantAwsError): Error {
  const { code, title, status } = problemOf(error);
  return Object.assign(new Error(title), {
    extensions: { code, status },
    /** The subscription filter of Mercurius iterates over the error: this makes it throw the error itself instead of a TypeError. */
    [Symbol.asyncIterator](): never {
      throw this;
    },
  });
}

/** A native WebSocket has a numeric `readyState`. Its `emit` would only call its own listeners, so it needs `send`. */
function emitException(
  client: { readyState?: unknown; send?(text: string): void; emit?(event: string, data: unknown): void },
  data: object,
): void {
  if (typeof client.readyState === 'number') client.send?.(JSON.stringify({ event: 'exception', data }));
  else client.emit?.('exception', data);
}
