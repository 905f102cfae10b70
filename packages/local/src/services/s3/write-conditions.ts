import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { AwsError } from '../service.ts';
import { iamRequest, type ConditionKeys, missingKey, objectArn, conditionKeysOf } from './authorization.ts';
import type { Bucket } from './engine.ts';
import { preconditionFailed } from './errors.ts';
import { matches } from './preconditions.ts';
import type { S3Request } from './operation.ts';

/** The conditions of a write. */
export const WRITE_CONDITIONS: readonly string[] = ['if-match', 'if-none-match'];

/** The condition keys of a write's conditions. */
export function writeConditionKeys(request: S3Request): ConditionKeys {
  return conditionKeysOf(request.headers, { 'if-match': 's3:if-match', 'if-none-match': 's3:if-none-match' });
}

/**
 * The additional permission of a write with If-Match. Its result reveals whether the ETag matches, so it needs permission to read.
 *
 * @see Amazon S3 User Guide, "How to prevent object overwrites with conditional writes"
 */
export function writeConditionRights(request: S3Request): readonly IamRequest[] {
  if (!request.headers.has('if-match')) return [];
  return [iamRequest(request, 's3:GetObject', objectArn(request.bucket, request.key))];
}

/**
 * Reads the conditions of a write.
 *
 * @returns A check to call synchronously before the write
 * @throws {@link AwsError} NotImplemented for an `If-None-Match` of anything but `*`, and for both conditions together
 */
export function writeConditions(request: S3Request): (bucket: Bucket) => void {
  const ifMatch = request.headers.get('if-match');
  const ifNoneMatch = request.headers.get('if-none-match');
  if (ifNoneMatch !== undefined && (ifNoneMatch !== '*' || ifMatch !== undefined)) {
    throw new AwsError('NotImplemented', 501, 'A header you provided implies functionality that is not implemented', {
      Header: 'If-None-Match',
    });
  }
  return (bucket) => {
    const object = bucket.get(request.key);
    if (ifNoneMatch !== undefined && object) throw preconditionFailed('If-None-Match');
    if (ifMatch === undefined) return;
    if (!object) throw missingKey(request, request.bucket, request.key);
    if (!matches(ifMatch, object)) throw preconditionFailed('If-Match');
  };
}
