import { CHECKSUM_HEADERS } from '../../checksums.ts';
import { COPY_SOURCE } from './copy-source.ts';
import { ENCRYPTION, ENCRYPTION_KEY } from './encryption.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './operations/buckets.ts';
import { copyObject } from './operations/copy-object.ts';
import { deleteObject } from './operations/delete-object.ts';
import { deleteObjects } from './operations/delete-objects.ts';
import { getObject } from './operations/get-object.ts';
import { listObjects, listObjectsV2 } from './operations/list-objects.ts';
import { listParts } from './operations/list-parts.ts';
import { listUploads } from './operations/list-uploads.ts';
import { abortUpload, completeUpload, createUpload } from './operations/multipart-upload.ts';
import { putObject } from './operations/put-object.ts';
import { uploadPart } from './operations/upload-part.ts';
import { uploadPartCopy } from './operations/upload-part-copy.ts';
import { INTEGRITY_HEADERS } from './payload.ts';
import { READ_CONDITIONS, SOURCE_CONDITIONS } from './preconditions.ts';
import { RESPONSE_OVERRIDES } from './object-headers.ts';
import type { S3Operation } from './operation.ts';
import { WRITE_CONDITIONS } from './write-conditions.ts';

const OF_MISSING_KEYS = ['s3:ListBucket', 'to get 404 in place of 403 for a missing key'] as const;
const TO_COMPARE = ['s3:GetObject', 'with If-Match'] as const;
const OWNER = 'x-amz-expected-bucket-owner';
const SOURCE_OWNER = 'x-amz-source-expected-bucket-owner';
const METADATA = 'x-amz-meta-*';
const LIST_PARAMS = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];
const LIST_KEYS = ['s3:prefix', 's3:delimiter', 's3:max-keys'];
const WRITE_KEYS = ['s3:if-match', 's3:if-none-match', ENCRYPTION_KEY, 's3:ObjectCreationOperation'];
const UPLOAD_KEYS = [ENCRYPTION_KEY, 's3:ObjectCreationOperation'];
const READ_HEADERS = [...READ_CONDITIONS, 'range', 'x-amz-checksum-mode', OWNER];

/**
 * Every supported operation of S3. The first one that matches the whole request is executed.
 * A request that matches none is answered with 501.
 */
export const S3_OPERATIONS: readonly S3Operation[] = [
  {
    operation: 'ListBuckets',
    method: 'GET',
    target: 'service',
    params: ['prefix', 'max-buckets', 'continuation-token', 'bucket-region'],
    actions: ['s3:ListAllMyBuckets'],
    parse: listBuckets,
  },
  {
    operation: 'CreateBucket',
    method: 'PUT',
    target: 'bucket',
    headers: INTEGRITY_HEADERS,
    body: 'xml',
    actions: ['s3:CreateBucket'],
    conditionKeys: ['s3:locationconstraint'],
    parse: createBucket,
  },
  {
    operation: 'HeadBucket',
    method: 'HEAD',
    target: 'bucket',
    headers: [OWNER],
    actions: ['s3:ListBucket'],
    parse: headBucket,
  },
  {
    operation: 'DeleteBucket',
    method: 'DELETE',
    target: 'bucket',
    headers: [OWNER],
    actions: ['s3:DeleteBucket'],
    parse: deleteBucket,
  },
  {
    operation: 'GetBucketLocation',
    method: 'GET',
    target: 'bucket',
    requires: [['location', '']],
    headers: [OWNER],
    actions: ['s3:GetBucketLocation'],
    parse: getBucketLocation,
  },
  {
    operation: 'ListObjectsV2',
    method: 'GET',
    target: 'bucket',
    requires: [['list-type', '2']],
    params: [...LIST_PARAMS, 'continuation-token', 'start-after', 'fetch-owner'],
    headers: [OWNER],
    actions: ['s3:ListBucket'],
    conditionKeys: LIST_KEYS,
    parse: listObjectsV2,
  },
  {
    operation: 'ListObjects',
    method: 'GET',
    target: 'bucket',
    params: [...LIST_PARAMS, 'marker'],
    headers: [OWNER],
    actions: ['s3:ListBucket'],
    conditionKeys: LIST_KEYS,
    parse: listObjects,
  },
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
    operation: 'DeleteObjects',
    method: 'POST',
    target: 'bucket',
    requires: [['delete', '']],
    headers: [...INTEGRITY_HEADERS, OWNER],
    body: 'xml',
    actions: ['s3:DeleteObject'],
    parse: deleteObjects,
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
  {
    operation: 'CopyObject',
    method: 'PUT',
    target: 'object',
    requiresHeader: COPY_SOURCE,
    headers: [
      ...SOURCE_CONDITIONS,
      ...WRITE_CONDITIONS,
      'x-amz-metadata-directive',
      'x-amz-checksum-algorithm',
      ENCRYPTION,
      METADATA,
      OWNER,
      SOURCE_OWNER,
    ],
    actions: ['s3:PutObject', 's3:GetObject'],
    furtherActions: [TO_COMPARE, OF_MISSING_KEYS],
    conditionKeys: ['s3:x-amz-copy-source', 's3:x-amz-metadata-directive', ...WRITE_KEYS],
    parse: copyObject,
  },
  {
    operation: 'PutObject',
    method: 'PUT',
    target: 'object',
    headers: [...INTEGRITY_HEADERS, ...WRITE_CONDITIONS, ENCRYPTION, METADATA, OWNER],
    body: 'payload',
    actions: ['s3:PutObject'],
    furtherActions: [TO_COMPARE, OF_MISSING_KEYS],
    conditionKeys: WRITE_KEYS,
    parse: putObject,
  },
  {
    operation: 'GetObject',
    method: 'GET',
    target: 'object',
    params: [...RESPONSE_OVERRIDES, 'partNumber'],
    headers: READ_HEADERS,
    actions: ['s3:GetObject'],
    furtherActions: [OF_MISSING_KEYS],
    parse: getObject,
  },
  {
    operation: 'HeadObject',
    method: 'HEAD',
    target: 'object',
    params: [...RESPONSE_OVERRIDES, 'partNumber'],
    headers: READ_HEADERS,
    actions: ['s3:GetObject'],
    furtherActions: [OF_MISSING_KEYS],
    parse: getObject,
  },
  {
    operation: 'DeleteObject',
    method: 'DELETE',
    target: 'object',
    headers: ['if-match', OWNER],
    actions: ['s3:DeleteObject'],
    furtherActions: [TO_COMPARE, OF_MISSING_KEYS],
    conditionKeys: ['s3:if-match'],
    parse: deleteObject,
  },
];
