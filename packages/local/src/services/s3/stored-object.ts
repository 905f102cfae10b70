import { type ChecksumAlgorithm, checksum } from '../../checksums.ts';

/** A stored checksum: of the whole object, or of the checksums of its parts. */
export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64. A composite checksum ends with `-` and the number of parts. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** A part of an object, after its upload is complete. */
export interface CompletedPart {
  readonly size: number;
  readonly checksum: StoredChecksum;
}

/** The tags of an object: key → value. */
export type Tags = ReadonlyMap<string, string>;

/** The classes that differ from `STANDARD` in cost and availability only. */
export const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
] as const;

export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** An object that a write creates. */
export interface NewObject {
  readonly body: Buffer;
  /** Without quotes. */
  readonly etag: string;
  /** In whole seconds, so that headers and listings show the same time. */
  readonly lastModified: Date;
  /** The headers that a read returns: `content-type`, `cache-control`, …, `x-amz-meta-*`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly checksum: StoredChecksum;
  /** Empty if the object was not uploaded in parts. */
  readonly parts: readonly CompletedPart[];
  readonly tags: Tags;
  readonly storageClass: StorageClass;
  /** The location to which a website redirects. Only websites use it. */
  readonly redirect: string | undefined;
}

/** One version of an object. It is replaced as a whole, never changed. */
export interface StoredObject extends NewObject {
  /** `null` for a version that was written while versioning was not enabled. */
  readonly versionId: string;
}

/** The version that a delete creates in a bucket with versioning. The older versions remain. */
export interface DeleteMarker {
  readonly versionId: string;
  readonly lastModified: Date;
  readonly isDeleteMarker: true;
}

export type Version = StoredObject | DeleteMarker;

export function isDeleteMarker(version: Version): version is DeleteMarker {
  return 'isDeleteMarker' in version;
}

/** The checksum of a whole object. S3 computes a CRC64NVME if the client sends no checksum. */
export function fullObjectChecksum(algorithm: ChecksumAlgorithm, body: Buffer): StoredChecksum {
  return { algorithm, value: checksum(algorithm, body), type: 'FULL_OBJECT' };
}

/** A time without its milliseconds: an HTTP date has none. */
export function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
