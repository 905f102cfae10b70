import { AwsError, type VerifiedRequest } from '../service.ts';
import { isHeaderName, isHeaderValue } from './header-syntax.ts';

/** The headers of a write that a read answers again. */
const SYSTEM_HEADERS = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'content-type', 'expires'];

const METADATA_PREFIX = 'x-amz-meta-';
const MAX_METADATA_BYTES = 2048;

/**
 * What a write says of the object, as a read will answer it: system headers and user metadata.
 *
 * @throws {@link AwsError} MetadataTooLarge over 2 KB; InvalidArgument for what no header can hold
 * @see Amazon S3 User Guide, "Working with object metadata"
 */
export function objectHeaders({ headers }: VerifiedRequest): ReadonlyMap<string, string> {
  const kept = new Map<string, string>([['content-type', 'binary/octet-stream']]);
  for (const name of SYSTEM_HEADERS) {
    const value = name === 'content-encoding' ? storedEncoding(headers.get(name)) : headers.get(name);
    if (value) kept.set(name, checked(name, value));
  }
  let size = 0;
  for (const [name, value] of headers) {
    if (!name.startsWith(METADATA_PREFIX)) continue;
    size += Buffer.byteLength(name) - METADATA_PREFIX.length + Buffer.byteLength(value);
    kept.set(name, checked(name, value));
  }
  if (size > MAX_METADATA_BYTES) {
    throw new AwsError('MetadataTooLarge', 400, 'Your metadata headers exceed the maximum allowed metadata size', {
      Size: String(size),
      MaxSizeAllowed: String(MAX_METADATA_BYTES),
    });
  }
  return kept;
}

/** `aws-chunked` was the transport's, and is undone. */
function storedEncoding(value: string | undefined): string | undefined {
  return value
    ?.split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding.toLowerCase() !== 'aws-chunked')
    .join(',');
}

/** A presigned URL can hoist into the query, and so into a name or a value, what no header line can carry. */
function checked(name: string, value: string): string {
  if (!isHeaderName(name) || !isHeaderValue(value)) {
    throw new AwsError('InvalidArgument', 400, 'A header has a character that is not accepted.', { ArgumentName: name });
  }
  return value;
}
