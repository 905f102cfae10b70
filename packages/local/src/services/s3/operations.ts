import { ACL_HEADERS, ACL_KEYS } from './acl.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets, OWNERSHIP } from './operations/buckets.ts';
import { CORS_OPERATIONS } from './operations/bucket-cors.ts';
import { POLICY_OPERATIONS } from './operations/bucket-policy.ts';
import { listObjects, listObjectsV2 } from './operations/list-objects.ts';
import { MULTIPART_OPERATIONS } from './operations/multipart.ts';
import { OBJECT_OPERATIONS } from './operations/objects.ts';
import { TAGGING_OPERATIONS } from './operations/tagging.ts';
import { VERSIONING_OPERATIONS } from './operations/versioning.ts';
import { POST_OPERATIONS } from './operations/post-object.ts';
import type { S3Operation } from './operation.ts';
import { LIST_KEYS, LIST_PARAMS, OPTIONAL_ATTRIBUTES, OWNER, PAYER } from './operation-parts.ts';
import { INTEGRITY_HEADERS } from './payload.ts';

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
    headers: [...INTEGRITY_HEADERS, ...ACL_HEADERS, OWNERSHIP],
    body: 'xml',
    actions: ['s3:CreateBucket'],
    furtherActions: [
      ['s3:PutBucketAcl', 'with an ACL other than `private`'],
      ['s3:PutBucketOwnershipControls', `with ${OWNERSHIP}`],
    ],
    conditionKeys: ['s3:locationconstraint', ...ACL_KEYS, `s3:${OWNERSHIP}`],
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
    headers: [OWNER, PAYER, OPTIONAL_ATTRIBUTES],
    actions: ['s3:ListBucket'],
    conditionKeys: LIST_KEYS,
    parse: listObjectsV2,
  },
  {
    operation: 'ListObjects',
    method: 'GET',
    target: 'bucket',
    params: [...LIST_PARAMS, 'marker'],
    headers: [OWNER, PAYER, OPTIONAL_ATTRIBUTES],
    actions: ['s3:ListBucket'],
    conditionKeys: LIST_KEYS,
    parse: listObjects,
  },
  // Specific operations come first: the error for an unsupported request names what the first candidate does not support.
  ...VERSIONING_OPERATIONS,
  ...TAGGING_OPERATIONS,
  ...POST_OPERATIONS,
  ...CORS_OPERATIONS,
  ...POLICY_OPERATIONS,
  ...MULTIPART_OPERATIONS,
  ...OBJECT_OPERATIONS,
];
