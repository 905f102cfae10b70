import { CHECKSUM_HEADERS } from '../../../checksums.ts';
import { COPY_SOURCE } from '../copy-source.ts';
import { ENCRYPTION } from '../encryption.ts';
import type { S3Operation } from '../operation.ts';
import { METADATA, OF_MISSING_KEYS, OWNER, SOURCE_OWNER, TO_COMPARE, UPLOAD_KEYS, WRITE_KEYS } from '../operation-parts.ts';
import { INTEGRITY_HEADERS } from '../payload.ts';
import { SOURCE_CONDITIONS } from '../preconditions.ts';
import { WRITE_CONDITIONS } from '../write-conditions.ts';
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
    headers: [OWNER],
    actions: ['s3:ListBucketMultipartUploads'],
    parse: listUploads,
  },
  {
    operation: 'CreateMultipartUpload',
    method: 'POST',
    target: 'object',
    requires: [['uploads', '']],
    headers: ['x-amz-checksum-algorithm', 'x-amz-checksum-type', ENCRYPTION, METADATA, OWNER],
    actions: ['s3:PutObject'],
    conditionKeys: UPLOAD_KEYS,
    parse: createUpload,
  },
  {
    operation: 'UploadPartCopy',
    method: 'PUT',
    target: 'object',
    requires: [['uploadId'], ['partNumber']],
    requiresHeader: COPY_SOURCE,
    headers: [...SOURCE_CONDITIONS, 'x-amz-copy-source-range', OWNER, SOURCE_OWNER],
    actions: ['s3:PutObject', 's3:GetObject'],
    furtherActions: [OF_MISSING_KEYS],
    conditionKeys: ['s3:x-amz-copy-source', ...UPLOAD_KEYS],
    parse: uploadPartCopy,
  },
  {
    operation: 'UploadPart',
    method: 'PUT',
    target: 'object',
    requires: [['uploadId'], ['partNumber']],
    headers: [...INTEGRITY_HEADERS, OWNER],
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
    headers: [...CHECKSUM_HEADERS, ...WRITE_CONDITIONS, 'x-amz-checksum-type', 'x-amz-mp-object-size', OWNER],
    body: 'xml',
    actions: ['s3:PutObject'],
    furtherActions: [TO_COMPARE, OF_MISSING_KEYS],
    conditionKeys: WRITE_KEYS,
    parse: completeUpload,
  },
  {
    operation: 'AbortMultipartUpload',
    method: 'DELETE',
    target: 'object',
    requires: [['uploadId']],
    headers: [OWNER],
    actions: ['s3:AbortMultipartUpload'],
    parse: abortUpload,
  },
  {
    operation: 'ListParts',
    method: 'GET',
    target: 'object',
    requires: [['uploadId']],
    params: ['max-parts', 'part-number-marker'],
    headers: [OWNER],
    actions: ['s3:ListMultipartUploadParts'],
    parse: listParts,
  },
];
