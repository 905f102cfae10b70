import { AwsError } from '../service.ts';

/** The resource that a request's path names. A key is an opaque string: `a/../b` is a valid key and is never resolved. */
export type Target =
  | { readonly kind: 'service' }
  | { readonly kind: 'bucket'; readonly bucket: string }
  | { readonly kind: 'object'; readonly bucket: string; readonly key: string };

const PRINTABLE_ASCII = /^[\x21-\x7e]*$/;
const BUCKET_NAME = /^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/;
const LOOKS_LIKE_AN_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;
const MAX_KEY_BYTES = 1024;

/**
 * Parses a raw path: `/`, `/bucket`, `/bucket/`, `/bucket/any/key`. It is decoded exactly once.
 *
 * @throws {@link AwsError} InvalidURI for a path that is not percent-encoded UTF-8, InvalidBucketName, KeyTooLongError
 * @see Amazon S3 User Guide, "General purpose bucket naming rules" and "Naming Amazon S3 objects"
 */
export function parsePath(rawPath: string): Target {
  if (!rawPath.startsWith('/')) throw invalidUri();
  const path = rawPath.slice(1);
  if (path === '') return { kind: 'service' };
  const slash = path.indexOf('/');
  const bucket = parseBucketName(decode(slash === -1 ? path : path.slice(0, slash)));
  const key = slash === -1 ? '' : decode(path.slice(slash + 1));
  return key === '' ? { kind: 'bucket', bucket } : { kind: 'object', bucket, key: parseKey(key) };
}

/** The only function that accepts a bucket name from a request. @throws {@link AwsError} InvalidBucketName */
export function parseBucketName(name: string): string {
  if (!isBucketName(name)) throw new AwsError('InvalidBucketName', 400, 'The specified bucket is not valid.', { BucketName: name });
  return name;
}

/** Whether a name has 3 to 63 lower-case letters, digits, dots and hyphens, and does not look like an IP address. */
export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name) && !name.includes('..') && !LOOKS_LIKE_AN_ADDRESS.test(name);
}

/** The only function that accepts a key from a request. AWS limits its UTF-8 bytes. @throws {@link AwsError} KeyTooLongError */
export function parseKey(key: string): string {
  const size = Buffer.byteLength(key);
  if (size > MAX_KEY_BYTES) {
    throw new AwsError('KeyTooLongError', 400, 'Your key is too long', { Size: String(size), MaxSizeAllowed: String(MAX_KEY_BYTES) });
  }
  return key;
}

function decode(encoded: string): string {
  // One parser would read a raw byte outside ASCII as Latin-1, another as UTF-8.
  if (!PRINTABLE_ASCII.test(encoded)) throw invalidUri();
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw invalidUri();
  }
}

function invalidUri(): AwsError {
  return new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.");
}
