import { md5Hex } from '../../../checksums.ts';
import { percentEncodeKey } from '../../../percent.ts';
import { strictInteger } from '../../../strict-integer.ts';
import type { ParsedOperation } from '../../service.ts';
import { invalidArgument, invalidRequest } from '../errors.ts';
import { checksumElements, xmlResponse } from '../response.ts';
import { iamRequest, objectArn } from '../authorization.ts';
import { readNamedParts, selectParts } from '../completed-parts.ts';
import { ENCRYPTED, encryptionKey, readEncryption, uploadEncryption } from '../encryption.ts';
import type { Engine } from '../engine.ts';
import { fullObjectChecksum, wholeSeconds } from '../stored-object.ts';
import { objectHeaders } from '../object-headers.ts';
import { uploadId } from '../query-params.ts';
import type { S3Request } from '../operation.ts';
import { completedChecksum, uploadChecksum, verifyCompleted } from '../upload-checksum.ts';
import type { Part } from '../uploads.ts';
import { writeConditionKeys, writeConditionRights, writeConditions } from '../write-conditions.ts';
import { element } from '../xml-writer.ts';

/** CreateMultipartUpload. */
export function createUpload(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key } = request;
  const headers = objectHeaders(request);
  const checksum = uploadChecksum(request);
  const encryption = readEncryption(request);
  return {
    authorize: [
      iamRequest(request, 's3:PutObject', objectArn(bucket, key), { ...encryptionKey(encryption), 's3:ObjectCreationOperation': 'false' }),
    ],
    execute() {
      const upload = engine.bucket(bucket).uploads.create({ key, initiated: request.now, headers, checksum, encryption });
      return xmlResponse(
        'InitiateMultipartUploadResult',
        element('Bucket', bucket) + element('Key', key) + element('UploadId', upload.id),
        {
          ...ENCRYPTED,
          ...(checksum && { 'x-amz-checksum-algorithm': checksum.algorithm, 'x-amz-checksum-type': checksum.type }),
        },
      );
    },
  };
}

/** AbortMultipartUpload. */
export function abortUpload(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key } = request;
  const id = uploadId(request);
  return {
    authorize: [iamRequest(request, 's3:AbortMultipartUpload', objectArn(bucket, key))],
    execute() {
      const { uploads } = engine.bucket(bucket);
      uploads.remove(uploads.find(key, id));
      return { status: 204 };
    },
  };
}

/** CompleteMultipartUpload. A repeated request returns the result of the first. */
export function completeUpload(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key } = request;
  const id = uploadId(request);
  const named = readNamedParts(request.body);
  const size = declaredSize(request);
  const check = writeConditions(request);
  const put = iamRequest(request, 's3:PutObject', objectArn(bucket, key), {
    ...writeConditionKeys(request),
    ...encryptionKey(uploadEncryption(request, engine)),
    's3:ObjectCreationOperation': 'true',
  });
  return {
    authorize: [put, ...writeConditionRights(request)],
    execute() {
      const into = engine.bucket(bucket);
      const completed = into.uploads.completed(key, id, JSON.stringify(named));
      if (completed !== undefined) return completed;
      const upload = into.uploads.find(key, id);
      const parts = selectParts(upload, named);
      const body = Buffer.concat(parts.map((part) => part.body));
      if (size !== undefined && size !== body.length) {
        throw invalidRequest('The provided x-amz-mp-object-size header value does not match what was computed.');
      }
      const checksum = completedChecksum(upload.checksum, parts, body);
      verifyCompleted(request, checksum);
      check(into);
      const etag = compositeEtag(parts);
      into.put(key, { body, etag, lastModified: wholeSeconds(request.now), headers: upload.headers, checksum, parts: parts.map(summary) });
      const content =
        element('Location', `/${bucket}/${percentEncodeKey(key)}`) +
        element('Bucket', bucket) +
        element('Key', key) +
        element('ETag', `"${etag}"`) +
        checksumElements(checksum);
      const result = xmlResponse('CompleteMultipartUploadResult', content, ENCRYPTED);
      into.uploads.complete(upload, JSON.stringify(named), result);
      return result;
    },
  };
}

function declaredSize({ headers }: S3Request): number | undefined {
  const text = headers.get('x-amz-mp-object-size');
  if (text === undefined) return undefined;
  const size = strictInteger(text, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (size === undefined) throw invalidArgument('x-amz-mp-object-size', text, 'The value of x-amz-mp-object-size must be a whole number');
  return size;
}

/** The MD5 of the parts' MD5s, and the number of parts. */
function compositeEtag(parts: readonly Part[]): string {
  const digests = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')));
  return `${md5Hex(digests)}-${parts.length}`;
}

function summary({ body, checksum }: Part) {
  return { size: body.length, checksum: checksum ?? fullObjectChecksum('CRC64NVME', body) };
}
