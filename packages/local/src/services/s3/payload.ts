import { createHash } from 'node:crypto';
import { CHECKSUM_HEADERS, type ChecksumAlgorithm, checksum, checksumOfHeader, parseChecksumAlgorithm } from '../../checksums.ts';
import { AwsError, type VerifiedRequest } from '../service.ts';
import { invalidRequest } from './errors.ts';
import type { StoredChecksum } from './stored-object.ts';

/** Headers with which a client verifies a body. */
export const INTEGRITY_HEADERS: readonly string[] = ['content-md5', 'x-amz-sdk-checksum-algorithm', ...CHECKSUM_HEADERS];

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Compares a body with its Content-MD5 and with its checksum, which is a header or a trailer.
 *
 * @returns The checksum, if the request has one
 * @throws {@link AwsError} BadDigest for a difference; InvalidDigest, InvalidRequest for a malformed digest
 * @see Amazon S3 User Guide, "Checking object integrity in Amazon S3"
 */
export function verifyPayload(request: VerifiedRequest): StoredChecksum | undefined {
  verifyMd5(request);
  const declared = declaredChecksum(request);
  const algorithm = sdkAlgorithm(request);
  if (algorithm !== undefined && algorithm !== declared?.algorithm) {
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (!declared) return undefined;
  const value = checksum(declared.algorithm, request.body);
  if (!isDigest(declared.value, Buffer.from(value, 'base64').length)) {
    throw invalidRequest(`Value for x-amz-checksum-${declared.algorithm.toLowerCase()} header is invalid.`);
  }
  if (value !== declared.value) {
    throw new AwsError('BadDigest', 400, `The ${declared.algorithm} you specified did not match the calculated checksum.`);
  }
  return { algorithm: declared.algorithm, value, type: 'FULL_OBJECT' };
}

/** Compares a body that needs a digest. @throws {@link AwsError} InvalidRequest if the request has none, and the errors of {@link verifyPayload} */
export function verifyRequiredDigest(request: VerifiedRequest): void {
  if (verifyPayload(request) || request.headers.has('content-md5')) return;
  throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
}

/** The checksum among the headers and trailers. Two are refused, because it would be unclear which of them counts. */
export function declaredChecksum(
  request: Pick<VerifiedRequest, 'headers' | 'trailers'>,
): { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined {
  const found: { readonly algorithm: ChecksumAlgorithm; readonly value: string }[] = [];
  for (const values of [request.headers, request.trailers]) {
    for (const [name, value] of values) {
      const algorithm = checksumOfHeader(name);
      if (algorithm) found.push({ algorithm, value });
    }
  }
  if (found.length > 1) throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  return found[0];
}

/** Whether a text is canonical base64 of this many bytes. */
export function isDigest(text: string, bytes: number): boolean {
  return BASE64.test(text) && Buffer.from(text, 'base64').length === bytes && Buffer.from(text, 'base64').toString('base64') === text;
}

function verifyMd5({ headers, body }: VerifiedRequest): void {
  const declared = headers.get('content-md5');
  if (declared === undefined) return;
  if (!isDigest(declared, 16)) throw new AwsError('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.');
  if (createHash('md5').update(body).digest('base64') === declared) return;
  throw new AwsError('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.');
}

function sdkAlgorithm({ headers }: VerifiedRequest): ChecksumAlgorithm | undefined {
  const name = headers.get('x-amz-sdk-checksum-algorithm');
  if (name === undefined) return undefined;
  const algorithm = parseChecksumAlgorithm(name);
  if (!algorithm) throw invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.');
  return algorithm;
}
