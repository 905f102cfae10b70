import { AwsError } from '../service.ts';
import { missingKey } from './authorization.ts';
import type { Engine } from './engine.ts';
import { notImplemented } from './match.ts';
import { parseBucketName, parseKey } from './path.ts';
import { judge, type Preconditions, preconditionFailed } from './preconditions.ts';
import type { S3Request } from './operation.ts';
import type { StoredObject } from './stored-object.ts';

/** The header that makes a write a copy. */
export const COPY_SOURCE = 'x-amz-copy-source';

/** What is copied. It is authorised and read as it stands here; the header is not looked at again. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/**
 * Reads `bucket/key` or `/bucket/key`, encoded as a form is, whole or in parts: S3 decodes it before it looks for the slashes.
 *
 * @throws {@link AwsError} InvalidArgument for what names no object; NotImplemented for versions and for ARNs (access points)
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

/** As the condition key `s3:x-amz-copy-source` has it: rebuilt from what was understood. */
export function copySourceKey({ bucket, key }: CopySource): string {
  return `${bucket}/${key}`;
}

/** The object that is copied, if it is there and what the request says it must be. A copy has no 304: unmodified is a failure too. */
export function readSource(request: S3Request, engine: Engine, source: CopySource, conditions: Preconditions): StoredObject {
  const object = engine.bucket(source.bucket).get(source.key);
  if (!object) throw missingKey(request, source.bucket, source.key);
  if (judge(conditions, object) !== 'met') throw preconditionFailed('x-amz-copy-source-If-*');
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
  return new AwsError('InvalidArgument', 400, 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey', {
    ArgumentName: COPY_SOURCE,
    ArgumentValue: header,
  });
}
