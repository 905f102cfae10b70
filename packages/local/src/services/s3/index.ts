import type { AwsError, Clock, Operation, ResourceScope, Service, VerifiedRequest } from '../service.ts';
import { errorResponse } from './response.ts';
import { accessDenied } from './authorization.ts';
import { Engine } from './engine.ts';
import { matchOperation } from './match.ts';
import { S3_OPERATIONS } from './operations.ts';
import { checkExpectedOwner } from './owner.ts';
import { isBucketName, parsePath } from './path.ts';

/** Options of the local S3. `account` owns every bucket. */
export interface S3ServiceOptions extends ResourceScope {
  /** The buckets to create at the start. */
  readonly buckets: readonly string[];
  readonly clock: Clock;
}

/**
 * Starts an S3 in memory with the operations of {@link S3_OPERATIONS}. It answers all others with 501.
 *
 * @throws TypeError for a bucket name that S3 would not accept
 */
export function s3Service({ account, region, buckets, clock }: S3ServiceOptions): Service {
  const engine = new Engine();
  for (const name of buckets) {
    if (!isBucketName(name)) throw new TypeError(`buckets: \`${name}\` is not a valid bucket name`);
    engine.createBucket(name, new Date(clock()));
  }
  return {
    name: 's3',
    parse(request: VerifiedRequest): Operation {
      const target = parsePath(request.rawPath);
      const operation = matchOperation(S3_OPERATIONS, request, target);
      const s3Request = { bucket: '', key: '', ...target, ...request, account, region };
      checkExpectedOwner(s3Request);
      return { name: operation.operation, ...operation.parse(s3Request, engine) };
    },
    error: errorResponse,
    denied: (_operation, refused, caller, denial): AwsError => accessDenied(caller, refused, denial),
  };
}
