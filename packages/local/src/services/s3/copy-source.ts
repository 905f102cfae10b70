import type { AwsError } from '../service.ts';
import { missingKey } from './authorization.ts';
import type { Engine } from './engine.ts';
import { invalidArgument, notImplemented, preconditionFailed } from './errors.ts';
import { parseBucketName, parseKey } from './path.ts';
import { checkPreconditions, type Preconditions } from './preconditions.ts';
import type { S3Request } from './operation.ts';
import type { StoredObject } from './stored-object.ts';

/** The header that turns a write into a copy. */
export const COPY_SOURCE = 'x-amz-copy-source';

/** The object to copy. INVARIANT: this parsed source is authorised and read; the header is not parsed again. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/**
 * Reads `bucket/key` or `/bucket/key` in form encoding. The slashes may be encoded too: S3 decodes the header before it splits it.
 *
 * @throws {@link AwsError} InvalidArgument for a value that names no object; NotImplemented for versions and for ARNs (access points)
 */
export function readCopySource(request: S3Request): CopySource {
  const header = request.headers.get(COPY_SOURCE) ?? '';
  const query = header.indexOf('?');
  if (query !== -1) throw header.slice(query).startsWith('?versionId=') ? notImplemented('versionId') : invalid(header);
  const source = decoded(header);
  if (source.startsWith('arn:')) throw notImplemented(`${COPY_SOURCE}: arn`);
  const path = source.startsWith('/') ? source.slice(1) : source;
  const slash = path.indexOf('/');
  const key = path.slice(slash + 1);
  if (slash === -1 || key === '') throw invalid(header);
  return { bucket: parseBucketName(path.slice(0, slash)), key: parseKey(key) };
}

/** The value of the condition key `s3:x-amz-copy-source`, built from the parsed source. */
export function copySourceKey({ bucket, key }: CopySource): string {
  return `${bucket}/${key}`;
}

/** The object to copy, if it exists and the preconditions are met. A copy has no 304: for it, an unmodified object fails too. */
export function readSource(request: S3Request, engine: Engine, source: CopySource, conditions: Preconditions): StoredObject {
  const object = engine.bucket(source.bucket).get(source.key);
  if (!object) throw missingKey(request, source.bucket, source.key);
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
