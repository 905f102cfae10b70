import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { HttpRequest, IdentityRequest } from './identity-source.ts';

/**
 * The part of an HTTP request that identity sources read: of HTTP/1.1, or of the HTTP/2 compatibility API. For authors of adapters.
 *
 * @param user the user that an earlier middleware, such as passport, set on the request
 * @param raw the framework's own request. Default: the request
 */
export function httpIdentityRequest(request: HttpRequest, user: unknown, raw: unknown = request): IdentityRequest {
  return {
    headersDistinct: distinct(request.rawHeaders),
    remoteAddress: request.socket.remoteAddress,
    /** A getter, because few sources need it, and Node parses the certificate. */
    get peerCertificate() {
      return peerCertificateOf(request.socket);
    },
    user,
    raw,
  };
}

/** Not by the class of the socket: that of an HTTP/2 request is a proxy of the TLS socket. */
function peerCertificateOf(socket: Socket | TLSSocket): IdentityRequest['peerCertificate'] {
  const certificate = 'getPeerX509Certificate' in socket ? socket.getPeerX509Certificate() : undefined;
  return certificate && { certificate, authorized: isVerified(socket) };
}

/**
 * INVARIANT: only in TLS 1.3. In TLS 1.2 a client can start a renegotiation while its request is handled, and send the certificate of
 * another client, of which it does not have the private key. Node then returns that certificate before the client has proved
 * possession of its key, and `authorized` is still that of the first certificate.
 */
function isVerified(socket: Socket | TLSSocket): boolean {
  return 'authorized' in socket && socket.authorized && socket.getProtocol() === 'TLSv1.3';
}

/**
 * Builds `headersDistinct`, which HTTP/2 requests of Node do not have. That of HTTP/1.1 throws a TypeError for a header `__proto__` before
 * Node 22.22.2 and 24.14.1. Pseudo-headers such as `:path` are left out.
 */
function distinct(rawHeaders: readonly string[]): NodeJS.Dict<string[]> {
  const headers: NodeJS.Dict<string[]> = Object.create(null);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (!name.startsWith(':')) (headers[name.toLowerCase()] ??= []).push(value);
  }
  return headers;
}
