import { parseAmzDate } from '../amz-date.ts';
import type { Incoming } from '../incoming.ts';
import { strictInteger } from '../strict-integer.ts';
import { refusal } from './refusal.ts';

/** The signature of a request and its parameters. Nothing in it is verified. */
export interface Claim {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  /** `20260930/us-east-1/s3/aws4_request` */
  readonly scope: string;
  /** In lower case, sorted and unique; includes `host`. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** As it was sent: `20260930T120000Z`. */
  readonly timestamp: string;
  readonly signedAt: number;
  readonly sessionToken?: string;
  /** The lifetime of a presigned URL in seconds. Absent for a signature in the Authorization header. */
  readonly expiresSeconds?: number;
}

const AUTHORIZATION = /^AWS4-HMAC-SHA256 +Credential=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([^,\s]+)$/;
const CREDENTIAL = /^([A-Za-z0-9]{1,128})\/(\d{8})\/([a-z0-9-]{1,64})\/([a-z0-9-]{1,64})\/aws4_request$/;
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
export function findClaim(incoming: Omit<Incoming, 'body'>, guess: string): Claim | undefined {
  const header = incoming.headers.get('authorization');
  const query = new Map(incoming.query.map(({ name, value }) => [name.toLowerCase(), value]));
  const presigned = query.has('x-amz-signature') || query.has('x-amz-algorithm') || query.has('x-amz-credential');
  if (query.has('awsaccesskeyid') || header?.startsWith('AWS ')) throw refusal('sigv2', guess);
  if (header !== undefined && presigned) throw refusal('malformed', guess);
  if (presigned) return fromQuery(query, incoming.headers, guess);
  return header === undefined ? undefined : fromHeader(header, incoming.headers, guess);
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
  const match = CREDENTIAL.exec(credential);
  if (!match) throw refusal('malformed', guess);
  const [, accessKeyId = '', date = '', region = '', service = ''] = match;
  const signedAt = parseAmzDate(timestamp);
  if (signedAt === undefined || !SIGNATURE.test(signature) || !SIGNED_HEADERS.test(signedHeaders)) throw refusal('malformed', service);
  const names = signedHeaders.split(';');
  const ascending = names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name);
  if (!ascending || !names.includes('host')) throw refusal('malformed', service);
  if (!timestamp.startsWith(date)) throw refusal('scope', service);
  return {
    accessKeyId,
    region,
    service,
    scope: `${date}/${region}/${service}/aws4_request`,
    signedHeaders: names,
    signature,
    timestamp,
    signedAt,
  };
}
