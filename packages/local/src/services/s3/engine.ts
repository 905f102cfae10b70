import { AwsError } from '../service.ts';
import type { StoredObject } from './stored-object.ts';
import { Uploads } from './uploads.ts';
import { compareUtf8 } from './listing.ts';

/** The buckets, in memory. Every method is synchronous, so that the code between two awaits is one transaction. */
export class Engine {
  readonly #buckets = new Map<string, Bucket>();

  createBucket(name: string, createdAt: Date): void {
    this.#buckets.set(name, new Bucket(name, createdAt));
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

  /** @throws {@link AwsError} BucketNotEmpty */
  deleteBucket(name: string): void {
    const bucket = this.bucket(name);
    if (!bucket.isEmpty) {
      throw new AwsError('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty', { BucketName: name });
    }
    this.#buckets.delete(name);
  }
}

/** One bucket with its objects and its unfinished uploads. */
export class Bucket {
  readonly name: string;
  readonly createdAt: Date;
  readonly uploads: Uploads = new Uploads();
  readonly #objects = new Map<string, StoredObject>();
  #sortedKeys: readonly string[] | undefined;

  constructor(name: string, createdAt: Date) {
    this.name = name;
    this.createdAt = createdAt;
  }

  get isEmpty(): boolean {
    return this.#objects.size === 0;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  put(key: string, object: StoredObject): void {
    if (!this.#objects.has(key)) this.#sortedKeys = undefined;
    this.#objects.set(key, object);
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#sortedKeys = undefined;
  }

  /** Ordered by UTF-8 bytes, as S3 lists them. */
  keys(): readonly string[] {
    this.#sortedKeys ??= [...this.#objects.keys()].toSorted(compareUtf8);
    return this.#sortedKeys;
  }
}
