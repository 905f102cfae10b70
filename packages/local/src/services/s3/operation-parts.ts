import { ENCRYPTION_KEY } from './encryption.ts';

/** Parts of the table of operations that several rows have. */
export const OF_MISSING_KEYS = ['s3:ListBucket', 'to get 404 in place of 403 for a missing key'] as const;
export const TO_COMPARE = ['s3:GetObject', 'with If-Match'] as const;
export const OWNER = 'x-amz-expected-bucket-owner';
export const SOURCE_OWNER = 'x-amz-source-expected-bucket-owner';
export const METADATA = 'x-amz-meta-*';
export const LIST_PARAMS: readonly string[] = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];
export const LIST_KEYS: readonly string[] = ['s3:prefix', 's3:delimiter', 's3:max-keys'];
export const UPLOAD_KEYS: readonly string[] = [ENCRYPTION_KEY, 's3:ObjectCreationOperation'];
export const WRITE_KEYS: readonly string[] = ['s3:if-match', 's3:if-none-match', ...UPLOAD_KEYS];
