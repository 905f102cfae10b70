import { xmlAnswer } from '../answer.ts';
import { ask, objectArn } from '../authorization.ts';
import { ENCRYPTED, encryptionKey, readEncryption } from '../encryption.ts';
import type { Engine } from '../engine.ts';
import { objectHeaders } from '../object-headers.ts';
import type { S3Request, Understood } from '../row.ts';
import { uploadChecksum } from '../upload-checksum.ts';
import { element } from '../xml-out.ts';

/** CreateMultipartUpload. */
export function createUpload(request: S3Request, engine: Engine): Understood {
  const { bucket, key } = request;
  const headers = objectHeaders(request);
  const checksum = uploadChecksum(request);
  const encryption = readEncryption(request);
  return {
    authorize: [
      ask(request, 's3:PutObject', objectArn(bucket, key), { ...encryptionKey(encryption), 's3:ObjectCreationOperation': 'false' }),
    ],
    execute() {
      const upload = engine.bucket(bucket).uploads.create({ key, initiated: request.now, headers, checksum, encryption });
      return xmlAnswer('InitiateMultipartUploadResult', element('Bucket', bucket) + element('Key', key) + element('UploadId', upload.id), {
        ...ENCRYPTED,
        ...(checksum && { 'x-amz-checksum-algorithm': checksum.algorithm, 'x-amz-checksum-type': checksum.type }),
      });
    },
  };
}
