import type { AwsError } from '../service.ts';
import type { Engine } from './engine.ts';
import { invalidArgument, invalidRequest, notImplemented, preconditionFailed } from './errors.ts';
import { parseBucketName, parseKey } from './path.ts';
import { type PinnedVersion, pinnedObject, pinVersion, type VersionName } from './pinned-version.ts';
import { checkPreconditions, type Preconditions } from './preconditions.ts';
import type { S3Request } from './operation.ts';
import { isDeleteMarker, type StoredObject } from './stored-object.ts';
import { parseVersionId } from './version-id.ts';

/** The header that turns a write into a copy. */
export const COPY_SOURCE = 'x-amz-copy-source';

/** The response header with the version that was copied. */
export const COPIED_VERSION = 'x-amz-copy-source-version-id';

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const VERSION_QUERY = '?versionId=';

/**
 * Reads the object to copy, as it is now: `bucket/key` or `/bucket/key` in form encoding, and `?versionId=` with a version. The
 * slashes may be encoded too: S3 decodes the header before it splits it.
 *
 * INVARIANT: this parsed source is authorised and read; the header is not parsed again.
 *
 * @throws {@link AwsError} InvalidArgument for a value that names no object; NotImplemented for ARNs (access points)
 */
export function readCopySource(request: S3Request, engine: Engine): PinnedVersion {
  return pinVersion(engine, parseCopySource(request.headers.get(COPY_SOURCE) ?? ''));
}

function parseCopySource(header: string): VersionName {
  const query = header.indexOf('?');
  if (query !== -1 && !header.startsWith(VERSION_QUERY, query)) throw invalid(header);
  const versionId = query === -1 ? undefined : parseVersionId(COPY_SOURCE, header.slice(query + VERSION_QUERY.length));
  const source = decoded(query === -1 ? header : header.slice(0, query));
  if (source.startsWith('arn:')) throw notImplemented(`${COPY_SOURCE}: arn`);
  const path = source.startsWith('/') ? source.slice(1) : source;
  const slash = path.indexOf('/');
  const key = path.slice(slash + 1);
  if (slash === -1 || key === '') throw invalid(header);
  return { bucket: parseBucketName(path.slice(0, slash)), key: parseKey(key), versionId };
}

/** The value of the condition key `s3:x-amz-copy-source`, built from the parsed source. */
export function copySourceKey({ bucket, key }: VersionName): string {
  return `${bucket}/${key}`;
}

/** The object to copy, if it exists and the preconditions are met. A copy has no 304: for it, an unmodified object fails too. */
export function readSource(request: S3Request, engine: Engine, source: PinnedVersion, conditions: Preconditions): StoredObject {
  if (source.versionId !== undefined && source.found && isDeleteMarker(source.found)) {
    throw invalidRequest('The source of a copy request may not specifically refer to a delete marker by version id.');
  }
  const object = pinnedObject(request, engine, source);
  if (checkPreconditions(conditions, object) !== 'met') throw preconditionFailed('x-amz-copy-source-If-*');
  return object;
}

function decoded(header: string): string {
  if (!PRINTABLE_ASCII.test(header)) throw invalid(header);
  try {
    return decodeURIComponent(header.replaceAll('+', ' '));
  } catch {
    throw invalid(header);
  }
}

function invalid(header: string): AwsError {
  return invalidArgument(COPY_SOURCE, header, 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
}
