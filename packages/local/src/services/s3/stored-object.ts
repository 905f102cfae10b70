import { type ChecksumAlgorithm, checksum } from '../../checksums.ts';

/** A checksum as S3 keeps it: of the whole object, or of the checksums of its parts. */
export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; a composite one ends in `-` and the number of parts. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** What is left of a part once its upload is complete. */
export interface CompletedPart {
  readonly size: number;
  readonly checksum: StoredChecksum;
}

/** An object. It is replaced whole and never changed. */
export interface StoredObject {
  readonly body: Buffer;
  /** Without its quotes. */
  readonly etag: string;
  /** In whole seconds, so that what a header says and what a listing says are the same time. */
  readonly lastModified: Date;
  /** The headers that a read answers with: `content-type`, `cache-control`, …, `x-amz-meta-*`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly checksum: StoredChecksum;
  /** Empty unless it came by parts. */
  readonly parts: readonly CompletedPart[];
}

/** S3 computes a CRC64NVME of every object that came without a checksum. */
export function fullObjectChecksum(algorithm: ChecksumAlgorithm, body: Buffer): StoredChecksum {
  return { algorithm, value: checksum(algorithm, body), type: 'FULL_OBJECT' };
}

/** The time without its milliseconds, which an HTTP date cannot say. */
export function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
