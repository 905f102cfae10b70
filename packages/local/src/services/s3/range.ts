import { strictInteger } from '../../strict-integer.ts';
import { AwsError } from '../service.ts';
import { invalidArgument } from './errors.ts';

/** Both ends are included, as in HTTP. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

const RANGE = /^bytes=(\d*)-(\d*)$/;
const WHOLE_NUMBERS = { min: 0, max: Number.MAX_SAFE_INTEGER };

/**
 * The byte range that a `Range` header requests of `size` bytes. Undefined for the whole object, and for a header that is not
 * a single byte range: HTTP requires that such a header is ignored.
 *
 * @throws {@link AwsError} InvalidRange, 416, for a range outside the object
 */
export function readRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, from = '', to = ''] = RANGE.exec(header ?? '') ?? [];
  const first = strictInteger(from, WHOLE_NUMBERS);
  const last = strictInteger(to, WHOLE_NUMBERS);
  if (from === '') {
    if (last === undefined) return undefined;
    if (last === 0 || size === 0) throw unsatisfiable(header, size);
    return { first: Math.max(0, size - last), last: size - 1 };
  }
  if (first === undefined || (to !== '' && (last === undefined || last < first))) return undefined;
  if (first >= size) throw unsatisfiable(header, size);
  return { first, last: Math.min(last ?? size - 1, size - 1) };
}

/**
 * The byte range of the source that UploadPartCopy requests. Unlike in a `Range` header, both ends must be present and inside the object.
 *
 * @throws {@link AwsError} InvalidArgument for another format, InvalidRange for a range outside the object
 */
export function readSourceRange(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const [, from = '', to = ''] = RANGE.exec(header) ?? [];
  const first = strictInteger(from, WHOLE_NUMBERS);
  const last = strictInteger(to, WHOLE_NUMBERS);
  if (first === undefined || last === undefined || last < first) {
    throw invalidArgument('x-amz-copy-source-range', header, 'The x-amz-copy-source-range value must be of the form bytes=first-last');
  }
  if (last >= size) {
    throw new AwsError('InvalidRange', 400, `Range specified is not valid for source object of size: ${size}`, { RangeRequested: header });
  }
  return { first, last };
}

function unsatisfiable(header: string | undefined, size: number): AwsError {
  return new AwsError('InvalidRange', 416, 'The requested range is not satisfiable', {
    RangeRequested: header ?? '',
    ActualObjectSize: String(size),
  });
}
