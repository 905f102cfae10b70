import type { IncomingMessage } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { httpIdentityRequest, type IdentityRequest } from '@tenant-aws/core';

/** What the frameworks under Nest call a request: Express' own, Fastify's around Node's, or the upgrade request of a socket. */
type HttpRequest = IncomingMessage & { readonly raw?: IncomingMessage; readonly user?: unknown; tenantAws?: unknown };

/**
 * What an identity source sees of an execution: of HTTP, of GraphQL over it, and of a socket that kept it, the HTTP request.
 * Of a transport's message only `raw`: no header is common to all transports.
 */
export function identityRequestOf(context: ExecutionContext): IdentityRequest {
  const request = httpRequestOf(context);
  const raw = messageOf(context) ?? request;
  if (request === undefined) return { headersDistinct: {}, remoteAddress: undefined, raw };
  return { ...httpIdentityRequest(request.raw ?? request, request.user), raw };
}

/** `{ data, context }` of a transport's message, `{ data, client }` of a socket's. */
function messageOf(context: ExecutionContext): object | undefined {
  switch (context.getType()) {
    case 'rpc':
      return { data: context.switchToRpc().getData<unknown>(), context: context.switchToRpc().getContext<unknown>() };
    case 'ws':
      return { data: context.switchToWs().getData<unknown>(), client: context.switchToWs().getClient<unknown>() };
    default:
      return undefined;
  }
}

/** The HTTP request behind an execution; `undefined` for messages, and for a socket that kept none. */
export function httpRequestOf(context: ExecutionContext): HttpRequest | undefined {
  switch (context.getType<'http' | 'ws' | 'rpc' | 'graphql'>()) {
    case 'http':
      return context.switchToHttp().getRequest();
    case 'graphql':
      return graphqlRequest(context.getArgByIndex(2));
    case 'ws':
      return context.switchToWs().getClient<{ request?: HttpRequest }>().request;
    default:
      return undefined;
  }
}

/** Node's own request behind an execution. */
export function nodeRequestOf(context: ExecutionContext): IncomingMessage | undefined {
  const request = httpRequestOf(context);
  return request?.raw ?? request;
}

/** Apollo's context has `req`, Mercurius' `reply.request`. */
function graphqlRequest(
  graphql: { req?: HttpRequest; request?: HttpRequest; reply?: { request?: HttpRequest } } | undefined,
): HttpRequest | undefined {
  return graphql?.req ?? graphql?.request ?? graphql?.reply?.request;
}

/**
 * The object that a guard and an interceptor of the *same* execution both hold: the request of HTTP, whose argument lists
 * are made anew for each; elsewhere the argument list itself, for one request or socket may have many executions at once.
 */
export function executionKey(context: ExecutionContext): object {
  return context.getType() === 'http' ? context.switchToHttp().getRequest<object>() : context.getArgs();
}
