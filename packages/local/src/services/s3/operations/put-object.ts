import type { ParsedOperation } from '../../service.ts';
import { md5Hex } from '../../../checksums.ts';
import { checksumHeaders } from '../response.ts';
import { iamRequest, objectArn } from '../authorization.ts';
import { ENCRYPTED, encryptionKey, readEncryption } from '../encryption.ts';
import type { Engine } from '../engine.ts';
import { fullObjectChecksum, wholeSeconds } from '../stored-object.ts';
import { objectHeaders } from '../object-headers.ts';
import { verifyPayload } from '../payload.ts';
import type { S3Request } from '../operation.ts';
import { writeConditionKeys, writeConditionRights, writeConditions } from '../write-conditions.ts';

export function putObject(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key, body } = request;
  const headers = objectHeaders(request);
  const check = writeConditions(request);
  const put = iamRequest(request, 's3:PutObject', objectArn(bucket, key), {
    ...writeConditionKeys(request),
    ...encryptionKey(readEncryption(request)),
    's3:ObjectCreationOperation': 'true',
  });
  return {
    authorize: [put, ...writeConditionRights(request)],
    execute() {
      const into = engine.bucket(bucket);
      const checksum = verifyPayload(request) ?? fullObjectChecksum('CRC64NVME', body);
      check(into);
      const etag = md5Hex(body);
      into.put(key, { body, etag, lastModified: wholeSeconds(request.now), headers, checksum, parts: [] });
      return { status: 200, headers: { etag: `"${etag}"`, ...checksumHeaders(checksum), ...ENCRYPTED } };
    },
  };
}
