import { generateKeyPairSync, sign } from 'node:crypto';
import type { LocalAws } from '@tenant-aws/local';
import type { Sender } from './steps.ts';

const RS256 = 'sha256';

/** The `Authorization` header of a sender; `undefined` for a request without a token. */
export async function authorization(aws: LocalAws, by: Sender): Promise<string | undefined> {
  if ('tenant' in by) return `Bearer ${await aws.issuer.token({ tenant: by.tenant })}`;
  if (by.token === 'none') return undefined;
  if (by.token === 'expired') return `Bearer ${await aws.issuer.token({ tenant: 'acme', expiresInSeconds: -60 })}`;
  const [header = '', payload = '', signature = ''] = (await aws.issuer.token({ tenant: 'acme' })).split('.');
  const globex = encode({ ...decode(payload), 'custom:tenant_id': 'globex' });
  if (by.token === 'edited') return `Bearer ${header}.${globex}.${signature}`;
  if (by.token === 'unsigned') return `Bearer ${encode({ alg: 'none', typ: 'JWT' })}.${globex}.`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return `Bearer ${header}.${globex}.${sign(RS256, Buffer.from(`${header}.${globex}`), privateKey).toString('base64url')}`;
}

/** The claims of a token, unverified, for printing. */
export function claimsOf(token: string): Record<string, unknown> {
  return decode(token.split('.')[1] ?? '');
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
