import type { Clock, Instant } from '../clock.ts';
import { elapsed } from './elapsed.ts';
import { fetchDocument } from './fetch-document.ts';
import { isLoopback, untrusted } from './trusted-url.ts';

/** How long an answer of discovery is believed. A key set that cannot be had is looked for anew at once. */
const DISCOVERY_MS = 3_600_000;

/** Where an issuer's key set is found. */
export interface KeySetAddress {
  locate(signal: AbortSignal): Promise<URL>;
  /** What was located did not serve: look again next time. */
  forget(): void;
}

/** An address that is configured. */
export function fixedAddress(url: URL): KeySetAddress {
  return { locate: () => Promise.resolve(url), forget: () => undefined };
}

/**
 * The address that the issuer's own discovery document names. The document must name exactly this issuer,
 * and keys come over https, or from loopback where the issuer is on loopback itself.
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

/** The address of keys that a discovery document names. @throws Error it is not this issuer's document, or names an address that is not trusted */
export function readKeySetUrl(issuer: string, address: URL, document: unknown): URL {
  const { issuer: named, jwks_uri: keys } = typeof document === 'object' && document !== null ? readFields(document) : {};
  if (named !== issuer) throw new Error(`${address.href} names another issuer than the one configured`);
  if (typeof keys !== 'string' || !URL.canParse(keys)) throw new Error(`${address.href} names no address of keys`);
  const url = new URL(keys);
  const fault = untrusted(url, { loopback: isLoopback(address) });
  if (fault !== undefined) throw new Error(`the address of keys that ${address.href} names ${fault}`);
  return url;
}

function readFields(document: object): { issuer?: unknown; jwks_uri?: unknown } {
  return document;
}
