import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { AwsError } from '../service.ts';
import { type ConditionKeys, conditionKeysOf } from './authorization.ts';
import type { Engine } from './engine.ts';
import { preconditionFailed } from './errors.ts';
import type { S3Request } from './operation.ts';
import { pinVersion, unchangedObject, versionRequest } from './pinned-version.ts';
import { matches } from './preconditions.ts';

/** The conditions of a write. */
export const WRITE_CONDITIONS: readonly string[] = ['if-match', 'if-none-match'];

/** The conditions of a write, on the current version of the object. */
export interface WriteConditions {
  readonly context: ConditionKeys;
  /**
   * The further permission of `If-Match`: its result reveals whether the object has an ETag, so it needs permission to read.
   *
   * @see Amazon S3 User Guide, "How to prevent object overwrites with conditional writes"
   */
  readonly rights: readonly IamRequest[];
  /** To call synchronously before the write. @throws {@link AwsError} PreconditionFailed, NoSuchKey, ConditionalRequestConflict */
  check(): void;
}

/**
 * Reads the conditions of a write.
 *
 * @throws {@link AwsError} NotImplemented for an `If-None-Match` of anything but `*`, and for both conditions together
 */
export function writeConditions(request: S3Request, engine: Engine): WriteConditions {
  const ifMatch = request.headers.get('if-match');
  const ifNoneMatch = request.headers.get('if-none-match');
  if (ifNoneMatch !== undefined && (ifNoneMatch !== '*' || ifMatch !== undefined)) {
    throw new AwsError('NotImplemented', 501, 'A header you provided implies functionality that is not implemented', {
      Header: 'If-None-Match',
    });
  }
  const { bucket, key } = request;
  const pinned = pinVersion(engine, { bucket, key, versionId: undefined });
  return {
    context: conditionKeysOf(request.headers, { 'if-match': 's3:if-match', 'if-none-match': 's3:if-none-match' }),
    rights: ifMatch === undefined ? [] : [versionRequest(request, 's3:GetObject', pinned)],
    check() {
      if (ifNoneMatch !== undefined && engine.bucket(bucket).get(key)) throw preconditionFailed('If-None-Match');
      if (ifMatch === undefined) return;
      const object = unchangedObject(request, engine, pinned, 'ConditionalRequestConflict');
      if (!matches(ifMatch, object)) throw preconditionFailed('If-Match');
    },
  };
}
