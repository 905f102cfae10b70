import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { TenantIdentity } from '../tenant.ts';

/** A request of HTTP/1.1, or of the HTTP/2 compatibility API. */
export type HttpRequest = IncomingMessage | Http2ServerRequest;

/** The part of a request that an adapter passes on. It does not depend on a framework. */
export interface IdentityRequest {
  /** Node's `headersDistinct`: every value of every header, so that a header sent twice has two values. */
  readonly headersDistinct: Readonly<NodeJS.Dict<string[]>>;
  /** The peer's address as the socket has it, never from a header. */
  readonly remoteAddress: string | undefined;
  /**
   * The client's certificate, if TLS is terminated in this process. `authorized`: Node has verified it, and the connection uses TLS 1.3.
   * In TLS 1.2 a client can replace its certificate while a request is handled, and `authorized` of the socket does not change.
   */
  readonly peerCertificate?: { readonly certificate: X509Certificate; readonly authorized: boolean } | undefined;
  /** The user that passport set on the request. */
  readonly user?: unknown;
  /** The framework's own request. */
  readonly raw: unknown;
}

/**
 * Finds the tenant of a request. `undefined` means that nothing was presented.
 * A source must throw if the presented token or header is invalid, so that no other source is tried.
 */
export interface IdentitySource {
  (request: IdentityRequest): TenantIdentity | undefined | Promise<TenantIdentity | undefined>;
  /**
   * Does the same for an HTTP request of Node, if the source can read it without an {@link IdentityRequest}, which costs more to
   * build than a known token to find. The gate of an adapter then calls this instead, if it is an own property of the source. A
   * source that wraps another one must not take over its `ofHttp`: make yours not enumerable, so that `Object.assign` does not copy it.
   */
  ofHttp?(request: HttpRequest, user: unknown): TenantIdentity | undefined | Promise<TenantIdentity | undefined>;
  /** The kind of source, for the `tenant-aws:identity` event of a refused request. */
  readonly source?: TenantIdentity['source'];
  /** Fetches what the source needs (discovery document, keys), so that a wrong address is reported at start-up. */
  ready?(): Promise<void>;
  /** Releases the resources of the source. */
  close?(): void;
}

/** Adds `ofHttp` so that a source which wraps this one by `Object.assign`, and refuses more, does not get it. */
export function withOfHttp(source: IdentitySource, ofHttp: NonNullable<IdentitySource['ofHttp']>): IdentitySource {
  return Object.defineProperty(source, 'ofHttp', { value: ofHttp });
}
