import type { ParsedOperation, ServiceResponse } from '../../service.ts';
import { iamRequest, objectArn, conditionKeysOf } from '../authorization.ts';
import type { Bucket } from '../bucket.ts';
import type { Engine } from '../engine.ts';
import { notImplemented, preconditionFailed } from '../errors.ts';
import { pinVersion, unchangedObject, versionAction, versionIdKey, versionRequest } from '../pinned-version.ts';
import { matches } from '../preconditions.ts';
import type { S3Request } from '../operation.ts';
import { isDeleteMarker, wholeSeconds } from '../stored-object.ts';
import { readVersionId } from '../version-id.ts';

/**
 * DeleteObject. With `versionId` it deletes that version; otherwise, in a bucket with versioning, it adds a delete marker.
 * It succeeds for a key or a version that does not exist, unless the request has `If-Match`.
 */
export function deleteObject(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key } = request;
  const versionId = readVersionId(request);
  const ifMatch = request.headers.get('if-match');
  if (ifMatch !== undefined && versionId !== undefined) throw notImplemented('If-Match with versionId');
  const remove = iamRequest(request, versionAction('s3:DeleteObject', versionId), objectArn(bucket, key), {
    ...versionIdKey(versionId),
    ...conditionKeysOf(request.headers, { 'if-match': 's3:if-match' }),
  });
  const current = pinVersion(engine, { bucket, key, versionId: undefined });
  return {
    // The result for an ETag reveals whether the object has it: this needs permission to read. `*` reveals only whether the object exists.
    authorize: ifMatch === undefined || ifMatch === '*' ? [remove] : [remove, versionRequest(request, 's3:GetObject', current)],
    execute(): ServiceResponse {
      const from = engine.bucket(bucket);
      if (ifMatch !== undefined) {
        const object = unchangedObject(request, engine, current, 'ConditionalRequestConflict');
        if (!matches(ifMatch, object)) throw preconditionFailed('If-Match');
      }
      const { deletedId, markerId } = deleteVersion(from, key, versionId, request.now);
      const id = deletedId ?? markerId;
      return {
        status: 204,
        headers: {
          ...(id !== undefined && { 'x-amz-version-id': id }),
          ...(markerId !== undefined && { 'x-amz-delete-marker': 'true' }),
        },
      };
    },
  };
}

/** The result of a delete. All members are undefined in a bucket without versioning. */
export interface DeletedVersion {
  /** The version that the request named. */
  readonly deletedId: string | undefined;
  /** The delete marker that was created, or that was deleted. */
  readonly markerId: string | undefined;
}

/** Deletes the named version, or the current object. */
export function deleteVersion(from: Bucket, key: string, versionId: string | undefined, now: Date): DeletedVersion {
  if (versionId === undefined) return { deletedId: undefined, markerId: from.delete(key, wholeSeconds(now))?.versionId };
  const deleted = from.deleteVersion(key, versionId);
  return { deletedId: versionId, markerId: deleted && isDeleteMarker(deleted) ? deleted.versionId : undefined };
}
