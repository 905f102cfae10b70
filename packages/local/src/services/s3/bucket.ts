import type { BucketSettings } from './bucket-settings.ts';
import { compareUtf8 } from './listing.ts';
import { type DeleteMarker, isDeleteMarker, type NewObject, type StoredObject, type Tags, type Version } from './stored-object.ts';
import { Uploads } from './uploads.ts';
import { NULL_VERSION, VersionIds } from './version-id.ts';

/** The state of a bucket's versioning, after it was enabled once. It can be suspended, but not removed. */
export type Versioning = 'Enabled' | 'Suspended';

/** One version in a listing. */
export interface ListedVersion {
  readonly key: string;
  readonly version: Version;
  readonly isLatest: boolean;
}

/** One bucket with the versions of its objects and its unfinished uploads. */
export class Bucket {
  readonly name: string;
  readonly createdAt: Date;
  readonly settings: BucketSettings = {};
  readonly uploads: Uploads = new Uploads();
  /** Undefined if it was never enabled. */
  versioning: Versioning | undefined;
  /** The versions of each key, the newest first. Each list has at least one. */
  readonly #versions = new Map<string, readonly Version[]>();
  readonly #ids = new VersionIds();
  #sortedKeys: readonly string[] | undefined;

  constructor(name: string, createdAt: Date, versioning?: Versioning) {
    this.name = name;
    this.createdAt = createdAt;
    this.versioning = versioning;
  }

  /** Whether no version remains, and no delete marker either. */
  get isEmpty(): boolean {
    return this.#versions.size === 0;
  }

  /** The current object. Undefined if the current version is a delete marker. */
  get(key: string): StoredObject | undefined {
    const version = this.current(key);
    return version === undefined || isDeleteMarker(version) ? undefined : version;
  }

  current(key: string): Version | undefined {
    return this.#versions.get(key)?.[0];
  }

  version(key: string, versionId: string): Version | undefined {
    return this.#versions.get(key)?.find((version) => version.versionId === versionId);
  }

  put(key: string, object: NewObject): StoredObject {
    const stored = { ...object, versionId: this.#newVersionId() };
    this.#add(key, stored);
    return stored;
  }

  /** Deletes the current version. In a bucket with versioning, the result is a delete marker, also for a key that does not exist. */
  delete(key: string, now: Date): DeleteMarker | undefined {
    if (this.versioning === undefined) {
      this.deleteVersion(key, NULL_VERSION);
      return undefined;
    }
    const marker: DeleteMarker = { versionId: this.#newVersionId(), lastModified: now, isDeleteMarker: true };
    this.#add(key, marker);
    return marker;
  }

  /** Deletes one version without a marker, and returns it. */
  deleteVersion(key: string, versionId: string): Version | undefined {
    const version = this.version(key, versionId);
    if (version)
      this.#set(
        key,
        (this.#versions.get(key) ?? []).filter((other) => other !== version),
      );
    return version;
  }

  /** Replaces the tags of one version. It remains the same version. */
  retag(key: string, object: StoredObject, tags: Tags): void {
    const versions = this.#versions.get(key) ?? [];
    this.#set(
      key,
      versions.map((version) => (version === object ? { ...object, tags } : version)),
    );
  }

  /** The keys with a current object. Ordered by UTF-8 bytes, as S3 lists them. */
  keys(): readonly string[] {
    const all = this.#allKeys();
    return this.versioning === undefined ? all : all.filter((key) => this.get(key) !== undefined);
  }

  /** All versions, ordered by key. The versions of one key are ordered from the newest to the oldest. */
  versions(): readonly ListedVersion[] {
    return this.#allKeys().flatMap((key) =>
      (this.#versions.get(key) ?? []).map((version, index) => ({ key, version, isLatest: index === 0 })),
    );
  }

  #newVersionId(): string {
    return this.versioning === 'Enabled' ? this.#ids.next() : NULL_VERSION;
  }

  /** Adds the newest version. A key has one null version only: another one replaces it. */
  #add(key: string, version: Version): void {
    const older = this.#versions.get(key) ?? [];
    this.#set(key, [version, ...older.filter(({ versionId }) => versionId !== version.versionId)]);
  }

  #set(key: string, versions: readonly Version[]): void {
    const existed = this.#versions.has(key);
    if (versions.length > 0) this.#versions.set(key, versions);
    else this.#versions.delete(key);
    if (existed !== versions.length > 0) this.#sortedKeys = undefined;
  }

  #allKeys(): readonly string[] {
    this.#sortedKeys ??= [...this.#versions.keys()].toSorted(compareUtf8);
    return this.#sortedKeys;
  }
}
