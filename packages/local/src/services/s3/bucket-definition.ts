import { isObject } from '@tenant-aws/policy/json';
import type { ResourcePolicyDocument } from '../../resource-policy.ts';
import { AwsError } from '../service.ts';
import { bucketArn } from './authorization.ts';
import { parseBucketPolicy } from './bucket-policy.ts';
import type { BucketSettings } from './bucket-settings.ts';
import { type CorsRule, checkCorsRules, isCorsRule } from './cors.ts';
import { isBucketName } from './path.ts';

/** A bucket to create: its name, or its properties. */
export type BucketDefinition = string | BucketProperties;

export interface BucketProperties {
  readonly Bucket: string;
  /** Default: versioning is not enabled. */
  readonly Versioning?: 'Enabled';
  /** The bucket policy. Default: none. */
  readonly Policy?: ResourcePolicyDocument;
  /** The CORS rules, as in PutBucketCors. Default: none. */
  readonly CORS?: readonly CorsRule[];
}

/** A bucket definition after its check. */
export interface ReadBucket {
  readonly name: string;
  readonly versioning?: 'Enabled';
  readonly settings: BucketSettings;
}

const MEMBERS: ReadonlySet<string> = new Set(['Bucket', 'Versioning', 'Policy', 'CORS'] satisfies readonly (keyof BucketProperties)[]);

/**
 * Checks the definition of a bucket.
 *
 * @throws TypeError for a name that S3 would not accept, and for an unknown or invalid member
 */
export function readBucketDefinition(definition: BucketDefinition): ReadBucket {
  const given: unknown = typeof definition === 'string' ? { Bucket: definition } : definition;
  if (!isObject(given)) throw new TypeError("buckets: a bucket must be a name or an object, such as { Bucket: 'notes' }");
  const { Bucket, Versioning, Policy, CORS } = given;
  if (typeof Bucket !== 'string' || !isBucketName(Bucket)) throw new TypeError(`buckets: \`${String(Bucket)}\` is not a valid bucket name`);
  const unknown = Object.keys(given).find((name) => !MEMBERS.has(name));
  if (unknown !== undefined) throw new TypeError(`buckets: \`${unknown}\` of \`${Bucket}\` is unknown; use ${[...MEMBERS].join(', ')}`);
  if (Versioning !== undefined && Versioning !== 'Enabled')
    throw new TypeError(`buckets: \`Versioning\` of \`${Bucket}\` must be \`Enabled\``);
  return {
    name: Bucket,
    ...(Versioning && { versioning: Versioning }),
    settings: {
      ...(Policy !== undefined && { policy: asOption(Bucket, 'Policy', () => readPolicy(Policy, Bucket)) }),
      ...(CORS !== undefined && { cors: asOption(Bucket, 'CORS', () => readCors(CORS)) }),
    },
  };
}

function readPolicy(policy: unknown, bucket: string) {
  if (!isObject(policy)) throw new TypeError('must be an object with a `Statement`');
  const read = parseBucketPolicy(Buffer.from(JSON.stringify(policy)), bucketArn(bucket));
  if (read.isPublic) throw new TypeError('is public: it allows everybody, and S3 blocks public policies');
  return read;
}

function readCors(rules: unknown): readonly CorsRule[] {
  if (!Array.isArray(rules) || !rules.every(isCorsRule)) throw new TypeError('must be a list of rules, as in the input of PutBucketCors');
  // A copy: a later change to the caller's object must not change the rules.
  return checkCorsRules(structuredClone(rules));
}

function asOption<T>(bucket: string, member: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof AwsError)
      throw new TypeError(`buckets: \`${member}\` of \`${bucket}\` is invalid: ${error.message}`, { cause: error });
    if (error instanceof TypeError) throw new TypeError(`buckets: \`${member}\` of \`${bucket}\` ${error.message}`, { cause: error });
    throw error;
  }
}
