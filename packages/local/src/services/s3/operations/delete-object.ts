import type { ParsedOperation } from '../../service.ts';
import { iamRequest, missingKey, objectArn, conditionKeysOf } from '../authorization.ts';
import type { Engine } from '../engine.ts';
import { preconditionFailed } from '../errors.ts';
import { matches } from '../preconditions.ts';
import type { S3Request } from '../operation.ts';

/** DeleteObject. It succeeds for a key that does not exist, unless the request has `If-Match`. */
export function deleteObject(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key } = request;
  const ifMatch = request.headers.get('if-match');
  const resource = objectArn(bucket, key);
  const remove = iamRequest(request, 's3:DeleteObject', resource, conditionKeysOf(request.headers, { 'if-match': 's3:if-match' }));
  return {
    // The result for an ETag reveals whether the object has it: this needs permission to read. `*` reveals only whether the object exists.
    authorize: ifMatch === undefined || ifMatch === '*' ? [remove] : [remove, iamRequest(request, 's3:GetObject', resource)],
    execute() {
      const from = engine.bucket(bucket);
      if (ifMatch !== undefined) {
        const object = from.get(key);
        if (!object) throw missingKey(request, bucket, key);
        if (!matches(ifMatch, object)) throw preconditionFailed('If-Match');
      }
      from.delete(key);
      return { status: 204 };
    },
  };
}
