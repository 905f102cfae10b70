import { strictInteger } from '../../strict-integer.ts';
import type { VerifiedRequest } from '../service.ts';
import { percentEncodeKey } from '../../percent.ts';
import { invalidArgument } from './errors.ts';

const MAX_INT32 = 2 ** 31 - 1;

export const MAX_PART_NUMBER = 10_000;

/** A query parameter that is a whole number; `fallback` if it is absent. @throws {@link AwsError} InvalidArgument */
export function integerParam(
  { query }: VerifiedRequest,
  name: string,
  { min = 0, max = MAX_INT32, fallback }: { readonly min?: number; readonly max?: number; readonly fallback: number },
): number {
  const text = query.get(name);
  if (text === undefined) return fallback;
  const value = strictInteger(text, { min, max });
  if (value === undefined) {
    throw invalidArgument(name, text, `Argument ${name} must be an integer between ${min} and ${max}`);
  }
  return value;
}

/** A header that is a whole number; `fallback` if it is absent. @throws {@link AwsError} InvalidArgument */
export function integerHeader(
  { headers }: VerifiedRequest,
  name: string,
  { max, fallback }: { readonly max: number; readonly fallback: number },
): number {
  const text = headers.get(name);
  if (text === undefined) return fallback;
  const value = strictInteger(text, { min: 0, max });
  if (value === undefined) throw invalidArgument(name, text, `The value of ${name} must be an integer between 0 and ${max}`);
  return value;
}

/**
 * Checks the optional attributes that a listing requests. The only one is the status of a restore, which no object has.
 *
 * @throws {@link AwsError} InvalidArgument
 */
export function checkOptionalAttributes({ headers }: VerifiedRequest): void {
  const name = 'x-amz-optional-object-attributes';
  const attributes = headers.get(name);
  if (attributes === undefined || attributes === 'RestoreStatus') return;
  throw invalidArgument(name, attributes, 'Invalid attribute name specified.');
}

/**
 * Encodes a name for the response: percent-encoded if the request has `encoding-type=url`, else unchanged.
 *
 * @throws {@link AwsError} InvalidArgument
 */
export function nameEncoder({ query }: VerifiedRequest): (name: string) => string {
  const type = query.get('encoding-type');
  if (type === undefined) return (name) => name;
  if (type !== 'url') throw invalidArgument('encoding-type', type, 'Invalid Encoding Method specified in Request');
  return percentEncodeKey;
}

/** A query parameter that is `true` or `false`. @throws {@link AwsError} InvalidArgument */
export function booleanParam({ query }: VerifiedRequest, name: string): boolean {
  const text = query.get(name);
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw invalidArgument(name, text, `Argument ${name} must be true or false`);
}

const TOKEN_VERSION = '1:';

/** A token that continues a listing after a key. It grants nothing: the prefix is authorised again for every page. */
export function continuationToken(after: string): string {
  return Buffer.from(TOKEN_VERSION + after).toString('base64url');
}

/** The key in a continuation token. @throws {@link AwsError} InvalidArgument for a token that {@link continuationToken} did not make */
export function readContinuationToken({ query }: VerifiedRequest): string | undefined {
  const token = query.get('continuation-token');
  if (token === undefined) return undefined;
  const text = Buffer.from(token, 'base64url').toString();
  const after = text.slice(TOKEN_VERSION.length);
  if (text.startsWith(TOKEN_VERSION) && continuationToken(after) === token) return after;
  throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
}

/** The upload and the part that a request names. */
export interface UploadTarget {
  readonly uploadId: string;
  readonly partNumber: number;
}

/** @throws {@link AwsError} InvalidArgument for a part number that is not a whole number from 1 to 10,000 */
export function readUploadTarget(request: VerifiedRequest): UploadTarget {
  return {
    uploadId: uploadId(request),
    partNumber: integerParam(request, 'partNumber', { min: 1, max: MAX_PART_NUMBER, fallback: 1 }),
  };
}

export function uploadId({ query }: VerifiedRequest): string {
  return query.get('uploadId') ?? '';
}
