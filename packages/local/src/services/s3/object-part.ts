import { AwsError } from '../service.ts';
import { invalidRequest } from './errors.ts';
import { integerParam, MAX_PART_NUMBER } from './query-params.ts';
import type { ByteRange } from './range.ts';
import type { S3Request } from './operation.ts';
import type { StoredChecksum, StoredObject } from './stored-object.ts';

/** The byte range of one part of an object, and the part's checksum. */
export interface ObjectPart extends ByteRange {
  readonly checksum: StoredChecksum | undefined;
}

/**
 * The part that `partNumber` names. An object that was not uploaded in parts has itself as part 1.
 *
 * @throws {@link AwsError} InvalidPartNumber, 416; InvalidArgument, InvalidRequest
 */
export function readPart(request: S3Request, object: StoredObject): ObjectPart | undefined {
  if (!request.query.has('partNumber')) return undefined;
  if (request.headers.has('range')) {
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  }
  const number = integerParam(request, 'partNumber', { min: 1, max: MAX_PART_NUMBER, fallback: 1 });
  const size = object.body.length;
  if (object.parts.length === 0 && number === 1) {
    // An empty object has no byte for a Content-Range.
    return size === 0 ? undefined : { first: 0, last: size - 1, checksum: object.checksum };
  }
  const part = object.parts[number - 1];
  if (!part) throw new AwsError('InvalidPartNumber', 416, 'The requested partnumber is not satisfiable');
  const first = object.parts.slice(0, number - 1).reduce((sum, { size }) => sum + size, 0);
  return { first, last: first + part.size - 1, checksum: part.checksum };
}
