// Not by name: an older Node.js has neither `hash` nor `crc32`, and would report these lines instead of its version.
import crypto from 'node:crypto';
import zlib from 'node:zlib';
import { crc32c } from '@aws-crypto/crc32c';
import { crc64Nvme } from './crc64-nvme.ts';

/** The checksums of S3's flexible checksums, by the names of `x-amz-checksum-algorithm`. */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

const DIGESTS: ReadonlyMap<ChecksumAlgorithm, (body: Buffer) => Buffer> = new Map([
  ['CRC32', (body) => fourBytes(zlib.crc32(body))],
  ['CRC32C', (body) => fourBytes(crc32c(body))],
  ['CRC64NVME', crc64Nvme],
  ['SHA1', (body) => crypto.hash('sha1', body, 'buffer')],
  ['SHA256', (body) => crypto.hash('sha256', body, 'buffer')],
]);

/** All five algorithms, in the order of AWS's documentation. */
export const CHECKSUM_ALGORITHMS: readonly ChecksumAlgorithm[] = [...DIGESTS.keys()];

const BY_HEADER: ReadonlyMap<string, ChecksumAlgorithm> = new Map(
  CHECKSUM_ALGORITHMS.map((algorithm) => [checksumHeader(algorithm), algorithm]),
);

/** The names of the headers and trailers that carry a checksum: `x-amz-checksum-crc32`, … */
export const CHECKSUM_HEADERS: ReadonlySet<string> = new Set(BY_HEADER.keys());

/** The header or trailer that carries this checksum. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The algorithm whose value a header or trailer of this lower-case name carries. */
export function checksumOfHeader(header: string): ChecksumAlgorithm | undefined {
  return BY_HEADER.get(header);
}

/** The algorithm with this name, as in `x-amz-checksum-algorithm`; undefined if S3 does not support it. */
export function parseChecksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
}

/** The checksum of `body` in base64, as in headers and trailers. */
export function checksum(algorithm: ChecksumAlgorithm, body: Buffer): string {
  return checksumBytes(algorithm, body).toString('base64');
}

/** The checksum of `body` as bytes. Composite checksums are computed from these. */
export function checksumBytes(algorithm: ChecksumAlgorithm, body: Buffer): Buffer {
  const digest = DIGESTS.get(algorithm);
  if (!digest) throw new RangeError(`unknown checksum algorithm: ${algorithm}`);
  return digest(body);
}

/** The hexadecimal MD5 that S3 and SQS return, and that SDKs compare. */
export function md5Hex(data: Buffer | string): string {
  return crypto.hash('md5', data);
}

/** The hexadecimal SHA-256, as in signatures. */
export function sha256Hex(data: Buffer): string {
  return crypto.hash('sha256', data);
}

function fourBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
