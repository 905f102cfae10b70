import { type ChecksumAlgorithm, checksum, checksumBytes, parseChecksumAlgorithm } from '../../checksums.ts';
import { AwsError } from '../service.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { declaredChecksum } from './payload.ts';
import type { S3Request } from './operation.ts';
import { fullObjectChecksum, type StoredChecksum } from './stored-object.ts';
import type { Part, UploadOptions } from './uploads.ts';

/** The types of each algorithm. The first is the default of an upload. */
const TYPES: ReadonlyMap<ChecksumAlgorithm, readonly StoredChecksum['type'][]> = new Map([
  ['CRC32', ['COMPOSITE', 'FULL_OBJECT']],
  ['CRC32C', ['COMPOSITE', 'FULL_OBJECT']],
  ['CRC64NVME', ['FULL_OBJECT']],
  ['SHA1', ['COMPOSITE']],
  ['SHA256', ['COMPOSITE']],
]);

/** The algorithm that `x-amz-checksum-algorithm` names. @throws {@link AwsError} InvalidArgument */
export function checksumAlgorithm({ headers }: S3Request): ChecksumAlgorithm | undefined {
  const name = headers.get('x-amz-checksum-algorithm');
  if (name === undefined) return undefined;
  const algorithm = parseChecksumAlgorithm(name);
  if (!algorithm) throw invalidArgument('x-amz-checksum-algorithm', name, 'Checksum algorithm provided is unsupported.');
  return algorithm;
}

/**
 * The checksum with which an upload is created, if any.
 *
 * @throws {@link AwsError} InvalidRequest for a type that the algorithm does not have
 * @see Amazon S3 User Guide, "Checking object integrity for data uploads", full object and composite checksum types
 */
export function uploadChecksum(request: S3Request): UploadOptions['checksum'] {
  const algorithm = checksumAlgorithm(request);
  const requested = request.headers.get('x-amz-checksum-type');
  if (!algorithm) {
    if (requested !== undefined)
      throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
    return undefined;
  }
  const types = TYPES.get(algorithm) ?? [];
  const type = requested === undefined ? types[0] : types.find((known) => known === requested);
  if (!type) throw invalidRequest(`The ${requested} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`);
  return { algorithm, type };
}

/** The checksum of a completed upload. A composite checksum is computed from the parts' checksums, and contains their number. */
export function completedChecksum(expected: UploadOptions['checksum'], parts: readonly Part[], body: Buffer): StoredChecksum {
  if (expected?.type !== 'COMPOSITE') return fullObjectChecksum(expected?.algorithm ?? 'CRC64NVME', body);
  const { algorithm, type } = expected;
  const digests = parts.map((part) => partDigest(part, algorithm));
  return { algorithm, type, value: `${checksum(algorithm, Buffer.concat(digests))}-${parts.length}` };
}

/**
 * Compares the checksum in CompleteMultipartUpload with that of the completed object.
 *
 * @throws {@link AwsError} BadDigest for a difference, InvalidRequest for another algorithm or type
 */
export function verifyCompleted(request: S3Request, result: StoredChecksum): void {
  const type = request.headers.get('x-amz-checksum-type');
  if (type !== undefined && type !== result.type)
    throw invalidRequest(`The upload has the checksum type ${result.type}, not the one in the request.`);
  const declared = declaredChecksum(request);
  if (!declared) return;
  if (declared.algorithm !== result.algorithm) throw invalidRequest(`The upload has a ${result.algorithm.toLowerCase()} checksum.`);
  const [value] = result.value.split('-');
  if (declared.value === result.value || declared.value === value) return;
  throw new AwsError('BadDigest', 400, `The ${result.algorithm} you specified did not match the calculated checksum.`);
}

function partDigest(part: Part, algorithm: ChecksumAlgorithm): Buffer {
  return part.checksum?.algorithm === algorithm ? Buffer.from(part.checksum.value, 'base64') : checksumBytes(algorithm, part.body);
}
