import { AwsError, type ParsedOperation } from '../../service.ts';
import { bucketArn, iamRequest } from '../authorization.ts';
import { type BucketPolicy, parseBucketPolicy } from '../bucket-policy.ts';
import type { BucketSettings } from '../bucket-settings.ts';
import type { Engine } from '../engine.ts';
import type { S3Operation, S3Request } from '../operation.ts';
import { OWNER } from '../operation-parts.ts';
import { INTEGRITY_HEADERS, verifyPayload } from '../payload.ts';

/** The policy of a bucket. */
export const POLICY_OPERATIONS: readonly S3Operation[] = [
  {
    operation: 'PutBucketPolicy',
    method: 'PUT',
    target: 'bucket',
    requires: [['policy', '']],
    headers: [...INTEGRITY_HEADERS, OWNER],
    body: 'payload',
    actions: ['s3:PutBucketPolicy'],
    parse: putBucketPolicy,
  },
  {
    operation: 'GetBucketPolicy',
    method: 'GET',
    target: 'bucket',
    requires: [['policy', '']],
    headers: [OWNER],
    actions: ['s3:GetBucketPolicy'],
    parse: getBucketPolicy,
  },
  {
    operation: 'DeleteBucketPolicy',
    method: 'DELETE',
    target: 'bucket',
    requires: [['policy', '']],
    headers: [OWNER],
    actions: ['s3:DeleteBucketPolicy'],
    parse: deleteBucketPolicy,
  },
];

function putBucketPolicy(request: S3Request, engine: Engine): ParsedOperation {
  const policy = parseBucketPolicy(request.body, bucketArn(request.bucket));
  return {
    authorize: [iamRequest(request, 's3:PutBucketPolicy', bucketArn(request.bucket))],
    execute() {
      const settings = ownSettings(request, engine);
      verifyPayload(request);
      checkNotPublic(policy, request);
      settings.policy = policy;
      return { status: 204 };
    },
  };
}

function getBucketPolicy(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket } = request;
  return {
    authorize: [iamRequest(request, 's3:GetBucketPolicy', bucketArn(bucket))],
    execute() {
      const { policy } = ownSettings(request, engine);
      if (!policy) throw new AwsError('NoSuchBucketPolicy', 404, 'The bucket policy does not exist', { BucketName: bucket });
      return { status: 200, headers: { 'content-type': 'application/json' }, body: policy.text };
    },
  };
}

function deleteBucketPolicy(request: S3Request, engine: Engine): ParsedOperation {
  return {
    authorize: [iamRequest(request, 's3:DeleteBucketPolicy', bucketArn(request.bucket))],
    execute() {
      ownSettings(request, engine).policy = undefined;
      return { status: 204 };
    },
  };
}

/** The settings of a bucket of the caller's account. @throws {@link AwsError} MethodNotAllowed for another account, even with permission */
function ownSettings({ bucket, account, caller }: S3Request, engine: Engine): BucketSettings {
  const { settings } = engine.bucket(bucket);
  if (caller.account === account) return settings;
  throw new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.', {
    ResourceType: 'BUCKETPOLICY',
  });
}

/** Every bucket blocks public policies, as a new bucket of AWS does. */
function checkNotPublic({ isPublic }: BucketPolicy, { bucket, caller }: S3Request): void {
  if (!isPublic) return;
  throw new AwsError(
    'AccessDenied',
    403,
    `User: ${caller.arn} is not authorized to perform: s3:PutBucketPolicy on resource: "${bucketArn(bucket)}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
  );
}
