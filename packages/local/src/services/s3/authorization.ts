import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { deniedMessage } from '../denial.ts';
import { AwsError, type Caller, type Denial } from '../service.ts';
import type { S3Request } from './operation.ts';

/** Condition keys that an operation adds to an IAM request. */
export type ConditionKeys = IamRequest['context'];

/** The condition keys of every S3 request. Only presigned URLs have `s3:signatureAge`. */
export const COMMON_CONDITION_KEYS: readonly string[] = [
  's3:authType',
  's3:signatureversion',
  's3:signatureAge',
  's3:x-amz-content-sha256',
  's3:ResourceAccount',
];

/** S3 ARNs have neither a region nor an account. */
export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}

/** The bucket of an ARN that {@link bucketArn} or {@link objectArn} made; empty for `*`. No bucket has a slash in its name. */
export function bucketOfArn(arn: string): string {
  const path = arn.slice(bucketArn('').length);
  const slash = path.indexOf('/');
  return slash === -1 ? path : path.slice(0, slash);
}

/**
 * The IAM request for one action of a request.
 *
 * @see Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"
 */
export function iamRequest(request: S3Request, action: string, resource: string, context: ConditionKeys = {}): IamRequest {
  const { presigned, signedAt } = request.signature;
  const authType = presigned ? 'REST-QUERY-STRING' : 'REST-HEADER';
  const keys: Record<string, string> = {
    's3:authType': request.form ? 'POST' : authType,
    's3:signatureversion': 'AWS4-HMAC-SHA256',
  };
  const contentHash = request.headers.get('x-amz-content-sha256');
  if (presigned) keys['s3:signatureAge'] = String(request.now.getTime() - signedAt.getTime());
  if (contentHash !== undefined) keys['s3:x-amz-content-sha256'] = contentHash;
  if (resource !== '*') keys['s3:ResourceAccount'] = request.account;
  return { action, resource, context: Object.assign(keys, context) };
}

/** The condition keys of headers or parameters, with their values. An absent header is an absent key, an empty header an empty value. */
export function conditionKeysOf(from: ReadonlyMap<string, string>, keys: Readonly<Record<string, string>>): ConditionKeys {
  const context: Record<string, string> = {};
  for (const [name, key] of Object.entries(keys)) {
    const value = from.get(name);
    if (value !== undefined) context[key] = value;
  }
  return context;
}

/** A denial in the words of S3. */
export function accessDenied(caller: Caller, { action, resource }: IamRequest, denial?: Denial): AwsError {
  return new AwsError('AccessDenied', 403, deniedMessage(caller, action, `"${resource}"`, denial));
}

/**
 * The error for a key that does not exist. As on AWS, only a caller who may list the whole bucket learns that.
 *
 * @see Amazon S3 API Reference, "GetObject", permissions: 404 with s3:ListBucket, 403 without
 */
export function missingKey(request: S3Request, bucket: string, key: string): AwsError {
  return toLister(request, bucket, new AwsError('NoSuchKey', 404, 'The specified key does not exist.', { Key: key }));
}

/** An error that only a caller who may list the whole bucket gets. Others get a denial. */
export function toLister(request: S3Request, bucket: string, error: AwsError): AwsError {
  const list = iamRequest(request, 's3:ListBucket', bucketArn(bucket));
  return request.allowed(list) ? error : accessDenied(request.caller, list);
}
