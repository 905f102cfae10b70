import { md5Hex } from '../../../checksums.ts';
import type { ParsedOperation } from '../../service.ts';
import { invalidArgument, invalidRequest } from '../errors.ts';
import { checksumElements, xmlResponse } from '../response.ts';
import { iamRequest, objectArn, conditionKeysOf } from '../authorization.ts';
import { COPY_SOURCE, copySourceKey, readCopySource, readSource } from '../copy-source.ts';
import { ENCRYPTED, encryptionKey, readEncryption } from '../encryption.ts';
import type { Engine } from '../engine.ts';
import { fullObjectChecksum, wholeSeconds } from '../stored-object.ts';
import { objectHeaders } from '../object-headers.ts';
import { readPreconditions } from '../preconditions.ts';
import type { S3Request } from '../operation.ts';
import { checksumAlgorithm } from '../upload-checksum.ts';
import { writeConditionKeys, writeConditionRights, writeConditions } from '../write-conditions.ts';
import { element } from '../xml-writer.ts';

const METADATA_DIRECTIVE = 'x-amz-metadata-directive';

export function copyObject(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key } = request;
  const source = readCopySource(request);
  const sourceConditions = readPreconditions(request, `${COPY_SOURCE}-`);
  const check = writeConditions(request);
  const replace = replacesMetadata(request);
  const headers = objectHeaders(request);
  const encryption = readEncryption(request);
  const algorithm = checksumAlgorithm(request);
  const put = iamRequest(request, 's3:PutObject', objectArn(bucket, key), {
    ...conditionKeysOf(request.headers, { [METADATA_DIRECTIVE]: 's3:x-amz-metadata-directive' }),
    ...writeConditionKeys(request),
    ...encryptionKey(encryption),
    's3:x-amz-copy-source': copySourceKey(source),
    's3:ObjectCreationOperation': 'true',
  });
  const get = iamRequest(request, 's3:GetObject', objectArn(source.bucket, source.key));
  return {
    authorize: [put, get, ...writeConditionRights(request)],
    execute() {
      const into = engine.bucket(bucket);
      const original = readSource(request, engine, source, sourceConditions);
      if (!replace && !encryption && source.bucket === bucket && source.key === key) {
        throw invalidRequest(
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        );
      }
      check(into);
      const copy = {
        body: original.body,
        etag: md5Hex(original.body),
        lastModified: wholeSeconds(request.now),
        headers: replace ? headers : original.headers,
        checksum: fullObjectChecksum(algorithm ?? original.checksum.algorithm, original.body),
        parts: [],
      };
      into.put(key, copy);
      const content = element('LastModified', copy.lastModified.toISOString()) + element('ETag', `"${copy.etag}"`);
      return xmlResponse('CopyObjectResult', content + checksumElements(copy.checksum), ENCRYPTED);
    },
  };
}

function replacesMetadata({ headers }: S3Request): boolean {
  const directive = headers.get(METADATA_DIRECTIVE) ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive === 'REPLACE';
  throw invalidArgument(METADATA_DIRECTIVE, directive, 'Unknown metadata directive.');
}
