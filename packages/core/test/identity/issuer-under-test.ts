import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';

export interface SigningPair {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: Record<string, unknown>;
}

/** A key pair of an issuer, with the public key as an entry of its key set. */
export function signingPair(id: string, algorithm: 'RS256' | 'ES256' = 'RS256'): SigningPair {
  const { privateKey, publicKey } =
    algorithm === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2_048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    id,
    privateKey,
    publicKey,
    jwk: { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid: id, alg: algorithm, use: 'sig' },
  };
}

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** An OpenID Connect issuer on loopback. A test can replace each of its responses. */
export class IssuerUnderTest {
  readonly url: string;
  readonly audience = 'notes';
  /** The entries of the key set. */
  keys: Record<string, unknown>[];
  /** Responds instead of the key set. */
  respondKeys: Respond | undefined;
  /** Responds instead of the discovery document. */
  respondDiscovery: Respond | undefined;
  /** The number of requests for each document. */
  readonly fetches: { keys: number; discovery: number } = { keys: 0, discovery: 0 };
  private readonly server: Server;

  private constructor(server: Server, keys: readonly SigningPair[]) {
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pool`;
    this.keys = keys.map(({ jwk }) => jwk);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.respond(request, response));
  }

  static async start(...keys: SigningPair[]): Promise<IssuerUnderTest> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new IssuerUnderTest(server, keys);
  }

  get jwksUri(): string {
    return `${this.url}/keys`;
  }

  /** The options of a source that trusts this issuer. */
  get options(): { issuer: string; audience: string } {
    return { issuer: this.url, audience: this.audience };
  }

  async token(pair: SigningPair, claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const payload = { iss: this.url, aud: this.audience, sub: 'user-1', iat: now, exp: now + 600, 'custom:tenant_id': 'acme', ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg: String(pair.jwk['alg']), kid: pair.id, ...header }).sign(pair.privateKey);
  }

  /** Resolves at the next request for the key set. */
  async nextKeysRequest(): Promise<void> {
    const before = this.fetches.keys;
    while (this.fetches.keys === before) await once(this.server, 'request');
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  private respond(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === '/pool/keys') {
      this.fetches.keys += 1;
      if (this.respondKeys !== undefined) return this.respondKeys(request, response);
      return sendJson(response, { keys: this.keys });
    }
    this.fetches.discovery += 1;
    if (this.respondDiscovery !== undefined) return this.respondDiscovery(request, response);
    if (request.url !== '/pool/.well-known/openid-configuration') return void response.writeHead(404).end();
    return sendJson(response, { issuer: this.url, jwks_uri: this.jwksUri });
  }
}

export function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
