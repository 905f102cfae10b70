import { AwsError } from '../service.ts';
import { notImplemented } from './match.ts';
import { parseBucketName, parseKey } from './path.ts';
import type { S3Request } from './row.ts';

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
