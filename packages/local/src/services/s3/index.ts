import type { AwsError, Clock, Operation, Service, VerifiedRequest } from '../service.ts';
import { errorAnswer } from './answer.ts';
import { accessDenied } from './authorization.ts';
import { Engine } from './engine.ts';
import { matchOperation } from './match.ts';
import { S3_OPERATIONS } from './operations.ts';
import { checkExpectedOwner } from './owner.ts';
import { isBucketName, parsePath } from './path.ts';

/** What the S3 of the local AWS starts with. */
export interface S3ServiceOptions {
  /** The account that owns every bucket: twelve digits. */
  readonly account: string;
  readonly region: string;
  /** The buckets that exist from the start. */
  readonly buckets: readonly string[];
  readonly clock: Clock;
}

/**
 * S3, in memory: the operations of {@link S3_OPERATIONS}, and 501 for all else.
 *
 * @throws TypeError a bucket's name is none that S3 would accept
 */
export function s3Service({ account, region, buckets, clock }: S3ServiceOptions): Service {
  const engine = new Engine();
  for (const name of buckets) {
    if (!isBucketName(name)) throw new TypeError(`buckets: \`${name}\` is not a name that S3 accepts`);
    engine.createBucket(name, new Date(clock()));
  }
  return {
    name: 's3',
    parse(request: VerifiedRequest): Operation {
      const target = parsePath(request.rawPath);
      const row = matchOperation(S3_OPERATIONS, request, target);
      const addressed = { bucket: '', key: '', ...target, ...request, account, region };
      checkExpectedOwner(addressed);
      return { name: row.operation, ...row.parse(addressed, engine) };
    },
    error: errorAnswer,
    denied: (_operation, refused, caller, denial): AwsError => accessDenied(caller, refused, denial),
  };
}
