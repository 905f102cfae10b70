import type { IncomingMessage } from 'node:http';
import type { ArgumentsHost, ExecutionContext } from '@nestjs/common';
import { httpIdentityRequest, type IdentityRequest } from '@tenant-aws/core';
import { type GraphqlConnection, graphqlConnection, withAuthorization } from './graphql-connection.ts';

/** A request of Express, a request of Fastify with Node's own as `raw`, or the upgrade request of a socket. */
export type HttpRequest = IncomingMessage & { readonly raw?: IncomingMessage; readonly user?: unknown; tenantAws?: unknown };

/** The kind of an execution. `graphql` is of `@nestjs/graphql`, the others are Nest's. */
export function kindOf(host: ArgumentsHost): 'http' | 'graphql' | 'ws' | 'rpc' {
  return host.getType();
}

/**
 * The identity request of an execution. HTTP, GraphQL over HTTP, and a socket that kept its upgrade request: the HTTP request.
 * GraphQL over a WebSocket: the request that opened the connection, with the token of `connectionParams`.
 * A message of a microservice: only `raw`, because no header is common to all transports.
 */
export function identityRequestOf(context: ExecutionContext): IdentityRequest {
  const request = httpRequestOf(context);
  const node = nodeRequestOf(context);
  const connection = connectionOf(context);
  const raw = messageOf(context) ?? connection ?? request;
  if (node === undefined) return { headersDistinct: {}, remoteAddress: undefined, raw };
  const identityRequest = httpIdentityRequest(node, request?.user, raw);
  if (connection === undefined) return identityRequest;
  return { ...identityRequest, headersDistinct: withAuthorization(identityRequest.headersDistinct, connection.connectionParams) };
}

/** `{ data, context }` for a message of a microservice, `{ data, client }` for a message of a socket. */
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

/** The HTTP request of an execution; `undefined` for messages, and for a socket that did not keep its upgrade request. */
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

/** Node's own request of an execution. For a GraphQL connection it is the request that opened the connection. */
export function nodeRequestOf(context: ExecutionContext): IncomingMessage | undefined {
  const request = httpRequestOf(context);
  return connectionOf(context)?.request ?? request?.raw ?? request;
}

function connectionOf(context: ExecutionContext): GraphqlConnection | undefined {
  return kindOf(context) === 'graphql' ? graphqlConnection(context.getArgByIndex(2)) : undefined;
}

/**
 * The request in a GraphQL context value. Mercurius sets `reply.request`. It is read first: if an application uses one object
 * as every `context`, its `req` is the latest request. Apollo sets `req`, which over graphql-ws is the context of graphql-ws.
 */
function graphqlRequest(
  graphql: { req?: HttpRequest; request?: HttpRequest; reply?: { request?: HttpRequest } } | undefined,
): HttpRequest | undefined {
  return graphql?.reply?.request ?? graphql?.req ?? graphql?.request;
}
