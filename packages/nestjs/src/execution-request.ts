import type { IncomingMessage } from 'node:http';
import type { ArgumentsHost, ExecutionContext } from '@nestjs/common';
import { httpIdentityRequest, type IdentityRequest } from '@tenant-aws/core';
import { type GraphqlConnection, graphqlConnection, withAuthorization } from './graphql-connection.ts';

/** What the frameworks under Nest call a request: Express' own, Fastify's around Node's, or the upgrade request of a socket. */
type HttpRequest = IncomingMessage & { readonly raw?: IncomingMessage; readonly user?: unknown; tenantAws?: unknown };

/** The kind of an execution: those of Nest and the one of `@nestjs/graphql`. */
export function kindOf(host: ArgumentsHost): 'http' | 'graphql' | 'ws' | 'rpc' {
  return host.getType();
}

/**
 * What an identity source sees of an execution: of HTTP, of GraphQL over it, and of a socket that kept it, the HTTP request.
 * Of GraphQL over a WebSocket, the request that opened it, with the token of `connectionParams`.
 * Of a transport's message only `raw`: no header is common to all transports.
 */
export function identityRequestOf(context: ExecutionContext): IdentityRequest {
  const request = httpRequestOf(context);
  const node = nodeRequestOf(context);
  const connection = connectionOf(context);
  const raw = messageOf(context) ?? connection ?? request;
  if (node === undefined) return { headersDistinct: {}, remoteAddress: undefined, raw };
  const identityRequest = { ...httpIdentityRequest(node, request?.user), raw };
  if (connection === undefined) return identityRequest;
  return { ...identityRequest, headersDistinct: withAuthorization(identityRequest.headersDistinct, connection.connectionParams) };
}

/** `{ data, context }` of a transport's message, `{ data, client }` of a socket's. */
function messageOf(context: ExecutionContext): object | undefined {
  switch (kindOf(context)) {
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
  switch (kindOf(context)) {
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

/** Node's own request behind an execution; of a connection, the request that opened it. */
export function nodeRequestOf(context: ExecutionContext): IncomingMessage | undefined {
  const request = httpRequestOf(context);
  return connectionOf(context)?.request ?? request?.raw ?? request;
}

function connectionOf(context: ExecutionContext): GraphqlConnection | undefined {
  return kindOf(context) === 'graphql' ? graphqlConnection(context.getArgByIndex(2)) : undefined;
}

/**
 * Mercurius' context has `reply.request`, which is asked first: where an application's `context` is one object, its `req` is
 * the request that came last. Apollo's has `req`, which over graphql-ws is that library's own context.
 */
function graphqlRequest(
  graphql: { req?: HttpRequest; request?: HttpRequest; reply?: { request?: HttpRequest } } | undefined,
): HttpRequest | undefined {
  return graphql?.reply?.request ?? graphql?.req ?? graphql?.request;
}

/**
 * The object that a guard and an interceptor of the *same* execution both hold: the request of HTTP, whose argument lists
 * are made anew for each; elsewhere the argument list itself, for one request or socket may have many executions at once.
 */
export function executionKey(context: ExecutionContext): object {
  return kindOf(context) === 'http' ? context.switchToHttp().getRequest<object>() : context.getArgs();
}
