import type { ParsedOperation } from '../../service.ts';
import { md5Hex } from '../../../checksums.ts';
import { checksumHeaders } from '../response.ts';
import { iamRequest, objectArn } from '../authorization.ts';
import { ENCRYPTED } from '../encryption.ts';
import type { Engine } from '../engine.ts';
import { fullObjectChecksum, wholeSeconds } from '../stored-object.ts';
import { objectHeaders } from '../object-headers.ts';
import { verifyPayload } from '../payload.ts';
import { versionHeader } from '../pinned-version.ts';
import type { S3Request } from '../operation.ts';
import { NO_TAGS } from '../tags.ts';
import { writeConditions } from '../write-conditions.ts';
import { readWriteOptions } from '../write-options.ts';

export function putObject(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key, body } = request;
  const headers = objectHeaders(request);
  const conditions = writeConditions(request, engine);
  const options = readWriteOptions(request);
  const put = iamRequest(request, 's3:PutObject', objectArn(bucket, key), {
    ...conditions.context,
    ...options.context,
    's3:ObjectCreationOperation': 'true',
  });
  return {
    authorize: [put, ...options.rights, ...conditions.rights],
    execute() {
      const into = engine.bucket(bucket);
      options.check();
      const checksum = verifyPayload(request) ?? fullObjectChecksum('CRC64NVME', body);
      conditions.check();
      const { storageClass = 'STANDARD', tags = NO_TAGS, redirect } = options;
      const lastModified = wholeSeconds(request.now);
      const stored = into.put(key, { body, etag: md5Hex(body), lastModified, headers, checksum, parts: [], tags, storageClass, redirect });
      return {
        status: 200,
        headers: { etag: `"${stored.etag}"`, ...checksumHeaders(checksum), ...ENCRYPTED, ...versionHeader(into, stored) },
      };
    },
  };
}
