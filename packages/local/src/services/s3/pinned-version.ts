import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { AwsError } from '../service.ts';
import { type ConditionKeys, iamRequest, missingKey, objectArn, toLister } from './authorization.ts';
import type { Bucket } from './bucket.ts';
import type { Engine } from './engine.ts';
import { ErrorWithHeaders } from './errors.ts';
import type { S3Request } from './operation.ts';
import { isDeleteMarker, type StoredObject, type Tags, type Version } from './stored-object.ts';
import { EXISTING_TAG_KEY, existingTags, NO_TAGS } from './tags.ts';

/** The condition key of a request that names a version. */
export const VERSION_ID_KEY = 's3:VersionId';

/** The condition keys of a request on an existing version. */
export const VERSION_KEYS: readonly string[] = [EXISTING_TAG_KEY, VERSION_ID_KEY];

/** The object that a request names: its current version, or the one with this id. */
export interface VersionName {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/**
 * A version as it was when the request was parsed.
 *
 * INVARIANT: IAM decides with the tags of this version, and other requests can run between the decision and the execution. A read
 * returns this version, even if the key has another one by then. A write requires that the tags are still the same.
 */
export interface PinnedVersion extends VersionName {
  readonly found: Version | undefined;
}

export function pinVersion(engine: Engine, name: VersionName): PinnedVersion {
  return { ...name, found: findVersion(engine, name) };
}

/** The action on the current version, or with `versionId` on a version: `s3:GetObject`, `s3:GetObjectVersion`. */
export function versionAction(action: string, versionId: string | undefined): string {
  return versionId === undefined ? action : action.replace('Object', 'ObjectVersion');
}

/** The condition key for the requested version. A request on the current version does not have it. */
export function versionIdKey(versionId: string | undefined): ConditionKeys {
  return versionId === undefined ? {} : { [VERSION_ID_KEY]: versionId };
}

/** The IAM request for an action on a version, with the tags that the version has. */
export function versionRequest(request: S3Request, action: string, pinned: PinnedVersion, context: ConditionKeys = {}): IamRequest {
  const { bucket, key, versionId, found } = pinned;
  return iamRequest(request, versionAction(action, versionId), objectArn(bucket, key), {
    ...versionIdKey(versionId),
    ...existingTags(tagsOf(found)),
    ...context,
  });
}

/**
 * The pinned object.
 *
 * @throws {@link AwsError} NoSuchBucket, NoSuchKey, NoSuchVersion; MethodNotAllowed for a delete marker that the request names
 */
export function pinnedObject(request: S3Request, engine: Engine, { bucket, key, versionId, found }: PinnedVersion): StoredObject {
  engine.bucket(bucket);
  if (found && !isDeleteMarker(found)) return found;
  if (!found && versionId === undefined) throw missingKey(request, bucket, key);
  if (!found) {
    const message = 'The specified version does not exist.';
    throw toLister(request, bucket, new AwsError('NoSuchVersion', 404, message, { Key: key, VersionId: versionId }));
  }
  const marker = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': found.versionId };
  if (versionId !== undefined) {
    const error = new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.', {
      ResourceType: 'DeleteMarker',
    });
    throw new ErrorWithHeaders(error, { ...marker, allow: 'DELETE', 'last-modified': found.lastModified.toUTCString() });
  }
  const error = missingKey(request, bucket, key);
  throw error.code === 'NoSuchKey' ? new ErrorWithHeaders(error, marker) : error;
}

/**
 * The same version as it is now.
 *
 * @param conflict the code of the error if its tags are not those that IAM decided with
 * @throws {@link AwsError} 409, and the errors of {@link pinnedObject}
 */
export function unchangedObject(
  request: S3Request,
  engine: Engine,
  pinned: PinnedVersion,
  conflict: 'OperationAborted' | 'ConditionalRequestConflict' = 'OperationAborted',
): StoredObject {
  const now = pinVersion(engine, pinned);
  if (!haveSameTags(now.found, pinned.found)) {
    throw new AwsError(
      conflict,
      409,
      'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    );
  }
  return pinnedObject(request, engine, now);
}

/** The tags of a version. A delete marker and a version that does not exist have none. */
export function tagsOf(version: Version | undefined): Tags {
  return version && !isDeleteMarker(version) ? version.tags : NO_TAGS;
}

/** The response header with the version. A bucket in which versioning was never enabled does not return it. */
export function versionHeader({ versioning }: Bucket, { versionId }: Version, name = 'x-amz-version-id'): Readonly<Record<string, string>> {
  return versioning === undefined ? {} : { [name]: versionId };
}

/** The request is not authorised yet: a bucket that does not exist must give the same result as one without this object. */
function findVersion(engine: Engine, { bucket, key, versionId }: VersionName): Version | undefined {
  if (!engine.hasBucket(bucket)) return undefined;
  return versionId === undefined ? engine.bucket(bucket).current(key) : engine.bucket(bucket).version(key, versionId);
}

function haveSameTags(a: Version | undefined, b: Version | undefined): boolean {
  const [one, other] = [tagsOf(a), tagsOf(b)];
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}
