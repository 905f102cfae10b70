import { isObject } from '@tenant-aws/policy/json';
import { isBucketName } from './path.ts';

/** A bucket to create: its name, or its properties. */
export type BucketDefinition = string | BucketProperties;

export interface BucketProperties {
  readonly Bucket: string;
  /** Default: versioning is not enabled. */
  readonly Versioning?: 'Enabled';
}

const MEMBERS: ReadonlySet<string> = new Set(['Bucket', 'Versioning'] satisfies readonly (keyof BucketProperties)[]);

/**
 * Checks the definition of a bucket.
 *
 * @throws TypeError for a name that S3 would not accept, and for an unknown or invalid member
 */
export function readBucketDefinition(definition: BucketDefinition): BucketProperties {
  const given: unknown = typeof definition === 'string' ? { Bucket: definition } : definition;
  if (!isObject(given)) throw new TypeError("buckets: a bucket must be a name or an object, such as { Bucket: 'notes' }");
  const { Bucket, Versioning } = given;
  if (typeof Bucket !== 'string' || !isBucketName(Bucket)) throw new TypeError(`buckets: \`${String(Bucket)}\` is not a valid bucket name`);
  const unknown = Object.keys(given).find((name) => !MEMBERS.has(name));
  if (unknown !== undefined) throw new TypeError(`buckets: \`${unknown}\` of \`${Bucket}\` is unknown; use ${[...MEMBERS].join(', ')}`);
  if (Versioning !== undefined && Versioning !== 'Enabled')
    throw new TypeError(`buckets: \`Versioning\` of \`${Bucket}\` must be \`Enabled\``);
  return { Bucket, ...(Versioning && { Versioning }) };
}
