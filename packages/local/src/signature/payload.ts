import type { KeyObject } from 'node:crypto';
import { checksum, checksumOfHeader, sha256Hex } from '../checksums.ts';
import { AwsError } from '../services/service.ts';
import { strictInteger } from '../strict-integer.ts';
import { type AwsChunked, decodeAwsChunked, withoutAwsChunked } from './aws-chunked.ts';
import type { Claim } from './claim.ts';
import { refusal } from './refusal.ts';
import { equalInConstantTime, sign } from './signing-key.ts';

/** The payload as the signature declares it. */
export interface DeclaredPayload {
  /** The payload hash: the last line of the canonical request. */
  readonly hash: string;
  readonly form: 'plain' | 'chunks-trailer' | 'signed-chunks' | 'signed-chunks-trailer';
}

/** A payload that matches its declaration, decoded from aws-chunked. */
export interface VerifiedPayload {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly trailers: ReadonlyMap<string, string>;
}

const HASH = /^[0-9a-f]{64}$/;
const EMPTY_HASH = sha256Hex(Buffer.alloc(0));
const MAX_OBJECT_BYTES = 5 * 1024 ** 3;

const FORMS: ReadonlyMap<string, DeclaredPayload['form']> = new Map([
  ['UNSIGNED-PAYLOAD', 'plain'],
  ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'chunks-trailer'],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'signed-chunks'],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', 'signed-chunks-trailer'],
]);

/** Reads `x-amz-content-sha256`. Only S3 uses its value. For every other service, the hash of the payload must have been signed. */
export function declaredPayload(body: Buffer, headers: ReadonlyMap<string, string>, claim: Claim): DeclaredPayload {
  const declared = headers.get('x-amz-content-sha256');
  if (claim.service !== 's3') {
    const hash = sha256Hex(body);
    if (declared !== undefined && declared !== hash) throw refusal('signature', claim.service);
    return { hash, form: 'plain' };
  }
  if (declared === undefined) {
    if (claim.expiresSeconds !== undefined) return { hash: 'UNSIGNED-PAYLOAD', form: 'plain' };
    throw new AwsError('InvalidRequest', 400, 'Missing required header for this request: x-amz-content-sha256');
  }
  const form = FORMS.get(declared);
  if (form !== undefined) return { hash: declared, form };
  if (HASH.test(declared)) return { hash: declared, form: 'plain' };
  throw new AwsError(
    'InvalidArgument',
    400,
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a known STREAMING form, or a valid sha256 value.',
  );
}

/** Verifies the payload against its declaration, and decodes aws-chunked. INVARIANT: the signature of the request is verified before. */
export function verifyPayload(
  declared: DeclaredPayload,
  body: Buffer,
  headers: ReadonlyMap<string, string>,
  claim: Claim,
  key: KeyObject,
): VerifiedPayload {
  const trailing = headers.get('x-amz-trailer');
  if (declared.form === 'plain') {
    if (HASH.test(declared.hash) && sha256Hex(body) !== declared.hash) {
      throw new AwsError('XAmzContentSHA256Mismatch', 400, "The provided 'x-amz-content-sha256' header does not match what was computed.");
    }
    if (trailing !== undefined || contentCodings(headers).includes('aws-chunked')) throw incomplete();
    return { headers, body, trailers: new Map() };
  }
  const chunked = decodeAwsChunked(body);
  const decoded = Buffer.concat(chunked.chunks.map(({ data }) => data));
  const length = strictInteger(headers.get('x-amz-decoded-content-length') ?? '', { min: 0, max: MAX_OBJECT_BYTES });
  if (length === undefined) {
    throw new AwsError('MissingContentLength', 411, 'You must provide the x-amz-decoded-content-length header.');
  }
  if (length !== decoded.length) throw incomplete();
  verifyChunks(chunked, declared, claim, key);
  if (declared.form.endsWith('-trailer') !== (trailing !== undefined)) throw malformedTrailer();
  const trailers = verifyTrailers(chunked, trailing, decoded);
  return { headers: withOwnEncoding(headers), body: decoded, trailers };
}

/** Each chunk signature covers the chunk and the previous signature. The first one covers the signature of the request. */
function verifyChunks(chunked: AwsChunked, declared: DeclaredPayload, claim: Claim, key: KeyObject): void {
  const signed = declared.form.startsWith('signed-');
  let previous = claim.signature;
  for (const { data, signature } of chunked.chunks) {
    if (!signed && signature === undefined) continue;
    if (!signed || signature === undefined) throw incomplete();
    const text = `AWS4-HMAC-SHA256-PAYLOAD\n${claim.timestamp}\n${claim.scope}\n${previous}\n${EMPTY_HASH}\n${sha256Hex(data)}`;
    if (!equalInConstantTime(signature, sign(key, text))) throw refusal('signature', claim.service);
    previous = signature;
  }
  if (!signed || !declared.form.endsWith('-trailer')) {
    if (chunked.trailerSignature !== undefined) throw incomplete();
    return;
  }
  const lines = chunked.trailers.map(([name, value]) => `${name}:${value}\n`).join('');
  const text = `AWS4-HMAC-SHA256-TRAILER\n${claim.timestamp}\n${claim.scope}\n${previous}\n${sha256Hex(Buffer.from(lines, 'latin1'))}`;
  if (!equalInConstantTime(chunked.trailerSignature ?? '', sign(key, text))) throw refusal('signature', claim.service);
}

/**
 * Verifies that the only trailer is the checksum that `x-amz-trailer` declares, and that it is correct.
 * INVARIANT: a trailer never becomes a header. A trailer can be unsigned: otherwise `x-amz-copy-source` could be added to a signed request.
 */
function verifyTrailers(chunked: AwsChunked, declared: string | undefined, body: Buffer): ReadonlyMap<string, string> {
  if (declared === undefined) {
    if (chunked.trailers.length > 0) throw malformedTrailer();
    return new Map();
  }
  const algorithm = checksumOfHeader(declared.toLowerCase());
  const [trailer, ...more] = chunked.trailers;
  if (algorithm === undefined || trailer === undefined || more.length > 0 || trailer[0] !== declared.toLowerCase())
    throw malformedTrailer();
  if (trailer[1] !== checksum(algorithm, body)) {
    throw new AwsError('BadDigest', 400, `The ${algorithm} you specified did not match the calculated checksum.`);
  }
  return new Map([trailer]);
}

function withOwnEncoding(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const copy = new Map(headers);
  const encoding = withoutAwsChunked(headers.get('content-encoding') ?? '');
  if (encoding === '') copy.delete('content-encoding');
  else copy.set('content-encoding', encoding);
  return copy;
}

function contentCodings(headers: ReadonlyMap<string, string>): string[] {
  return (headers.get('content-encoding') ?? '').split(',').map((coding) => coding.trim());
}

function incomplete(): AwsError {
  return new AwsError('IncompleteBody', 400, 'The request body does not match its headers.');
}

function malformedTrailer(): AwsError {
  return new AwsError(
    'MalformedTrailerError',
    400,
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
}
