import { ENCRYPTION_KEY } from './encryption.ts';
import { LIST_CONDITION_KEYS } from './listing.ts';
import { WRITE_OPTION_KEYS } from './write-options.ts';

/** Parts of the table of operations that several rows have. */
export const OF_MISSING_KEYS = ['s3:ListBucket', 'to get 404 in place of 403 for a missing key'] as const;
export const TO_COMPARE = ['s3:GetObject', 'with If-Match'] as const;
export const SOURCE_VERSION = ['s3:GetObjectVersion', 'in place of s3:GetObject, with the version of a source'] as const;
export const OWNER = 'x-amz-expected-bucket-owner';
export const PAYER = 'x-amz-request-payer';
export const OPTIONAL_ATTRIBUTES = 'x-amz-optional-object-attributes';
export const SOURCE_OWNER = 'x-amz-source-expected-bucket-owner';
export const LIST_PARAMS: readonly string[] = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];
export const LIST_KEYS: readonly string[] = Object.values(LIST_CONDITION_KEYS);
export const UPLOAD_KEYS: readonly string[] = [ENCRYPTION_KEY, 's3:ObjectCreationOperation'];
export const WRITE_KEYS: readonly string[] = ['s3:if-match', 's3:if-none-match', ...WRITE_OPTION_KEYS, 's3:ObjectCreationOperation'];
