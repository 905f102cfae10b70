import { COPY_SOURCE } from '../copy-source.ts';
import { ENCRYPTION } from '../encryption.ts';
import { RESPONSE_OVERRIDES } from '../object-headers.ts';
import type { S3Operation } from '../operation.ts';
import { METADATA, OF_MISSING_KEYS, OWNER, SOURCE_OWNER, TO_COMPARE, WRITE_KEYS } from '../operation-parts.ts';
import { INTEGRITY_HEADERS } from '../payload.ts';
import { READ_CONDITIONS, SOURCE_CONDITIONS } from '../preconditions.ts';
import { WRITE_CONDITIONS } from '../write-conditions.ts';
import { copyObject } from './copy-object.ts';
import { deleteObject } from './delete-object.ts';
import { deleteObjects } from './delete-objects.ts';
import { getObject } from './get-object.ts';
import { putObject } from './put-object.ts';

const READ_HEADERS = [...READ_CONDITIONS, 'range', 'x-amz-checksum-mode', OWNER];

/** The operations on whole objects. */
export const OBJECT_OPERATIONS: readonly S3Operation[] = [
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
