import { createHash } from 'node:crypto';
import { AwsError } from '../service.ts';
import { invalidArgument } from './errors.ts';
import type { S3Request } from './operation.ts';
import { element, parent } from './xml-writer.ts';

const ACCOUNT_ID = /^\d{12}$/;
const REQUEST_PAYER = 'x-amz-request-payer';
const OWNER_HEADERS = ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner'];

/**
 * Refuses a request that expects another account to own the bucket.
 *
 * @see Amazon S3 User Guide, "Verifying bucket ownership with bucket owner condition"
 */
export function checkExpectedOwner(request: S3Request): void {
  for (const name of OWNER_HEADERS) {
    const expected = request.headers.get(name);
    if (expected === undefined) continue;
    if (!ACCOUNT_ID.test(expected))
      throw new AwsError('InvalidBucketOwnerAWSAccountID', 400, `The value of ${name} must be an AWS account ID.`);
    if (expected !== request.account) throw new AwsError('AccessDenied', 403, 'Access Denied');
  }
}

/**
 * Accepts that the requester pays. The owner of a bucket pays for it by default, so the header has no effect.
 *
 * @throws {@link AwsError} InvalidArgument for another payer
 * @see Amazon S3 User Guide, "Using Requester Pays general purpose buckets for storage transfers and usage"
 */
export function checkRequestPayer({ headers }: S3Request): void {
  const payer = headers.get(REQUEST_PAYER);
  if (payer !== undefined && payer !== 'requester')
    throw invalidArgument(REQUEST_PAYER, payer, `The value of ${REQUEST_PAYER} must be requester`);
}

/** The element with the owner of all buckets. Its canonical user id is derived from the account. */
export function ownerElement(account: string, name = 'Owner'): string {
  return parent(name, element('ID', createHash('sha256').update(account).digest('hex')));
}
