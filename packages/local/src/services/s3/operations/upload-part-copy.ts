import type { ParsedOperation } from '../../service.ts';
import { md5Hex } from '../../../checksums.ts';
import { checksumElements, xmlResponse } from '../response.ts';
import { iamRequest, objectArn } from '../authorization.ts';
import { COPIED_VERSION, COPY_SOURCE, copySourceKey, readCopySource, readSource } from '../copy-source.ts';
import { ENCRYPTED, encryptionKey, uploadEncryption } from '../encryption.ts';
import type { Engine } from '../engine.ts';
import { fullObjectChecksum, wholeSeconds } from '../stored-object.ts';
import { versionHeader, versionRequest } from '../pinned-version.ts';
import { readPreconditions } from '../preconditions.ts';
import { readSourceRange } from '../range.ts';
import type { S3Request } from '../operation.ts';
import { readUploadTarget } from '../query-params.ts';
import { element } from '../xml-writer.ts';

/** UploadPartCopy. */
export function uploadPartCopy(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key } = request;
  const { uploadId, partNumber } = readUploadTarget(request);
  const source = readCopySource(request, engine);
  const conditions = readPreconditions(request, `${COPY_SOURCE}-`);
  const put = iamRequest(request, 's3:PutObject', objectArn(bucket, key), {
    ...encryptionKey(uploadEncryption(request, engine)),
    's3:x-amz-copy-source': copySourceKey(source),
    's3:ObjectCreationOperation': 'false',
  });
  return {
    authorize: [put, versionRequest(request, 's3:GetObject', source)],
    execute() {
      const upload = engine.bucket(bucket).uploads.find(key, uploadId);
      const original = readSource(request, engine, source, conditions);
      const range = readSourceRange(request.headers.get('x-amz-copy-source-range'), original.body.length);
      const body = range ? original.body.subarray(range.first, range.last + 1) : original.body;
      const checksum = upload.checksum && fullObjectChecksum(upload.checksum.algorithm, body);
      const part = { number: partNumber, body, etag: md5Hex(body), lastModified: wholeSeconds(request.now), checksum };
      upload.parts.set(partNumber, part);
      const content = element('LastModified', part.lastModified.toISOString()) + element('ETag', `"${part.etag}"`);
      return xmlResponse('CopyPartResult', content + (checksum ? checksumElements(checksum) : ''), {
        ...ENCRYPTED,
        ...versionHeader(engine.bucket(source.bucket), original, COPIED_VERSION),
      });
    },
  };
}
