import { randomBytes } from 'node:crypto';
import type { ChecksumAlgorithm } from '../../checksums.ts';
import { AwsError } from '../service.ts';
import type { StoredChecksum } from './stored-object.ts';
import { compareUtf8 } from './listing.ts';

/** One uploaded part. It is replaced whole and never changed. */
export interface Part {
  readonly number: number;
  readonly body: Buffer;
  readonly etag: string;
  readonly lastModified: Date;
  readonly checksum: StoredChecksum | undefined;
}

/** The one method of encryption that a write can ask for: with keys that S3 keeps itself. */
export type Encryption = 'AES256';

/** What an upload was created with. */
export interface UploadOptions {
  readonly key: string;
  readonly initiated: Date;
  readonly headers: ReadonlyMap<string, string>;
  /** The checksum that was asked for: of the whole object, or composed of those of its parts. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly type: StoredChecksum['type'] } | undefined;
  /** What was asked for. Its parts and its end are judged by it too. */
  readonly encryption: Encryption | undefined;
}

/** An unfinished upload. */
export interface Upload extends UploadOptions {
  readonly id: string;
  readonly parts: Map<number, Part>;
}

/**
 * The unfinished uploads of one bucket.
 *
 * INVARIANT: an upload is found only by its bucket, its key *and* its id. A right to `acme/*` that could reach an upload of
 * `globex/f` by its id would write, end or read what is globex's.
 */
export class Uploads {
  readonly #uploads = new Map<string, Upload>();
  #created = 0;

  create(options: UploadOptions): Upload {
    this.#created += 1;
    // Not to be guessed, yet in the order of creation, so that a listing can go on after an upload that has ended meanwhile.
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

  end(upload: Upload): void {
    this.#uploads.delete(upload.id);
  }

  /** By key, and for one key in the order of creation. */
  list(): readonly Upload[] {
    return [...this.#uploads.values()].toSorted((a, b) => compareUtf8(a.key, b.key) || compareUtf8(a.id, b.id));
  }
}
