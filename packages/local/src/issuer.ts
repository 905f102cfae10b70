import { createServer, type Server } from 'node:http';
import { type CryptoKey, calculateJwkThumbprint, createLocalJWKSet, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { close, listen } from './loopback.ts';
import type { Clock } from './services/service.ts';
import type { IdentityProvider } from './sts/identity-provider.ts';

/** What a token is made of. */
export interface TokenOptions {
  /** Becomes the claim `custom:tenant_id`. */
  readonly tenant: string;
  /** Added to the token's claims, and stronger than they: a claim of `undefined` leaves out the one that would be there. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Life from now on; may be negative. Default 3,600. */
  readonly expiresInSeconds?: number;
}

/** An OpenID Connect issuer on its own loopback origin: RS256 tokens, discovery, JWKS. */
export interface Issuer {
  /** The tokens' `iss`. Discovery is at `<url>/.well-known/openid-configuration`. */
  readonly url: string;
  /** The tokens' `aud`. */
  readonly audience: string;
  readonly jwksUri: string;
  /** A signed token. */
  token(options: TokenOptions): Promise<string>;
}

/** An issuer, with what stays inside. */
export interface StartedIssuer extends Issuer {
  /** As STS knows it. */
  readonly provider: IdentityProvider;
  close(): Promise<void>;
}

interface Signer {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK & { readonly kid: string };
}

const AUDIENCE = 'tenant-aws';
// A path, so that who builds the discovery URL from the issuer's origin alone fails here and not in production.
const PATH = '/tenants';

/** Starts an issuer. Its key is made when it is first needed, so that a start costs no time for it. */
export async function startIssuer(port: number, clock: Clock): Promise<StartedIssuer> {
  let signer: Promise<Signer> | undefined;
  const keys = (): Promise<Signer> => (signer ??= makeSigner());
  const documents = new Map<string | undefined, () => Promise<unknown>>();
  const server: Server = createServer((request, response) => {
    const document = request.method === 'GET' ? documents.get(request.url) : undefined;
    if (!document) {
      response.writeHead(404).end();
      return;
    }
    document().then(
      (body) =>
        response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' }).end(JSON.stringify(body)),
      () => response.destroy(),
    );
  });
  const url = `${await listen(server, port)}${PATH}`;
  const jwksUri = `${url}/.well-known/jwks.json`;
  documents.set(`${PATH}/.well-known/openid-configuration`, async () => ({
    issuer: url,
    jwks_uri: jwksUri,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }));
  documents.set(`${PATH}/.well-known/jwks.json`, async () => ({ keys: [(await keys()).jwk] }));
  return {
    url,
    audience: AUDIENCE,
    jwksUri,
    async token({ tenant, claims, expiresInSeconds = 3600 }) {
      const { privateKey, jwk } = await keys();
      const now = Math.floor(clock() / 1000);
      const payload = {
        iss: url,
        aud: AUDIENCE,
        sub: `user-of-${tenant}`,
        iat: now,
        exp: now + expiresInSeconds,
        'custom:tenant_id': tenant,
        ...claims,
      };
      return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: jwk.kid }).sign(privateKey);
    },
    provider: { url, audiences: [AUDIENCE], keys: async () => createLocalJWKSet({ keys: [(await keys()).jwk] }) },
    close: () => close(server),
  };
}

async function makeSigner(): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk: { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'RS256', use: 'sig' } };
}
