import type { Incoming } from '../incoming.ts';
import { strictInteger } from '../strict-integer.ts';
import { type CredentialScope, readScope } from './credential-scope.ts';
import { findFormSignature } from './form-signature.ts';
import type { PostForm } from './post-form.ts';
import { refusal } from './refusal.ts';

/** The signature of a request and its parameters. Nothing in it is verified. */
export interface Claim extends CredentialScope {
  /** In lower case, sorted and unique; includes `host`. Empty for a posted form. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly sessionToken?: string;
  /** The lifetime of a presigned URL in seconds. Absent for a signature in the Authorization header. */
  readonly expiresSeconds?: number;
  /** The posted form that carries the signature. The signature covers only its field `policy`. */
  readonly form?: PostForm;
}

const AUTHORIZATION = /^AWS4-HMAC-SHA256 +Credential=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([^,\s]+)$/;
const SIGNATURE = /^[0-9a-f]{64}$/;
const SIGNED_HEADERS = /^[a-z0-9!#$%&'*+.^_`|~-]+(?:;[a-z0-9!#$%&'*+.^_`|~-]+)*$/;
const MAX_PRESIGNED_SECONDS = 604_800;

/** The query parameters that carry a presigned signature, in lower case. */
export const PRESIGN_PARAMETERS: ReadonlySet<string> = new Set([
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-signedheaders',
  'x-amz-signature',
  'x-amz-security-token',
]);

/**
 * Reads the signature of a request; undefined for an unsigned request.
 *
 * @param guess the service whose error format is used until the credential scope is read
 * @throws AwsError for a malformed signature, two signatures, or signature version 2
 */
export function findClaim(incoming: Incoming, guess: string): Claim | undefined {
  // A browser sends no signature before a request to another origin. The query can have the signature of the request that follows.
  if (incoming.method === 'OPTIONS' && guess === 's3') return undefined;
  const header = incoming.headers.get('authorization');
  const query = new Map(incoming.query.map(({ name, value }) => [name.toLowerCase(), value]));
  const presigned = query.has('x-amz-signature') || query.has('x-amz-algorithm') || query.has('x-amz-credential');
  if (query.has('awsaccesskeyid') || header?.startsWith('AWS ')) throw refusal('sigv2', guess);
  if (header !== undefined && presigned) throw refusal('malformed', guess);
  if (presigned) return fromQuery(query, incoming.headers, guess);
  if (header === undefined) {
    const form = findFormSignature(incoming, guess);
    return form && { ...form, signedHeaders: [] };
  }
  return fromHeader(header, incoming.headers, guess);
}

function fromHeader(header: string, headers: ReadonlyMap<string, string>, guess: string): Claim {
  const match = AUTHORIZATION.exec(header);
  if (!match) throw refusal('malformed', guess);
  const [, credential = '', signedHeaders = '', signature = ''] = match;
  const sessionToken = headers.get('x-amz-security-token');
  return {
    ...readParts({ credential, signedHeaders, signature, timestamp: headers.get('x-amz-date') ?? '' }, guess),
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

function fromQuery(query: ReadonlyMap<string, string>, headers: ReadonlyMap<string, string>, guess: string): Claim {
  const part = (name: string): string => query.get(name) ?? '';
  if (part('x-amz-algorithm') !== 'AWS4-HMAC-SHA256') throw refusal('malformed', guess);
  const parts = {
    credential: part('x-amz-credential'),
    signedHeaders: part('x-amz-signedheaders'),
    signature: part('x-amz-signature'),
    timestamp: part('x-amz-date'),
  };
  const claim = readParts(parts, guess);
  const expiresSeconds = strictInteger(part('x-amz-expires'), { min: 1, max: MAX_PRESIGNED_SECONDS });
  if (expiresSeconds === undefined) throw refusal('malformed', claim.service);
  // A second date or token, in addition to the signed one, is ambiguous.
  if (headers.has('x-amz-date') || headers.has('x-amz-security-token')) throw refusal('malformed', claim.service);
  const sessionToken = query.get('x-amz-security-token');
  return { ...claim, expiresSeconds, ...(sessionToken !== undefined && { sessionToken }) };
}

type Parts = Readonly<Record<'credential' | 'signedHeaders' | 'signature' | 'timestamp', string>>;

function readParts({ credential, signedHeaders, signature, timestamp }: Parts, guess: string): Claim {
  const scope = readScope(credential, timestamp, guess);
  if (!SIGNATURE.test(signature) || !SIGNED_HEADERS.test(signedHeaders)) throw refusal('malformed', scope.service);
  const names = signedHeaders.split(';');
  const ascending = names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name);
  if (!ascending || !names.includes('host')) throw refusal('malformed', scope.service);
  return { ...scope, signedHeaders: names, signature };
}
