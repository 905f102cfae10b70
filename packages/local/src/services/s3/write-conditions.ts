import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { AwsError } from '../service.ts';
import { ask, type Context, missingKey, objectArn, sent } from './authorization.ts';
import type { Bucket } from './engine.ts';
import { matches, preconditionFailed } from './preconditions.ts';
import type { S3Request } from './operation.ts';

/** The conditions of a write. */
export const WRITE_CONDITIONS: readonly string[] = ['if-match', 'if-none-match'];

/** The condition keys that tell a policy what was asked. */
export function writeConditionKeys(request: S3Request): Context {
  return sent(request.headers, { 'if-match': 's3:if-match', 'if-none-match': 's3:if-none-match' });
}

/**
 * A write that depends on an ETag tells its caller something of the object, so the right to read is needed too.
 *
 * @see Amazon S3 User Guide, "How to prevent object overwrites with conditional writes"
 */
export function writeConditionRights(request: S3Request): readonly IamRequest[] {
  if (!request.headers.has('if-match')) return [];
  return [ask(request, 's3:GetObject', objectArn(request.bucket, request.key))];
}

/**
 * Reads the conditions of a write.
 *
 * @returns A check to be made in the same tick as the write
 * @throws {@link AwsError} NotImplemented for an `If-None-Match` of anything but `*`, and for both at once
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
