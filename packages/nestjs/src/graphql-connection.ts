import type { IncomingMessage } from 'node:http';
import { TokenInvalidError } from '@tenant-aws/core';

/** A WebSocket that carries operations of GraphQL: the request that opened it, and what its client sent in `connection_init`. */
export interface GraphqlConnection {
  readonly request: IncomingMessage;
  readonly connectionParams: unknown;
}

/** The context value of an operation, as `@nestjs/apollo` and `@nestjs/mercurius` make it. */
interface ContextValue {
  /** Of Apollo over graphql-ws: that library's own context. */
  readonly req?: { readonly connectionParams?: unknown; readonly extra?: { readonly request?: IncomingMessage } };
  /** Of Mercurius over a WebSocket: Fastify's request, and the payload of `connection_init`. */
  readonly request?: { readonly raw: IncomingMessage };
  readonly _connectionInit?: unknown;
}

/** The connection that an operation came over; `undefined` for one of HTTP. */
export function graphqlConnection(value: ContextValue | undefined): GraphqlConnection | undefined {
  const { req, request, _connectionInit: payload } = value ?? {};
  if (req?.extra?.request) return { request: req.extra.request, connectionParams: req.connectionParams };
  return request && value && '_connectionInit' in value ? { request: request.raw, connectionParams: payload } : undefined;
}

/**
 * Headers of the request that opened a connection, with the `Authorization` of its `connectionParams` as one more header. An
 * identity source judges both alike: two that differ are refused as two headers of one request are.
 *
 * @throws {@link TokenInvalidError} the parameters are not an object, or `authorization` in them is not a string
 */
export function withAuthorization(headers: Readonly<NodeJS.Dict<string[]>>, connectionParams: unknown): Readonly<NodeJS.Dict<string[]>> {
  const given = [...(headers['authorization'] ?? []), ...authorizationOf(connectionParams)];
  return given.length === 0 ? headers : { ...headers, authorization: [...new Set(given)] };
}

function authorizationOf(params: unknown): string[] {
  if (params === undefined || params === null) return [];
  if (typeof params !== 'object' || Array.isArray(params)) throw new TokenInvalidError('the connection parameters are not an object');
  return Object.entries(params).flatMap(([name, value]: [string, unknown]) => {
    if (name.toLowerCase() !== 'authorization') return [];
    if (typeof value !== 'string') throw new TokenInvalidError('`authorization` of the connection parameters is not a string');
    return [value];
  });
}
