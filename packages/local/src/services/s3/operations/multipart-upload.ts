import { md5Hex } from '../../../checksums.ts';
import { percentEncodeKey } from '../../../percent.ts';
import { strictInteger } from '../../../strict-integer.ts';
import type { ParsedOperation } from '../../service.ts';
import { invalidArgument, invalidRequest } from '../errors.ts';
import { checksumElements, xmlResponse } from '../response.ts';
import { iamRequest, objectArn } from '../authorization.ts';
import { readNamedParts, selectParts } from '../completed-parts.ts';
import { ENCRYPTED, encryptionKey, uploadEncryption } from '../encryption.ts';
import type { Engine } from '../engine.ts';
import { fullObjectChecksum, wholeSeconds } from '../stored-object.ts';
import { objectHeaders } from '../object-headers.ts';
import { versionHeader } from '../pinned-version.ts';
import { uploadId } from '../query-params.ts';
import type { S3Request } from '../operation.ts';
import { completedChecksum, uploadChecksum, verifyCompleted } from '../upload-checksum.ts';
import type { Part } from '../uploads.ts';
import { NO_TAGS } from '../tags.ts';
import { writeConditions } from '../write-conditions.ts';
import { readWriteOptions } from '../write-options.ts';
import { element } from '../xml-writer.ts';

/** CreateMultipartUpload. */
export function createUpload(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key } = request;
  const headers = objectHeaders(request);
  const checksum = uploadChecksum(request);
  const options = readWriteOptions(request);
  const put = iamRequest(request, 's3:PutObject', objectArn(bucket, key), { ...options.context, 's3:ObjectCreationOperation': 'false' });
  return {
    authorize: [put, ...options.rights],
    execute() {
      const { uploads } = engine.bucket(bucket);
      options.check();
      const { encryption, storageClass = 'STANDARD', tags = NO_TAGS, redirect } = options;
      const upload = uploads.create({ key, initiated: request.now, headers, checksum, encryption, storageClass, tags, redirect });
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
  const conditions = writeConditions(request, engine);
  const put = iamRequest(request, 's3:PutObject', objectArn(bucket, key), {
    ...conditions.context,
    ...encryptionKey(uploadEncryption(request, engine)),
    's3:ObjectCreationOperation': 'true',
  });
  return {
    authorize: [put, ...conditions.rights],
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
      conditions.check();
      const etag = compositeEtag(parts);
      const { headers, tags, storageClass, redirect } = upload;
      const lastModified = wholeSeconds(request.now);
      const object = { body, etag, lastModified, headers, checksum, parts: parts.map(summary), tags, storageClass, redirect };
      const stored = into.put(key, object);
      const content =
        element('Location', `/${bucket}/${percentEncodeKey(key)}`) +
        element('Bucket', bucket) +
        element('Key', key) +
        element('ETag', `"${etag}"`) +
        checksumElements(checksum);
      const result = xmlResponse('CompleteMultipartUploadResult', content, { ...ENCRYPTED, ...versionHeader(into, stored) });
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
