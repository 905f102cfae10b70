import type { ParsedOperation } from '../../service.ts';
import { ask, missingKey, objectArn, sent } from '../authorization.ts';
import type { Engine } from '../engine.ts';
import { matches, preconditionFailed } from '../preconditions.ts';
import type { S3Request } from '../operation.ts';

/** DeleteObject. A key that is not there is deleted as well as any other; with `If-Match` it is not. */
export function deleteObject(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key } = request;
  const ifMatch = request.headers.get('if-match');
  const resource = objectArn(bucket, key);
  const remove = ask(request, 's3:DeleteObject', resource, sent(request.headers, { 'if-match': 's3:if-match' }));
  return {
    // An ETag tells its caller something of the object, `*` only that it exists: the first needs the right to read.
    authorize: ifMatch === undefined || ifMatch === '*' ? [remove] : [remove, ask(request, 's3:GetObject', resource)],
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
