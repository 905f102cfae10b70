import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen, type Listening } from '../../../../test/support/loopback.ts';
import type { AlbOidcOptions } from '../../src/identity/alb-oidc-options.ts';
import type { IdentityRequest } from '../../src/identity/identity-source.ts';

type Json = Readonly<Record<string, unknown>>;

export const loadBalancerArn = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/notes/50dc6c495c0c9188';
export const clientId = '1example23456789';
export const issuer = 'https://login.example.com';
export const keyId = '0f5e1c2a-7b1d-4c5e-9a3f-1234567890ab';

/** A load balancer that signs tokens, and the server of its public keys on loopback. A test can replace the responses. */
export class AlbUnderTest {
  readonly privateKey: KeyObject;
  /** The public keys in PEM, by their id. */
  readonly keys = new Map<string, string>();
  /** The path of each request. */
  readonly fetches: string[] = [];
  respond: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  private readonly server: Listening;

  private constructor(server: Listening) {
    this.server = server;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.privateKey = privateKey;
    this.keys.set(keyId, pemOf(publicKey));
  }

  static async start(): Promise<AlbUnderTest> {
    let alb: AlbUnderTest | undefined;
    alb = new AlbUnderTest(await listen((request, response) => alb?.serve(request, response)));
    return alb;
  }

  get keysUrl(): string {
    return `${this.server.url}/keys`;
  }

  get options(): AlbOidcOptions {
    return { loadBalancerArn, clientId, issuer, keysUrl: this.keysUrl };
  }

  /** A token of the load balancer, with padding. */
  token(claims: Json = {}, header: Json = {}, key: KeyObject = this.privateKey): string {
    return signed(JSON.stringify(headerOf(header)), JSON.stringify(claimsOf(claims)), key);
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    this.fetches.push(request.url ?? '');
    if (this.respond !== undefined) return this.respond(request, response);
    const pem = this.keys.get(request.url?.replace('/keys/', '') ?? '');
    response.writeHead(pem === undefined ? 404 : 200, { 'content-type': 'binary/octet-stream' }).end(pem);
  }
}

export function headerOf(header: Json = {}): Json {
  const exp = Math.floor(Date.now() / 1_000) + 120;
  return { typ: 'JWT', kid: keyId, alg: 'ES256', iss: issuer, client: clientId, signer: loadBalancerArn, exp, ...header };
}

export function claimsOf(claims: Json = {}): Json {
  return { sub: 'ada', email: 'ada@example.com', 'custom:tenant_id': 'acme', ...claims };
}

export function signed(header: string, payload: string, key: KeyObject): string {
  const input = `${padded(header)}.${padded(payload)}`;
  return `${input}.${padded(sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }))}`;
}

/** Base64url with padding. */
export function padded(part: string | Buffer): string {
  const encoded = Buffer.from(part).toString('base64url');
  return encoded.padEnd(Math.ceil(encoded.length / 4) * 4, '=');
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

export function presenting(...tokens: string[]): IdentityRequest {
  return { headersDistinct: tokens.length === 0 ? {} : { 'x-amzn-oidc-data': tokens }, remoteAddress: '127.0.0.1', raw: undefined };
}
