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
 * Reads `bucket/key` or `/bucket/key`, percent-encoded.
 *
 * @throws {@link AwsError} InvalidArgument for what names no object; NotImplemented for versions and for ARNs (access points)
 */
export function readCopySource(request: S3Request): CopySource {
  const header = request.headers.get(COPY_SOURCE) ?? '';
  if (header.startsWith('arn:')) throw notImplemented(`${COPY_SOURCE}: arn`);
  const query = header.indexOf('?');
  if (query !== -1) throw header.slice(query).startsWith('?versionId=') ? notImplemented('versionId') : invalid(header);
  const path = header.startsWith('/') ? header.slice(1) : header;
  const slash = path.indexOf('/');
  if (slash === -1 || !PRINTABLE_ASCII.test(header)) throw invalid(header);
  const key = decoded(path.slice(slash + 1), header);
  if (key === '') throw invalid(header);
  return { bucket: parseBucketName(decoded(path.slice(0, slash), header)), key: parseKey(key) };
}

/** As the condition key `s3:x-amz-copy-source` has it: rebuilt from what was understood. */
export function copySourceKey({ bucket, key }: CopySource): string {
  return `${bucket}/${key}`;
}

function decoded(encoded: string, header: string): string {
  try {
    return decodeURIComponent(encoded);
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
