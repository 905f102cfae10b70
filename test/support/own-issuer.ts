import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import { listen } from './loopback.ts';

/** A self-hosted issuer: it has a key set, no discovery document, and a private key that signs any claims. */
export interface OwnIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
  /** A valid token with these claims. */
  sign(claims: JWTPayload): Promise<string>;
  close(): Promise<void>;
}

/** Starts an issuer on loopback, with a key of this algorithm. */
export async function startOwnIssuer(algorithm: 'RS256' | 'ES256' = 'RS256'): Promise<OwnIssuer> {
  const { privateKey } =
    algorithm === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2_048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [issuer, audience, keyId] = ['https://login.example.test', 'notes-api', 'own-1'];
  const keys = [{ ...(await exportJWK(createPublicKey(privateKey))), kid: keyId, alg: algorithm, use: 'sig' }];
  const { url, close } = await listen((req, res) => {
    if (req.url === '/keys') res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
    else res.writeHead(404).end();
  });
  return {
    issuer,
    audience,
    keyId,
    privateKey,
    jwksUri: `${url}/keys`,
    sign: (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: algorithm, kid: keyId })
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime('5m')
        .sign(privateKey),
    close,
  };
}
