import { sha256Hex } from '../checksums.ts';
import type { Incoming } from '../incoming.ts';
import { percentEncode } from '../percent.ts';
import type { Claim } from './claim.ts';

/**
 * The string that the client must have signed, computed from the raw request.
 *
 * @see AWS IAM User Guide, "Create a signed AWS API request"
 */
export function stringToSign(incoming: Omit<Incoming, 'body'>, claim: Claim, payloadHash: string): string {
  const canonical = [
    incoming.method,
    canonicalPath(incoming.rawPath, claim.service),
    canonicalQuery(incoming),
    ...claim.signedHeaders.map((name) => `${name}:${canonicalHeader(incoming.headers.get(name) ?? '')}`),
    '',
    claim.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const digest = sha256Hex(Buffer.from(canonical, 'latin1'));
  return `AWS4-HMAC-SHA256\n${claim.timestamp}\n${claim.scope}\n${digest}`;
}

/** For S3 the path is signed as it is sent. Every other service encodes it a second time. The path is never normalised: `..` is kept. */
function canonicalPath(rawPath: string, service: string): string {
  return service === 's3' ? rawPath : rawPath.split('/').map(percentEncode).join('/');
}

function canonicalQuery({ query }: Pick<Incoming, 'query'>): string {
  return query
    .filter(({ name }) => name.toLowerCase() !== 'x-amz-signature')
    .map(({ canonical }) => `${canonical.name}=${canonical.value}`)
    .toSorted((a, b) => compare(a.slice(0, a.indexOf('=')), b.slice(0, b.indexOf('='))))
    .join('&');
}

function canonicalHeader(value: string): string {
  if (!value.includes('  ') && !value.includes('\t') && !value.startsWith(' ') && !value.endsWith(' ')) return value;
  // `trim()` would also remove the byte 0xA0 at the ends.
  return value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '');
}

/** Orders by code unit, as signers do; a locale would give another order. No name occurs twice. */
function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}
