import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { LocalAws } from '@tenant-aws/local';

/** The issuer of the tokens, for candidates that do not read the environment. */
export interface Issuer {
  readonly url: string;
  readonly audience: string;
  /** The public key of the tokens as PEM. */
  readonly publicKey: string;
}

export async function issuerOf({ issuer: { url, audience, jwksUri } }: Pick<LocalAws, 'issuer'>): Promise<Issuer> {
  const { keys } = (await (await fetch(jwksUri)).json()) as { keys: JsonWebKey[] };
  const publicKey = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  return { url, audience, publicKey: String(publicKey) };
}
