import { type ArgumentsHost, Logger } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { PROBLEM_JSON, type ProblemDetails, type ProblemResponse, REPLACED_HEADERS } from '@tenant-aws/core';
import { throwError } from 'rxjs';
import { kindOf } from './execution-request.ts';

/** The used part of a response of Express or Fastify. On Fastify only `raw`, Node's own response, knows whether a handler wrote headers directly. */
interface HttpResponse {
  readonly raw?: { readonly headersSent?: boolean };
  removeHeader(name: string): unknown;
}

const logger: Logger = new Logger('TenantAws');

/** Sends a problem to the client of an execution: over HTTP, as a GraphQL error, or to the sender of a message. Logs the error if the operator must see it. */
export function replyWithProblem(
  error: unknown,
  { problem, headers, isLogged }: ProblemResponse,
  host: ArgumentsHost,
  { httpAdapter }: HttpAdapterHost,
): unknown {
  if (isLogged) logger.error(error);
  const message = { status: 'error', code: problem.code, message: problem.title };
  switch (kindOf(host)) {
    case 'graphql':
      return graphqlError(problem);
    case 'rpc':
      return throwError(() => message);
    case 'ws':
      return emitException(host.switchToWs().getClient(), message);
    default:
      return respond(problem, headers, host.switchToHttp().getResponse(), httpAdapter);
  }
}

function respond(
  problem: ProblemDetails,
  headers: Readonly<Record<string, string>>,
  response: HttpResponse,
  httpAdapter: HttpAdapterHost['httpAdapter'],
): void {
  if (response.raw?.headersSent ?? httpAdapter.isHeadersSent(response)) return httpAdapter.end(response);
  for (const name of REPLACED_HEADERS) response.removeHeader(name);
  for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value);
  httpAdapter.setHeader(response, 'Content-Type', PROBLEM_JSON);
  httpAdapter.reply(response, JSON.stringify(problem), problem.status);
}

/** The GraphQL error for a client: it has no detail. */
export function graphqlError({ code, title, status }: ProblemDetails): Error {
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
