import { md5Hex } from '../../../checksums.ts';
import type { ParsedOperation, ServiceResponse } from '../../service.ts';
import { invalidRequest } from '../errors.ts';
import { checksumHeaders } from '../response.ts';
import { iamRequest, objectArn } from '../authorization.ts';
import { ENCRYPTED, encryptionKey, uploadEncryption } from '../encryption.ts';
import type { Engine } from '../engine.ts';
import { fullObjectChecksum, type StoredChecksum, wholeSeconds } from '../stored-object.ts';
import { verifyPayload } from '../payload.ts';
import type { S3Request } from '../operation.ts';
import { readUploadTarget } from '../query-params.ts';
import type { Upload } from '../uploads.ts';

export function uploadPart(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key, body } = request;
  const { uploadId, partNumber } = readUploadTarget(request);
  const context = { ...encryptionKey(uploadEncryption(request, engine)), 's3:ObjectCreationOperation': 'false' };
  return {
    authorize: [iamRequest(request, 's3:PutObject', objectArn(bucket, key), context)],
    execute(): ServiceResponse {
      const upload = engine.bucket(bucket).uploads.find(key, uploadId);
      const checksum = partChecksum(upload, verifyPayload(request), body);
      const etag = md5Hex(body);
      upload.parts.set(partNumber, { number: partNumber, body, etag, lastModified: wholeSeconds(request.now), checksum });
      return { status: 200, headers: { etag: `"${etag}"`, ...(checksum && checksumHeaders(checksum)), ...ENCRYPTED } };
    },
  };
}

/** A composite checksum is computed from the parts' checksums that the client sent: each part needs one of the upload's algorithm. */
function partChecksum({ checksum: expected }: Upload, sent: StoredChecksum | undefined, body: Buffer): StoredChecksum | undefined {
  if (!expected || sent?.algorithm === expected.algorithm) return sent;
  if (!sent && expected.type === 'FULL_OBJECT') return fullObjectChecksum(expected.algorithm, body);
  const actual = sent?.algorithm.toLowerCase() ?? 'null';
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${expected.algorithm.toLowerCase()}, actual checksum Type: ${actual}`,
  );
}
