import { withoutAwsChunked } from '../../signature/aws-chunked.ts';
import { AwsError, type VerifiedRequest } from '../service.ts';

/** Headers of a write that a later read returns. */
const SYSTEM_HEADERS = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'content-type', 'expires'];

/** Query parameters with which a read overrides the headers of its response. */
export const RESPONSE_OVERRIDES: readonly string[] = SYSTEM_HEADERS.map((name) => `response-${name}`);

const METADATA_PREFIX = 'x-amz-meta-';
const MAX_METADATA_BYTES = 2048;
/** A field name by RFC 9110. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A field value by RFC 9110: no line break, and every character fits into one byte. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The headers that a write stores with its object, and that a read returns: system headers and user metadata.
 *
 * @throws {@link AwsError} MetadataTooLarge over 2 KB; InvalidArgument for a name or a value that a header cannot contain
 * @see Amazon S3 User Guide, "Working with object metadata"
 */
export function objectHeaders({ headers }: VerifiedRequest): ReadonlyMap<string, string> {
  const kept = new Map<string, string>([['content-type', 'binary/octet-stream']]);
  for (const name of SYSTEM_HEADERS) {
    const given = headers.get(name);
    const value = name === 'content-encoding' && given !== undefined ? withoutAwsChunked(given) : given;
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

/**
 * The response headers that a read overrides.
 *
 * @throws {@link AwsError} InvalidArgument for a value that would end a header line or add another one
 */
export function responseOverrides({ query }: VerifiedRequest): Record<string, string> {
  return Object.fromEntries(
    SYSTEM_HEADERS.flatMap((name) => {
      const value = query.get(`response-${name}`);
      return value === undefined ? [] : [[name, checked(`response-${name}`, value)]];
    }),
  );
}

/** The query of a presigned URL can contain names and values that a header line cannot. */
function checked(name: string, value: string): string {
  if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
    throw new AwsError('InvalidArgument', 400, 'A header has a character that is not accepted.', { ArgumentName: name });
  }
  return value;
}
