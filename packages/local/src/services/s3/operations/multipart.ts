import { CHECKSUM_HEADERS } from '../../../checksums.ts';
import { COPY_SOURCE } from '../copy-source.ts';
import type { S3Operation } from '../operation.ts';
import { OF_MISSING_KEYS, OWNER, PAYER, SOURCE_OWNER, SOURCE_VERSION, TO_COMPARE, UPLOAD_KEYS } from '../operation-parts.ts';
import { INTEGRITY_HEADERS } from '../payload.ts';
import { VERSION_KEYS } from '../pinned-version.ts';
import { SOURCE_CONDITIONS } from '../preconditions.ts';
import { EXISTING_TAG_KEY } from '../tags.ts';
import { WRITE_CONDITIONS } from '../write-conditions.ts';
import { WRITE_OPTION_ACTIONS, WRITE_OPTION_KEYS, WRITE_OPTIONS } from '../write-options.ts';
import { listParts } from './list-parts.ts';
import { listUploads } from './list-uploads.ts';
import { abortUpload, completeUpload, createUpload } from './multipart-upload.ts';
import { uploadPart } from './upload-part.ts';
import { uploadPartCopy } from './upload-part-copy.ts';

/** The operations of uploads by parts. */
export const MULTIPART_OPERATIONS: readonly S3Operation[] = [
  {
    operation: 'ListMultipartUploads',
    method: 'GET',
    target: 'bucket',
    requires: [['uploads', '']],
    params: ['prefix', 'delimiter', 'encoding-type', 'key-marker', 'upload-id-marker', 'max-uploads'],
    headers: [OWNER, PAYER],
    actions: ['s3:ListBucketMultipartUploads'],
    parse: listUploads,
  },
  {
    operation: 'CreateMultipartUpload',
    method: 'POST',
    target: 'object',
    requires: [['uploads', '']],
    headers: ['x-amz-checksum-algorithm', 'x-amz-checksum-type', ...WRITE_OPTIONS, OWNER, PAYER],
    actions: ['s3:PutObject'],
    furtherActions: WRITE_OPTION_ACTIONS,
    conditionKeys: [...WRITE_OPTION_KEYS, 's3:ObjectCreationOperation'],
    parse: createUpload,
  },
  {
    operation: 'UploadPartCopy',
    method: 'PUT',
    target: 'object',
    requires: [['uploadId'], ['partNumber']],
    requiresHeader: COPY_SOURCE,
    headers: [...SOURCE_CONDITIONS, 'x-amz-copy-source-range', OWNER, PAYER, SOURCE_OWNER],
    actions: ['s3:PutObject', 's3:GetObject'],
    furtherActions: [SOURCE_VERSION, OF_MISSING_KEYS],
    conditionKeys: ['s3:x-amz-copy-source', ...VERSION_KEYS, ...UPLOAD_KEYS],
    parse: uploadPartCopy,
  },
  {
    operation: 'UploadPart',
    method: 'PUT',
    target: 'object',
    requires: [['uploadId'], ['partNumber']],
    headers: [...INTEGRITY_HEADERS, OWNER, PAYER],
    body: 'payload',
    actions: ['s3:PutObject'],
    conditionKeys: UPLOAD_KEYS,
    parse: uploadPart,
  },
  {
    operation: 'CompleteMultipartUpload',
    method: 'POST',
    target: 'object',
    requires: [['uploadId']],
    // These checksums are of the whole object, not of this request's body.
    headers: [...CHECKSUM_HEADERS, ...WRITE_CONDITIONS, 'x-amz-checksum-type', 'x-amz-mp-object-size', OWNER, PAYER],
    body: 'xml',
    actions: ['s3:PutObject'],
    furtherActions: [TO_COMPARE, OF_MISSING_KEYS],
    conditionKeys: ['s3:if-match', 's3:if-none-match', EXISTING_TAG_KEY, ...UPLOAD_KEYS],
    parse: completeUpload,
  },
  {
    operation: 'AbortMultipartUpload',
    method: 'DELETE',
    target: 'object',
    requires: [['uploadId']],
    headers: [OWNER, PAYER],
    actions: ['s3:AbortMultipartUpload'],
    parse: abortUpload,
  },
  {
    operation: 'ListParts',
    method: 'GET',
    target: 'object',
    requires: [['uploadId']],
    params: ['max-parts', 'part-number-marker'],
    headers: [OWNER, PAYER],
    actions: ['s3:ListMultipartUploadParts'],
    parse: listParts,
  },
];
