import { AwsError } from '../service.ts';

/** What a request's path names. The key is an opaque string: `a/../b` is a key like any other, and nothing resolves it. */
export type Target =
  | { readonly kind: 'service' }
  | { readonly kind: 'bucket'; readonly bucket: string }
  | { readonly kind: 'object'; readonly bucket: string; readonly key: string };

const PRINTABLE_ASCII = /^[\x21-\x7e]*$/;
const BUCKET_NAME = /^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/;
const LOOKS_LIKE_AN_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;
const MAX_KEY_BYTES = 1024;

/**
 * Reads a raw path, exactly once: `/`, `/bucket`, `/bucket/`, `/bucket/any/key`.
 *
 * @throws {@link AwsError} InvalidURI for what is not valid percent-encoded UTF-8, InvalidBucketName, KeyTooLongError
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

/** The only maker of a bucket's name. */
export function parseBucketName(name: string): string {
  if (!isBucketName(name)) throw new AwsError('InvalidBucketName', 400, 'The specified bucket is not valid.', { BucketName: name });
  return name;
}

/** Lower-case letters, digits, dots and hyphens, 3 to 63 of them; no address. */
export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name) && !name.includes('..') && !LOOKS_LIKE_AN_ADDRESS.test(name);
}

/** The only maker of a key. It is measured in the bytes of its UTF-8, as AWS does. */
export function parseKey(key: string): string {
  const size = Buffer.byteLength(key);
  if (size > MAX_KEY_BYTES) {
    throw new AwsError('KeyTooLongError', 400, 'Your key is too long', { Size: String(size), MaxSizeAllowed: String(MAX_KEY_BYTES) });
  }
  return key;
}

function decode(encoded: string): string {
  // A raw byte outside ASCII would be read as Latin-1 here and as UTF-8 by another reader.
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
