import type { IncomingMessage } from 'node:http';
import { TokenInvalidError } from '@tenant-aws/core';

/** A WebSocket with GraphQL operations: the request that opened it, and the payload of the client's `connection_init`. */
export interface GraphqlConnection {
  readonly request: IncomingMessage;
  readonly connectionParams: unknown;
}

/** The context value of an operation, as `@nestjs/apollo` and `@nestjs/mercurius` create it. */
interface ContextValue {
  /** Apollo over graphql-ws: the context of graphql-ws. */
  readonly req?: { readonly connectionParams?: unknown; readonly extra?: { readonly request?: IncomingMessage } };
  /** Mercurius over a WebSocket: the request of Fastify, and the payload of `connection_init`. */
  readonly request?: { readonly raw: IncomingMessage };
  readonly _connectionInit?: unknown;
}

/** The WebSocket connection of an operation; `undefined` for an operation over HTTP. */
export function graphqlConnection(value: ContextValue | undefined): GraphqlConnection | undefined {
  const { req, request, _connectionInit: payload } = value ?? {};
  if (req?.extra?.request) return { request: req.extra.request, connectionParams: req.connectionParams };
  return request && value && '_connectionInit' in value ? { request: request.raw, connectionParams: payload } : undefined;
}

/**
 * The headers of the request that opened a connection, with `authorization` of `connectionParams` as one more header. An
 * identity source checks both in the same way: two different values are refused like two headers of one request.
 *
 * @throws {@link TokenInvalidError} `connectionParams` is not an object, or its `authorization` is not a string
 */
export function withAuthorization(headers: Readonly<NodeJS.Dict<string[]>>, connectionParams: unknown): Readonly<NodeJS.Dict<string[]>> {
  const values = [...(headers['authorization'] ?? []), ...authorizationOf(connectionParams)];
  return values.length === 0 ? headers : { ...headers, authorization: [...new Set(values)] };
}

function authorizationOf(params: unknown): string[] {
  if (params === undefined || params === null) return [];
  if (typeof params !== 'object' || Array.isArray(params)) throw new TokenInvalidError('`connectionParams` is not an object');
  return Object.entries(params).flatMap(([name, value]: [string, unknown]) => {
    if (name.toLowerCase() !== 'authorization') return [];
    if (typeof value !== 'string') throw new TokenInvalidError('`authorization` in `connectionParams` is not a string');
    return [value];
  });
}
