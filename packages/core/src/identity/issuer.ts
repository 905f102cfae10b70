import type { Clock, Instant } from '../clock.ts';
import { elapsed } from './elapsed.ts';
import { fetchDocument } from './fetch-document.ts';
import { isLoopback, urlFault } from './trusted-url.ts';

/** How long a discovery document is used. After a failed fetch of the key set it is read again at the next fetch. */
const DISCOVERY_MS = 3_600_000;

/** Finds the address of an issuer's key set. */
export interface KeySetAddress {
  locate(signal: AbortSignal): Promise<URL>;
  /** Called when the fetch failed: the next `locate` must not use a cached address. */
  forget(): void;
}

/** A configured address. */
export function fixedAddress(url: URL): KeySetAddress {
  return { locate: () => Promise.resolve(url), forget: () => undefined };
}

/**
 * The address in the issuer's discovery document. The document must name exactly this issuer, and the address must be https,
 * or on loopback if the issuer itself is on loopback.
 *
 * @see OpenID Connect Discovery 1.0, section 4
 */
export function discoveredAddress(issuer: string, clock: Clock): KeySetAddress {
  const document = discoveryUrl(issuer);
  let known: { readonly url: URL; readonly at: Instant } | undefined;
  return {
    async locate(signal) {
      if (known !== undefined && elapsed(known.at, clock.now()) < DISCOVERY_MS) return known.url;
      const url = readKeySetUrl(issuer, document, await fetchDocument(document, signal));
      known = { url, at: clock.now() };
      return url;
    },
    forget() {
      known = undefined;
    },
  };
}

export function discoveryUrl(issuer: string): URL {
  return new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
}

/** The `jwks_uri` of a discovery document. @throws Error the document is of another issuer, or its address is not trusted */
export function readKeySetUrl(issuer: string, address: URL, document: unknown): URL {
  const { issuer: named, jwks_uri: jwksUri } = typeof document === 'object' && document !== null ? readFields(document) : {};
  if (named !== issuer) throw new Error(`${address.href} names another \`issuer\` than the configured one${slashHint(named, issuer)}`);
  if (typeof jwksUri !== 'string' || !URL.canParse(jwksUri)) throw new Error(`${address.href} has no valid \`jwks_uri\``);
  const url = new URL(jwksUri);
  const fault = urlFault(url, { loopback: isLoopback(address) });
  if (fault !== undefined) throw new Error(`the \`jwks_uri\` in ${address.href} ${fault}`);
  return url;
}

/** A slash at the end is the usual difference: the address of the document does not show it. */
function slashHint(named: unknown, issuer: string): string {
  if (typeof named !== 'string') return '';
  if (named === `${issuer}/`) return ': add a slash at the end of `issuer` (`TENANT_AWS_JWT_ISSUER`)';
  return issuer === `${named}/` ? ': remove the slash at the end of `issuer` (`TENANT_AWS_JWT_ISSUER`)' : '';
}

function readFields(document: object): { issuer?: unknown; jwks_uri?: unknown } {
  return document;
}
