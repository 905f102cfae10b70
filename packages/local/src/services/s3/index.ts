import type { AwsError, Clock, Operation, ResourceScope, Service, VerifiedRequest } from '../service.ts';
import { errorResponse } from './response.ts';
import { accessDenied, bucketOfArn } from './authorization.ts';
import { type BucketDefinition, readBucketDefinition } from './bucket-definition.ts';
import { Engine } from './engine.ts';
import { matchOperation } from './match.ts';
import { S3_OPERATIONS } from './operations.ts';
import { checkExpectedOwner, checkRequestPayer } from './owner.ts';
import { parsePath } from './path.ts';
import { crossOriginHeaders, parsePreflight } from './preflight.ts';

/** Options of the local S3. `account` owns every bucket. */
export interface S3ServiceOptions extends ResourceScope {
  /** The buckets to create at the start. */
  readonly buckets: readonly BucketDefinition[];
  readonly clock: Clock;
}

/**
 * Starts an S3 in memory with the operations of {@link S3_OPERATIONS}. It answers all others with 501.
 *
 * @throws TypeError for a definition of a bucket that is invalid
 */
export function s3Service({ account, region, buckets, clock }: S3ServiceOptions): Service {
  const engine = new Engine();
  for (const definition of buckets) {
    const { name, versioning, settings } = readBucketDefinition(definition);
    if (!engine.hasBucket(name)) engine.createBucket(name, new Date(clock()), versioning);
    else if (typeof definition === 'object') throw new TypeError(`buckets: \`${name}\` is defined twice`);
    Object.assign(engine.bucket(name).settings, settings);
  }
  return {
    name: 's3',
    parse(request: VerifiedRequest): Operation {
      const target = parsePath(request.rawPath);
      const operation = matchOperation(S3_OPERATIONS, request, target);
      const bucket = target.kind === 'service' ? '' : target.bucket;
      const s3Request = { ...request, bucket, key: target.kind === 'object' ? target.key : '', account, region };
      checkExpectedOwner(s3Request);
      checkRequestPayer(s3Request);
      return { ...operation.parse(s3Request, engine), name: operation.operation };
    },
    parseUnsigned: (request) => parsePreflight(request, engine),
    resourcePolicy(resource) {
      const bucket = bucketOfArn(resource);
      return engine.hasBucket(bucket) ? engine.bucket(bucket).settings.policy : undefined;
    },
    crossOriginHeaders: (request) => crossOriginHeaders(request, engine),
    error: errorResponse,
    denied: (_operation, refused, caller, denial): AwsError => accessDenied(caller, refused, denial),
  };
}
