import type { ParsedOperation, ServiceResponse } from '../../service.ts';
import { invalidArgument, preconditionFailed } from '../errors.ts';
import { checksumHeaders } from '../response.ts';
import { ENCRYPTED } from '../encryption.ts';
import type { Engine } from '../engine.ts';
import { readPart } from '../object-part.ts';
import { type PinnedVersion, pinnedObject, pinVersion, versionHeader, versionRequest } from '../pinned-version.ts';
import { checkPreconditions, type Preconditions, readPreconditions } from '../preconditions.ts';
import { readRange } from '../range.ts';
import { redirectHeader } from '../redirect.ts';
import { storageClassHeader } from '../storage-class.ts';
import { responseOverrides } from '../object-headers.ts';
import type { S3Request } from '../operation.ts';
import type { StoredChecksum, StoredObject } from '../stored-object.ts';
import { readVersionId } from '../version-id.ts';

/** GetObject and HeadObject, which is the same without the body. */
export function getObject(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, key } = request;
  const pinned = pinVersion(engine, { bucket, key, versionId: readVersionId(request) });
  const conditions = readPreconditions(request);
  const overrides = responseOverrides(request);
  const withChecksum = checksumMode(request);
  return {
    authorize: [versionRequest(request, 's3:GetObject', pinned)],
    execute() {
      const object = pinnedObject(request, engine, pinned);
      const outcome = checkPreconditions(conditions, object);
      if (outcome === 'failed') throw preconditionFailed(failedCondition(conditions));
      const headers = {
        'last-modified': object.lastModified.toUTCString(),
        etag: `"${object.etag}"`,
        ...versionHeader(engine.bucket(bucket), object),
      };
      if (outcome === 'unmodified') return { status: 304, headers };
      const { status, body, partial, checksum } = select(request, object);
      return {
        status,
        headers: {
          ...headers,
          'accept-ranges': 'bytes',
          'content-length': String(body.length),
          ...partial,
          ...Object.fromEntries(object.headers),
          ...ENCRYPTED,
          ...storageClassHeader(object.storageClass),
          ...redirectHeader(object.redirect),
          ...tagCount(request, pinned, object),
          ...(withChecksum && checksum && checksumHeaders(checksum)),
          ...overrides,
        },
        ...(request.method === 'GET' && { body }),
      };
    },
  };
}

interface Selection {
  readonly status: ServiceResponse['status'];
  readonly body: Buffer;
  /** The headers of a partial response. */
  readonly partial: Readonly<Record<string, string>>;
  /** The checksum of these bytes, if it is stored. */
  readonly checksum: StoredChecksum | undefined;
}

function select(request: S3Request, object: StoredObject): Selection {
  const size = object.body.length;
  const part = readPart(request, object);
  const range = part ?? readRange(request.headers.get('range'), size);
  if (!range) return { status: 200, body: object.body, partial: {}, checksum: object.checksum };
  return {
    status: 206,
    body: object.body.subarray(range.first, range.last + 1),
    partial: {
      'content-range': `bytes ${range.first}-${range.last}/${size}`,
      ...(part && object.parts.length > 0 && { 'x-amz-mp-parts-count': String(object.parts.length) }),
    },
    checksum: part?.checksum,
  };
}

/** The number of tags, for a caller who may read them. */
function tagCount(request: S3Request, pinned: PinnedVersion, { tags }: StoredObject): Readonly<Record<string, string>> {
  if (tags.size === 0 || !request.allowed(versionRequest(request, 's3:GetObjectTagging', pinned))) return {};
  return { 'x-amz-tagging-count': String(tags.size) };
}

function checksumMode({ headers }: S3Request): boolean {
  const mode = headers.get('x-amz-checksum-mode');
  if (mode === undefined || mode === 'ENABLED') return mode !== undefined;
  throw invalidArgument('x-amz-checksum-mode', mode, 'The value of x-amz-checksum-mode must be ENABLED');
}

function failedCondition({ ifMatch }: Preconditions): string {
  return ifMatch === undefined ? 'If-Unmodified-Since' : 'If-Match';
}
