import type { VerifiedRequest } from '../service.ts';
import { invalidArgument } from './errors.ts';
import type { S3Request } from './operation.ts';
import type { StoredObject } from './stored-object.ts';

const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** The conditions of a read. */
export const READ_CONDITIONS: readonly string[] = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

/** The conditions on the source of a copy. */
export const SOURCE_CONDITIONS: readonly string[] = READ_CONDITIONS.map((name) => `x-amz-copy-source-${name}`);

/** The conditions of a request on an object. */
export interface Preconditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: Date;
  readonly ifUnmodifiedSince?: Date;
}

/**
 * Reads the preconditions on the object, or with the prefix `x-amz-copy-source-` on the source of a copy.
 *
 * @throws {@link AwsError} InvalidArgument for an invalid date
 */
export function readPreconditions({ headers }: VerifiedRequest, prefix = ''): Preconditions {
  const ifMatch = headers.get(`${prefix}if-match`);
  const ifNoneMatch = headers.get(`${prefix}if-none-match`);
  const ifModifiedSince = readDate(headers, `${prefix}if-modified-since`);
  const ifUnmodifiedSince = readDate(headers, `${prefix}if-unmodified-since`);
  return {
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(ifModifiedSince && { ifModifiedSince }),
    ...(ifUnmodifiedSince && { ifUnmodifiedSince }),
  };
}

/**
 * Evaluates the conditions on an object. A date is ignored if the request has an ETag condition of the same kind.
 *
 * @see RFC 9110, section 13.2.2; Amazon S3 API Reference, "GetObject", conditional headers
 */
export function checkPreconditions(conditions: Preconditions, object: StoredObject): 'met' | 'failed' | 'unmodified' {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  const modified = object.lastModified;
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object)) return 'failed';
  } else if (ifUnmodifiedSince && modified > ifUnmodifiedSince) return 'failed';
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, object) ? 'unmodified' : 'met';
  return ifModifiedSince && modified <= ifModifiedSince ? 'unmodified' : 'met';
}

/** Whether an `If-Match` list names this object's ETag, with or without quotes. */
export function matches(list: string, object: StoredObject): boolean {
  return list
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => tag === '*' || unquoted(tag) === object.etag);
}

/** An ETag without its quotes. */
export function unquoted(etag: string): string {
  return etag.startsWith('"') && etag.endsWith('"') && etag.length >= 2 ? etag.slice(1, -1) : etag;
}

function readDate(headers: S3Request['headers'], name: string): Date | undefined {
  const text = headers.get(name);
  if (text === undefined) return undefined;
  const date = parseHttpDate(text);
  if (!date) throw invalidArgument(name, text, `The value of ${name} is not an HTTP date.`);
  return date;
}

/** Parses the preferred date format of HTTP. Undefined for any other format, and for a date that does not exist. */
function parseHttpDate(text: string): Date | undefined {
  if (!IMF_FIXDATE.test(text)) return undefined;
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toUTCString() === text ? date : undefined;
}
