import type { X509Certificate } from 'node:crypto';
import type { TenantIdentity } from '../tenant.ts';

/** What an adapter shows of a request. Nothing in it depends on a framework. */
export interface IdentityRequest {
  /** Node's `headersDistinct`: every value of every header, so that a header sent twice is seen twice. */
  readonly headersDistinct: Readonly<NodeJS.Dict<string[]>>;
  /** The peer's address, of the socket itself: never from a header. */
  readonly remoteAddress: string | undefined;
  /** The client's certificate where TLS ends in this process. */
  readonly peerCertificate?: { readonly certificate: X509Certificate; readonly authorized: boolean };
  /** What passport left on the request. */
  readonly user?: unknown;
  /** The framework's own request. */
  readonly raw: unknown;
}

/**
 * A way to know the tenant of a request. `undefined` means that nothing was presented;
 * whatever was presented and is bad must throw, so that no other source is asked.
 */
export interface IdentitySource {
  (request: IdentityRequest): TenantIdentity | undefined | Promise<TenantIdentity | undefined>;
  /** Which kind it is: what `tenant-aws:identity` says of a request that it refuses. */
  readonly source?: TenantIdentity['source'];
  /** Fetches what the source needs (discovery, keys), so that a wrong address shows at start-up. */
  ready?(): Promise<void>;
  /** Releases what the source holds. */
  close?(): void;
}
