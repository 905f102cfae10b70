import { AwsError, type ParsedOperation } from '../../service.ts';
import { xmlResponse } from '../response.ts';
import { iamRequest, bucketArn } from '../authorization.ts';
import { readBucketAcl } from '../acl.ts';
import type { Engine } from '../engine.ts';
import { notImplemented } from '../errors.ts';
import { continuationToken, integerParam, readContinuationToken } from '../query-params.ts';
import { listPage } from '../listing.ts';
import { ownerElement } from '../owner.ts';
import type { S3Request } from '../operation.ts';
import { readXml } from '../xml-reader.ts';
import { element, parent } from '../xml-writer.ts';

/** The header that selects the owner of a bucket's objects. Only AWS's default is supported: the bucket's owner. */
export const OWNERSHIP = 'x-amz-object-ownership';

const MAX_BUCKETS = 10_000;
const DEFAULT_REGION = 'us-east-1';
/** Names that S3 reserves for other kinds of buckets and aliases. */
const RESERVED = /^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;

export function listBuckets(request: S3Request, engine: Engine): ParsedOperation {
  const prefix = request.query.get('prefix') ?? '';
  const max = integerParam(request, 'max-buckets', { min: 1, max: MAX_BUCKETS, fallback: MAX_BUCKETS });
  const after = readContinuationToken(request) ?? '';
  const region = request.query.get('bucket-region') ?? request.region;
  return {
    authorize: [iamRequest(request, 's3:ListAllMyBuckets', '*')],
    execute() {
      const buckets = region === request.region ? engine.buckets() : [];
      const page = listPage(buckets, ({ name }) => name, { prefix, delimiter: '', after, max });
      const rows = page.items.map(({ name, createdAt }) =>
        parent(
          'Bucket',
          element('Name', name) +
            element('CreationDate', createdAt.toISOString()) +
            element('BucketRegion', request.region) +
            element('BucketArn', bucketArn(name)),
        ),
      );
      const content =
        ownerElement(request.account) +
        parent('Buckets', rows.join('')) +
        (prefix ? element('Prefix', prefix) : '') +
        (page.next === undefined ? '' : element('ContinuationToken', continuationToken(page.next)));
      return xmlResponse('ListAllMyBucketsResult', content);
    },
  };
}

export function createBucket(request: S3Request, engine: Engine): ParsedOperation {
  const { bucket, region } = request;
  if (RESERVED.test(bucket)) throw new AwsError('InvalidBucketName', 400, 'The specified bucket is not valid.', { BucketName: bucket });
  const constraint = locationConstraint(request.body);
  const acl = readBucketAcl(request);
  const ownership = request.headers.get(OWNERSHIP);
  if (ownership !== undefined && ownership !== 'BucketOwnerEnforced') throw notImplemented(`${OWNERSHIP}: ${ownership}`);
  const create = iamRequest(request, 's3:CreateBucket', bucketArn(bucket), {
    ...(constraint !== undefined && { 's3:locationconstraint': constraint }),
    ...acl.context,
    ...(ownership !== undefined && { [`s3:${OWNERSHIP}`]: ownership }),
  });
  return {
    authorize: [
      create,
      ...(acl.isSet ? [iamRequest(request, 's3:PutBucketAcl', bucketArn(bucket), acl.context)] : []),
      ...(ownership === undefined ? [] : [iamRequest(request, 's3:PutBucketOwnershipControls', bucketArn(bucket))]),
    ],
    execute() {
      acl.check();
      if (constraint !== (region === DEFAULT_REGION ? undefined : region)) {
        throw new AwsError(
          'IllegalLocationConstraintException',
          400,
          `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
        );
      }
      // In us-east-1, creating a bucket that the caller already owns succeeds, for compatibility.
      if (!engine.hasBucket(bucket)) engine.createBucket(bucket, request.now);
      else if (region !== DEFAULT_REGION) {
        throw new AwsError(
          'BucketAlreadyOwnedByYou',
          409,
          'Your previous request to create the named bucket succeeded and you already own it.',
          { BucketName: bucket },
        );
      }
      return { status: 200, headers: { location: `/${bucket}` } };
    },
  };
}

export function headBucket(request: S3Request, engine: Engine): ParsedOperation {
  return {
    authorize: [iamRequest(request, 's3:ListBucket', bucketArn(request.bucket))],
    execute() {
      engine.bucket(request.bucket);
      return { status: 200, headers: { 'x-amz-bucket-region': request.region, 'x-amz-bucket-arn': bucketArn(request.bucket) } };
    },
  };
}

export function deleteBucket(request: S3Request, engine: Engine): ParsedOperation {
  return {
    authorize: [iamRequest(request, 's3:DeleteBucket', bucketArn(request.bucket))],
    execute() {
      engine.deleteBucket(request.bucket);
      return { status: 204 };
    },
  };
}

/** The location of us-east-1 is the empty string. */
export function getBucketLocation(request: S3Request, engine: Engine): ParsedOperation {
  return {
    authorize: [iamRequest(request, 's3:GetBucketLocation', bucketArn(request.bucket))],
    execute() {
      engine.bucket(request.bucket);
      return xmlResponse('LocationConstraint', request.region === DEFAULT_REGION ? '' : request.region);
    },
  };
}

function locationConstraint(body: Buffer): string | undefined {
  if (body.length === 0) return undefined;
  return readXml(body, 'CreateBucketConfiguration').only('LocationConstraint').optionalText('LocationConstraint');
}
