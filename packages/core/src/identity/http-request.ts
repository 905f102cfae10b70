import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { IdentityRequest } from './identity-source.ts';

/**
 * What an identity source reads of an HTTP request, of HTTP/1.1 or of HTTP/2's compatibility API. For authors of adapters.
 *
 * @param user what an earlier middleware, such as passport, left on the request
 */
export function httpIdentityRequest(request: IncomingMessage | Http2ServerRequest, user: unknown): IdentityRequest {
  return {
    headersDistinct: 'headersDistinct' in request ? request.headersDistinct : distinct(request.rawHeaders),
    remoteAddress: request.socket.remoteAddress,
    user,
    raw: request,
  };
}

/** The same form as Node's `headersDistinct`, which requests of HTTP/2 do not have. Pseudo-headers such as `:path` are left out. */
function distinct(rawHeaders: readonly string[]): NodeJS.Dict<string[]> {
  const headers: NodeJS.Dict<string[]> = Object.create(null);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (!name.startsWith(':')) (headers[name.toLowerCase()] ??= []).push(value);
  }
  return headers;
}
