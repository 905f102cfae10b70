import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { deniedMessage } from '../denial.ts';
import { AwsError, type Caller, type Denial } from '../service.ts';
import type { S3Request } from './operation.ts';

/** Context keys that an operation adds to its tuple. */
export type Context = Readonly<Record<string, string>>;

/** The keys that every S3 request sends, whatever the operation. `s3:signatureAge` is sent by presigned URLs alone. */
export const COMMON_CONDITION_KEYS: readonly string[] = [
  's3:authType',
  's3:signatureversion',
  's3:signatureAge',
  's3:x-amz-content-sha256',
  's3:ResourceAccount',
];

/** S3 ARNs carry neither region nor account. */
export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}

/**
 * The tuple for one action of a request.
 *
 * @see Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"
 */
export function ask(request: S3Request, action: string, resource: string, context: Context = {}): IamRequest {
  const { presigned, signedAt } = request.signature;
  return {
    action,
    resource,
    context: {
      's3:authType': presigned ? 'REST-QUERY-STRING' : 'REST-HEADER',
      's3:signatureversion': 'AWS4-HMAC-SHA256',
      ...(presigned && { 's3:signatureAge': String(request.now.getTime() - signedAt.getTime()) }),
      ...sent(request.headers, { 'x-amz-content-sha256': 's3:x-amz-content-sha256' }),
      ...(resource !== '*' && { 's3:ResourceAccount': request.account }),
      ...context,
    },
  };
}

/** The condition keys of what was sent, with the value that was sent: an absent header is an absent key, an empty one is present and empty. */
export function sent(from: ReadonlyMap<string, string>, keys: Readonly<Record<string, string>>): Context {
  const context: Record<string, string> = {};
  for (const [name, key] of Object.entries(keys)) {
    const value = from.get(name);
    if (value !== undefined) context[key] = value;
  }
  return context;
}

/** A denial in S3's words. */
export function accessDenied(caller: Caller, { action, resource }: IamRequest, denial?: Denial): AwsError {
  return new AwsError('AccessDenied', 403, deniedMessage(caller, action, `"${resource}"`, denial));
}

/**
 * A key that is not there. Who may not list the whole bucket is not told so, as on AWS.
 *
 * @see Amazon S3 API Reference, "GetObject", permissions: 404 with s3:ListBucket, 403 without
 */
export function missingKey(request: S3Request, bucket: string, key: string): AwsError {
  const list = ask(request, 's3:ListBucket', bucketArn(bucket));
  if (!request.allowed(list)) return accessDenied(request.caller, list);
  return new AwsError('NoSuchKey', 404, 'The specified key does not exist.', { Key: key });
}
