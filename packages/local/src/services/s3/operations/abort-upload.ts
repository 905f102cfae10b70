import { ask, objectArn } from '../authorization.ts';
import type { Engine } from '../engine.ts';
import type { S3Request, Understood } from '../row.ts';
import { uploadId } from '../upload-target.ts';

/** AbortMultipartUpload. */
export function abortUpload(request: S3Request, engine: Engine): Understood {
  const { bucket, key } = request;
  const id = uploadId(request);
  return {
    authorize: [ask(request, 's3:AbortMultipartUpload', objectArn(bucket, key))],
    execute() {
      const { uploads } = engine.bucket(bucket);
      uploads.end(uploads.find(key, id));
      return { status: 204 };
    },
  };
}
