import type { BucketPolicy } from './bucket-policy.ts';
import type { CorsRule } from './cors.ts';

/** The configuration of a bucket. A value is replaced as a whole, never changed. */
export interface BucketSettings {
  cors?: readonly CorsRule[] | undefined;
  policy?: BucketPolicy | undefined;
}
