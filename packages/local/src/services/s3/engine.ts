import { AwsError } from '../service.ts';
import { Bucket, type Versioning } from './bucket.ts';
import { compareUtf8 } from './listing.ts';

/** The buckets, in memory. Every method is synchronous, so that the code between two awaits is one transaction. */
export class Engine {
  readonly #buckets = new Map<string, Bucket>();

  createBucket(name: string, createdAt: Date, versioning?: Versioning): void {
    this.#buckets.set(name, new Bucket(name, createdAt, versioning));
  }

  hasBucket(name: string): boolean {
    return this.#buckets.has(name);
  }

  /** @throws {@link AwsError} NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist', { BucketName: name });
    return bucket;
  }

  /** Ordered by name. */
  buckets(): readonly Bucket[] {
    return [...this.#buckets.values()].toSorted((a, b) => compareUtf8(a.name, b.name));
  }

  /** @throws {@link AwsError} BucketNotEmpty, also if only old versions or delete markers remain */
  deleteBucket(name: string): void {
    const bucket = this.bucket(name);
    if (!bucket.isEmpty) {
      throw new AwsError('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty', { BucketName: name });
    }
    this.#buckets.delete(name);
  }
}
