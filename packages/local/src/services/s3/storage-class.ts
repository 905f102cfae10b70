import { AwsError } from '../service.ts';
import { notImplemented } from './errors.ts';
import type { S3Request } from './operation.ts';
import { STORAGE_CLASSES, type StorageClass } from './stored-object.ts';

/** The header that selects the storage class of a write. A read returns it. */
export const STORAGE_CLASS = 'x-amz-storage-class';

/** The condition key of that header. */
export const STORAGE_CLASS_KEY = 's3:x-amz-storage-class';

/** The classes of archives, which need a restore before a read, and of other kinds of buckets. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  'GLACIER',
  'DEEP_ARCHIVE',
  'EXPRESS_ONEZONE',
  'OUTPOSTS',
  'SNOW',
  'FSX_OPENZFS',
  'FSX_ONTAP',
]);

/**
 * The storage class that a write requests, if any.
 *
 * @throws {@link AwsError} InvalidStorageClass; NotImplemented, 501, for a class whose objects cannot be read directly
 * @see Amazon S3 User Guide, "Understanding and managing Amazon S3 storage classes"
 */
export function readStorageClass({ headers }: S3Request): StorageClass | undefined {
  const requested = headers.get(STORAGE_CLASS);
  if (requested === undefined) return undefined;
  if (UNSUPPORTED.has(requested)) throw notImplemented(`${STORAGE_CLASS}: ${requested}`);
  const storageClass = STORAGE_CLASSES.find((known) => known === requested);
  if (!storageClass) throw new AwsError('InvalidStorageClass', 400, 'The storage class you specified is not valid');
  return storageClass;
}

/** The response header of a read. S3 returns it for all classes but the default one. */
export function storageClassHeader(storageClass: StorageClass): Readonly<Record<string, string>> {
  return storageClass === 'STANDARD' ? {} : { [STORAGE_CLASS]: storageClass };
}
