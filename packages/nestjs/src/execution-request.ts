import type { IncomingMessage } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import type { IdentityRequest } from '@tenant-aws/core';

/** What the frameworks under Nest call a request: Express' own, Fastify's around Node's, or the upgrade request of a socket. */
interface HttpRequest {
  readonly raw?: IncomingMessage;
  readonly headersDistinct?: NodeJS.Dict<string[]>;
  readonly socket?: { readonly remoteAddress?: string | undefined };
  readonly user?: unknown;
}

/**
 * What an identity source sees of an execution: of HTTP, GraphQL over HTTP, and a socket its HTTP request; of a message
 * nothing but `raw`, `{ data, context }`, for a transport has no header that all agree on.
 */
export function identityRequestOf(context: ExecutionContext): IdentityRequest {
  if (context.getType() === 'rpc') {
    const rpc = context.switchToRpc();
    return { headersDistinct: {}, remoteAddress: undefined, raw: { data: rpc.getData<unknown>(), context: rpc.getContext<unknown>() } };
  }
  const request = httpRequestOf(context);
  const node = request?.raw ?? request;
  return { headersDistinct: node?.headersDistinct ?? {}, remoteAddress: node?.socket?.remoteAddress, user: request?.user, raw: request };
}

/** The HTTP request behind an execution; `undefined` for messages, and for a socket that kept none. */
export function httpRequestOf(context: ExecutionContext): (HttpRequest & { tenantAws?: unknown }) | undefined {
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
