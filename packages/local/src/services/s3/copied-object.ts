import { missingKey } from './authorization.ts';
import type { CopySource } from './copy-source.ts';
import type { Engine } from './engine.ts';
import { judge, type Preconditions, preconditionFailed } from './preconditions.ts';
import type { S3Request } from './row.ts';
import type { StoredObject } from './stored-object.ts';

/** The object that is copied, if it is there and what the request says it must be. A copy has no 304: unmodified is a failure too. */
export function readSource(request: S3Request, engine: Engine, source: CopySource, conditions: Preconditions): StoredObject {
  const object = engine.bucket(source.bucket).get(source.key);
  if (!object) throw missingKey(request, source.bucket, source.key);
  if (judge(conditions, object) !== 'met') throw preconditionFailed('x-amz-copy-source-If-*');
  return object;
}
