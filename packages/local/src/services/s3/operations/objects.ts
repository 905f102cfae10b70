import { COPY_SOURCE } from '../copy-source.ts';
import { RESPONSE_OVERRIDES } from '../object-headers.ts';
import type { S3Operation } from '../operation.ts';
import { OF_MISSING_KEYS, OWNER, PAYER, SOURCE_OWNER, SOURCE_VERSION, TO_COMPARE, WRITE_KEYS } from '../operation-parts.ts';
import { INTEGRITY_HEADERS } from '../payload.ts';
import { VERSION_ID_KEY, VERSION_KEYS } from '../pinned-version.ts';
import { READ_CONDITIONS, SOURCE_CONDITIONS } from '../preconditions.ts';
import { EXISTING_TAG_KEY } from '../tags.ts';
import { WRITE_CONDITIONS } from '../write-conditions.ts';
import { WRITE_OPTION_ACTIONS, WRITE_OPTIONS } from '../write-options.ts';
import { copyObject } from './copy-object.ts';
import { deleteObject } from './delete-object.ts';
import { deleteObjects } from './delete-objects.ts';
import { getObject } from './get-object.ts';
import { ATTRIBUTES, getObjectAttributes } from './get-object-attributes.ts';
import { putObject } from './put-object.ts';

const DELETE_VERSION = ['s3:DeleteObjectVersion', 'in place of s3:DeleteObject, with a version id'] as const;
const READ_HEADERS = [...READ_CONDITIONS, 'range', 'x-amz-checksum-mode', OWNER, PAYER];

/** The operations on whole objects. */
export const OBJECT_OPERATIONS: readonly S3Operation[] = [
  {
    operation: 'DeleteObjects',
    method: 'POST',
    target: 'bucket',
    requires: [['delete', '']],
    headers: [...INTEGRITY_HEADERS, OWNER, PAYER],
    body: 'xml',
    actions: ['s3:DeleteObject'],
    furtherActions: [DELETE_VERSION],
    conditionKeys: [VERSION_ID_KEY],
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
      ...WRITE_OPTIONS,
      'x-amz-metadata-directive',
      'x-amz-tagging-directive',
      'x-amz-checksum-algorithm',
      OWNER,
      PAYER,
      SOURCE_OWNER,
    ],
    actions: ['s3:PutObject', 's3:GetObject'],
    furtherActions: [
      SOURCE_VERSION,
      ...WRITE_OPTION_ACTIONS,
      ['s3:GetObjectTagging', 'and s3:PutObjectTagging, to copy tags'],
      ['s3:GetObjectVersionTagging', 'in place of s3:GetObjectTagging, with the version of a source'],
      TO_COMPARE,
      OF_MISSING_KEYS,
    ],
    conditionKeys: ['s3:x-amz-copy-source', 's3:x-amz-metadata-directive', ...WRITE_KEYS, ...VERSION_KEYS],
    parse: copyObject,
  },
  {
    operation: 'PutObject',
    method: 'PUT',
    target: 'object',
    headers: [...INTEGRITY_HEADERS, ...WRITE_CONDITIONS, ...WRITE_OPTIONS, OWNER, PAYER],
    body: 'payload',
    actions: ['s3:PutObject'],
    furtherActions: [...WRITE_OPTION_ACTIONS, TO_COMPARE, OF_MISSING_KEYS],
    conditionKeys: [...WRITE_KEYS, EXISTING_TAG_KEY],
    parse: putObject,
  },
  {
    operation: 'GetObjectAttributes',
    method: 'GET',
    target: 'object',
    requires: [['attributes', '']],
    requiresHeader: ATTRIBUTES,
    params: ['versionId'],
    headers: ['x-amz-max-parts', 'x-amz-part-number-marker', OWNER, PAYER],
    actions: ['s3:GetObject', 's3:GetObjectAttributes'],
    furtherActions: [
      ['s3:GetObjectVersion', 'and s3:GetObjectVersionAttributes in place of these, with `versionId`'],
      ['s3:GetObjectVersionAttributes', 'with `versionId`'],
      OF_MISSING_KEYS,
    ],
    conditionKeys: VERSION_KEYS,
    parse: getObjectAttributes,
  },
  {
    operation: 'GetObject',
    method: 'GET',
    target: 'object',
    params: [...RESPONSE_OVERRIDES, 'partNumber', 'versionId'],
    headers: READ_HEADERS,
    actions: ['s3:GetObject'],
    furtherActions: [
      ['s3:GetObjectVersion', 'in place of s3:GetObject, with `versionId`'],
      ['s3:GetObjectTagging', 'or s3:GetObjectVersionTagging, to get the number of tags'],
      OF_MISSING_KEYS,
    ],
    conditionKeys: VERSION_KEYS,
    parse: getObject,
  },
  {
    operation: 'HeadObject',
    method: 'HEAD',
    target: 'object',
    params: [...RESPONSE_OVERRIDES, 'partNumber', 'versionId'],
    headers: READ_HEADERS,
    actions: ['s3:GetObject'],
    furtherActions: [
      ['s3:GetObjectVersion', 'in place of s3:GetObject, with `versionId`'],
      ['s3:GetObjectTagging', 'or s3:GetObjectVersionTagging, to get the number of tags'],
      OF_MISSING_KEYS,
    ],
    conditionKeys: VERSION_KEYS,
    parse: getObject,
  },
  {
    operation: 'DeleteObject',
    method: 'DELETE',
    target: 'object',
    params: ['versionId'],
    headers: ['if-match', OWNER, PAYER],
    actions: ['s3:DeleteObject'],
    furtherActions: [DELETE_VERSION, TO_COMPARE, OF_MISSING_KEYS],
    conditionKeys: ['s3:if-match', ...VERSION_KEYS],
    parse: deleteObject,
  },
];
