import { AwsError } from '../service.ts';
import { type ConditionKeys, conditionKeysOf } from './authorization.ts';
import { invalidArgument } from './errors.ts';
import type { S3Request } from './operation.ts';

/** The header with a canned ACL. */
export const ACL = 'x-amz-acl';

/** The headers with which a write requests an access control list. */
export const ACL_HEADERS: readonly string[] = [
  ACL,
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
];

/** The condition keys of these headers. */
export const ACL_KEYS: readonly string[] = ACL_HEADERS.map((name) => `s3:${name}`);

const CANNED_ACLS: ReadonlySet<string> = new Set([
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
  'log-delivery-write',
]);

/** The ACL that a write requests. Every bucket disables ACLs: its owner owns all objects, which is AWS's default. */
export interface RequestedAcl {
  readonly context: ConditionKeys;
  /** Whether it changes the default ACL, `private`, which needs a further permission. */
  readonly isSet: boolean;
  /** @throws {@link AwsError} unless the ACL gives access to the bucket's owner only */
  check(): void;
}

/**
 * Reads the ACL that a write of an object requests.
 *
 * @throws {@link AwsError} InvalidArgument for an unknown canned ACL
 * @see Amazon S3 User Guide, "Controlling ownership of objects and disabling ACLs for your bucket"
 */
export function readObjectAcl(request: S3Request): RequestedAcl {
  return readAcl(
    request,
    ['private', 'bucket-owner-full-control'],
    new AwsError('AccessControlListNotSupported', 400, 'The bucket does not allow ACLs'),
  );
}

/** Reads the ACL of a new bucket. @throws {@link AwsError} InvalidArgument for an unknown canned ACL */
export function readBucketAcl(request: S3Request): RequestedAcl {
  const message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
  return readAcl(request, ['private'], new AwsError('InvalidBucketAclWithObjectOwnership', 400, message));
}

function readAcl({ headers }: S3Request, accepted: readonly string[], error: AwsError): RequestedAcl {
  const canned = headers.get(ACL);
  if (canned !== undefined && !CANNED_ACLS.has(canned)) throw invalidArgument(ACL, canned, 'The canned ACL is not valid');
  const hasGrants = ACL_HEADERS.some((name) => name !== ACL && headers.has(name));
  return {
    context: conditionKeysOf(headers, Object.fromEntries(ACL_HEADERS.map((name) => [name, `s3:${name}`]))),
    isSet: hasGrants || (canned !== undefined && canned !== 'private'),
    check() {
      if (hasGrants || (canned !== undefined && !accepted.includes(canned))) throw error;
    },
  };
}
