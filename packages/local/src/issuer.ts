import { createServer, type Server } from 'node:http';
import { type CryptoKey, calculateJwkThumbprint, createLocalJWKSet, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { close, listen } from './loopback.ts';
import type { Clock } from './services/service.ts';
import type { IdentityProvider } from './sts/identity-provider.ts';

/** The content of a token. */
export interface TokenOptions {
  /** The value of the claim `custom:tenant_id`. */
  readonly tenant: string;
  /** Further claims. They override the issuer's own claims; the value `undefined` removes a claim. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The lifetime from now, in seconds. Negative for an expired token. Default: 3,600. */
  readonly expiresInSeconds?: number;
}

/** An OpenID Connect issuer on a loopback origin of its own. It signs tokens with RS256 and serves the discovery document and the JWKS. */
export interface Issuer {
  /** The `iss` of its tokens. The discovery document is at `<url>/.well-known/openid-configuration`. */
  readonly url: string;
  /** The `aud` of its tokens. */
  readonly audience: string;
  readonly jwksUri: string;
  /** Returns a signed token. */
  token(options: TokenOptions): Promise<string>;
}

/** An issuer with its internal members. */
export interface StartedIssuer extends Issuer {
  /** The issuer as an identity provider of STS. */
  readonly provider: IdentityProvider;
  close(): Promise<void>;
}

interface Signer {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK & { readonly kid: string };
}

const AUDIENCE = 'tenant-aws';
// With a path, code that builds the discovery URL from the issuer's origin fails in tests already.
const PATH = '/tenants';

/** Starts an issuer. Its key is generated at the first use, to keep the start fast. */
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
