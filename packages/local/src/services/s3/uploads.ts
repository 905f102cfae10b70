import { randomBytes } from 'node:crypto';
import type { ChecksumAlgorithm } from '../../checksums.ts';
import { AwsError, type ServiceResponse } from '../service.ts';
import type { StorageClass, StoredChecksum, Tags } from './stored-object.ts';
import { compareUtf8 } from './listing.ts';

/** One uploaded part. It is replaced as a whole, never changed. */
export interface Part {
  readonly number: number;
  readonly body: Buffer;
  readonly etag: string;
  readonly lastModified: Date;
  readonly checksum: StoredChecksum | undefined;
}

/** The only encryption that a write can request: with keys that S3 manages. */
export type Encryption = 'AES256';

/** The options with which an upload is created. */
export interface UploadOptions {
  readonly key: string;
  readonly initiated: Date;
  readonly headers: ReadonlyMap<string, string>;
  /** The requested checksum: of the whole object, or composed of the parts' checksums. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly type: StoredChecksum['type'] } | undefined;
  /** The requested encryption. Later requests of the upload are authorised with it too. */
  readonly encryption: Encryption | undefined;
  readonly tags: Tags;
  readonly storageClass: StorageClass;
  readonly redirect: string | undefined;
}

/** An unfinished upload. */
export interface Upload extends UploadOptions {
  readonly id: string;
  readonly parts: Map<number, Part>;
}

interface CompletedUpload {
  readonly key: string;
  readonly parts: string;
  readonly result: ServiceResponse;
}

const MAX_COMPLETED = 1_000;

/**
 * The unfinished uploads of one bucket, and the results of the last completed ones.
 *
 * INVARIANT: an upload is found only by its bucket, its key *and* its id. If the id were enough, permission for `acme/*` would
 * give access to an upload of `globex/f`.
 */
export class Uploads {
  readonly #uploads = new Map<string, Upload>();
  readonly #completed = new Map<string, CompletedUpload>();
  #created = 0;

  create(options: UploadOptions): Upload {
    this.#created += 1;
    // Random, so that it cannot be guessed. In the order of creation, so that a listing can continue after an upload that has ended.
    const id = this.#created.toString(36).padStart(8, '0') + randomBytes(36).toString('base64url');
    const upload = { ...options, id, parts: new Map<number, Part>() };
    this.#uploads.set(upload.id, upload);
    return upload;
  }

  get(key: string, id: string): Upload | undefined {
    const upload = this.#uploads.get(id);
    return upload?.key === key ? upload : undefined;
  }

  /** @throws {@link AwsError} NoSuchUpload, also for an upload of another key */
  find(key: string, id: string): Upload {
    const upload = this.get(key, id);
    if (upload) return upload;
    throw new AwsError(
      'NoSuchUpload',
      404,
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    );
  }

  remove(upload: Upload): void {
    this.#uploads.delete(upload.id);
  }

  /**
   * @param parts the named parts, as text
   * @param result what a repeated completion with the same parts returns
   */
  complete(upload: Upload, parts: string, result: ServiceResponse): void {
    this.remove(upload);
    const [oldest] = this.#completed.keys();
    if (this.#completed.size >= MAX_COMPLETED && oldest !== undefined) this.#completed.delete(oldest);
    this.#completed.set(upload.id, { key: upload.key, parts, result });
  }

  /** The result of an upload that is completed already: clients repeat a completion whose response they did not receive. */
  completed(key: string, id: string, parts: string): ServiceResponse | undefined {
    const completed = this.#completed.get(id);
    return completed?.key === key && completed.parts === parts ? completed.result : undefined;
  }

  /** Ordered by key; uploads of one key by creation. */
  list(): readonly Upload[] {
    return [...this.#uploads.values()].toSorted((a, b) => compareUtf8(a.key, b.key) || compareUtf8(a.id, b.id));
  }
}
