import { generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { benchToken, type Signer } from '../token.ts';

export const issuer = 'https://login.example.com/tenants';
export const audience = 'tenant-aws';

export const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
export const publicKeyPem = String(publicKey.export({ type: 'spki', format: 'pem' }));

const signer: Signer = {
  async token({ tenant, claims }) {
    const payload = { sub: `user-of-${tenant}`, 'custom:tenant_id': tenant, ...claims };
    return jwt.sign(payload, privateKey, { algorithm: 'RS256', issuer, audience, expiresIn: '1h', keyid: 'bench' });
  },
};

/** Tokens with the claims and the length of {@link benchToken}. */
export function tokensOf(tenants: readonly string[]): Promise<string[]> {
  return Promise.all(tenants.map((tenant) => benchToken(signer, tenant)));
}
