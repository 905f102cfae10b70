import { integerParam } from './list-params.ts';
import { MAX_PART_NUMBER } from './object-part.ts';
import type { S3Request } from './row.ts';

/** The upload that a request names, and its part. */
export interface UploadTarget {
  readonly uploadId: string;
  readonly partNumber: number;
}

/** @throws {@link AwsError} InvalidArgument for a part number that is no whole number from 1 to 10,000 */
export function readUploadTarget(request: S3Request): UploadTarget {
  return {
    uploadId: uploadId(request),
    partNumber: integerParam(request, 'partNumber', { min: 1, max: MAX_PART_NUMBER, fallback: 1 }),
  };
}

export function uploadId({ query }: S3Request): string {
  return query.get('uploadId') ?? '';
}
