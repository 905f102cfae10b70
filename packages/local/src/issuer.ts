import { createServer, type Server } from 'node:http';
import { type CryptoKey, calculateJwkThumbprint, createLocalJWKSet, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { type KeptIssuer, newKey, readIssuerFile, writeIssuerFile } from './issuer-file.ts';
import { type Address, close, listen } from './loopback.ts';
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
  /** The document at `jwksUri`. */
  jwks(): Promise<{ readonly keys: readonly JWK[] }>;
  close(): Promise<void>;
}

interface Signer {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK & { readonly kid: string };
}

const AUDIENCE = 'tenant-aws';
// With a path, code that builds the discovery URL from the issuer's origin fails in tests already.
const PATH = '/tenants';

/** How an issuer is started. */
export interface IssuerSettings {
  /** 0: the port of the file, or a free port. */
  readonly port: number;
  /** The file that keeps the key and the port. Empty: none is kept. */
  readonly file: string;
  readonly clock: Clock;
  /** Default: loopback. */
  readonly address?: Address;
}

/** Starts an issuer. Without a file, its key is generated at the first use, to keep the start fast. */
export async function startIssuer({ port, file, clock, address }: IssuerSettings): Promise<StartedIssuer> {
  const kept = file === '' ? undefined : await readIssuerFile(file);
  const key = file === '' ? undefined : (kept?.key ?? (await newKey()));
  let signer: Promise<Signer> | undefined;
  const keys = (): Promise<Signer> => (signer ??= key ? signerOf(key) : makeSigner());
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
  const origin = await listen(server, port || (kept?.port ?? 0), address).catch((error: unknown) => {
    throw port === 0 && kept && isInUse(error) ? inUse(file, kept, error) : error;
  });
  const url = `${origin}${PATH}`;
  const jwksUri = `${url}/.well-known/jwks.json`;
  documents.set(`${PATH}/.well-known/openid-configuration`, async () => ({
    issuer: url,
    jwks_uri: jwksUri,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }));
  const jwks: StartedIssuer['jwks'] = async () => ({ keys: [(await keys()).jwk] });
  documents.set(`${PATH}/.well-known/jwks.json`, jwks);
  if (key && !kept) {
    try {
      await writeIssuerFile(file, { port: Number(new URL(origin).port), key });
    } catch (error) {
      await close(server);
      throw error;
    }
  }
  return {
    url,
    audience: AUDIENCE,
    jwksUri,
    async token({ tenant, claims, expiresInSeconds = 3600 }) {
      // A key that is kept must be of no use anywhere else.
      if (key && claims && 'iss' in claims && claims['iss'] !== url)
        throw new TypeError('the claim `iss` cannot be changed with `issuerFile`: its key only signs tokens of this issuer');
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
    jwks,
    close: () => close(server),
  };
}

async function makeSigner(): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  return { privateKey, jwk: await published(await exportJWK(publicKey)) };
}

async function signerOf(key: JWK): Promise<Signer> {
  const { kty, n, e } = key; // the public part
  return { privateKey: (await importJWK(key, 'RS256')) as CryptoKey, jwk: await published({ kty, n, e } as JWK) };
}

async function published(jwk: JWK): Promise<Signer['jwk']> {
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'RS256', use: 'sig' };
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function inUse(file: string, { port }: KeptIssuer, cause: unknown): Error {
  return new Error(`the issuer's port ${port}, kept in \`issuerFile\` ${file}, is in use: give each process its own file`, { cause });
}
