import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { md5Hex } from '../../../checksums.ts';
import type { ParsedOperation } from '../../service.ts';
import { invalidArgument, invalidRequest, notImplemented } from '../errors.ts';
import { checksumElements, xmlResponse } from '../response.ts';
import { iamRequest, objectArn, conditionKeysOf } from '../authorization.ts';
import { COPIED_VERSION, COPY_SOURCE, copySourceKey, readCopySource, readSource } from '../copy-source.ts';
import { ENCRYPTED } from '../encryption.ts';
import type { Engine } from '../engine.ts';
import { fullObjectChecksum, wholeSeconds } from '../stored-object.ts';
import { objectHeaders } from '../object-headers.ts';
import { type PinnedVersion, tagsOf, versionHeader, versionRequest } from '../pinned-version.ts';
import { readPreconditions } from '../preconditions.ts';
import type { S3Request } from '../operation.ts';
import { NO_TAGS, TAGGING } from '../tags.ts';
import { checksumAlgorithm } from '../upload-checksum.ts';
import { writeConditions } from '../write-conditions.ts';
import { readWriteOptions } from '../write-options.ts';
import { element } from '../xml-writer.ts';

const METADATA_DIRECTIVE = 'x-amz-metadata-directive';
const TAGGING_DIRECTIVE = 'x-amz-tagging-directive';

export function copyObject(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key } = request;
  const source = readCopySource(request, engine);
  const sourceConditions = readPreconditions(request, `${COPY_SOURCE}-`);
  const conditions = writeConditions(request, engine);
  const replacesMetadata = replaces(request, METADATA_DIRECTIVE);
  const replacesTags = replaces(request, TAGGING_DIRECTIVE);
  const headers = objectHeaders(request);
  const options = readWriteOptions(request);
  if (options.tags && !replacesTags) throw notImplemented(`${TAGGING} without ${TAGGING_DIRECTIVE}: REPLACE`);
  const algorithm = checksumAlgorithm(request);
  const put = iamRequest(request, 's3:PutObject', objectArn(bucket, key), {
    ...conditionKeysOf(request.headers, { [METADATA_DIRECTIVE]: 's3:x-amz-metadata-directive' }),
    ...conditions.context,
    ...options.context,
    's3:x-amz-copy-source': copySourceKey(source),
    's3:ObjectCreationOperation': 'true',
  });
  const get = versionRequest(request, 's3:GetObject', source);
  return {
    authorize: [put, get, ...options.rights, ...(replacesTags ? [] : tagCopyRights(request, source)), ...conditions.rights],
    execute() {
      const into = engine.bucket(bucket);
      options.check();
      const original = readSource(request, engine, source, sourceConditions);
      const { encryption, storageClass = 'STANDARD', tags = NO_TAGS, redirect } = options;
      const changes =
        replacesMetadata || [encryption, options.storageClass, redirect, source.versionId].some((given) => given !== undefined);
      if (!changes && source.bucket === bucket && source.key === key) {
        throw invalidRequest(
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        );
      }
      conditions.check();
      const copy = into.put(key, {
        body: original.body,
        etag: md5Hex(original.body),
        lastModified: wholeSeconds(request.now),
        headers: replacesMetadata ? headers : original.headers,
        checksum: fullObjectChecksum(algorithm ?? original.checksum.algorithm, original.body),
        parts: [],
        tags: replacesTags ? tags : original.tags,
        storageClass,
        redirect,
      });
      const content = element('LastModified', copy.lastModified.toISOString()) + element('ETag', `"${copy.etag}"`);
      return xmlResponse('CopyObjectResult', content + checksumElements(copy.checksum), {
        ...ENCRYPTED,
        ...versionHeader(into, copy),
        ...versionHeader(engine.bucket(source.bucket), original, COPIED_VERSION),
      });
    },
  };
}

/**
 * The permissions to copy the source's tags, if it has any.
 *
 * @see AWS Knowledge Center, "How do I troubleshoot 403 Access Denied errors when I copy S3 objects", objects with tags
 */
function tagCopyRights(request: S3Request, source: PinnedVersion): readonly IamRequest[] {
  if (tagsOf(source.found).size === 0) return [];
  return [
    versionRequest(request, 's3:GetObjectTagging', source),
    iamRequest(request, 's3:PutObjectTagging', objectArn(request.bucket, request.key)),
  ];
}

/** Whether a directive is REPLACE. The default is COPY. @throws {@link AwsError} InvalidArgument */
function replaces({ headers }: S3Request, name: string): boolean {
  const directive = headers.get(name) ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive === 'REPLACE';
  throw invalidArgument(name, directive, name === METADATA_DIRECTIVE ? 'Unknown metadata directive.' : 'Unknown tagging directive.');
}
