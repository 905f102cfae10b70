import { expect } from 'vitest';
import { type RequestParts, S3Harness, type S3Response } from './s3-harness.ts';

/** A harness with the steps of a bucket with versions. */
export class VersionHarness extends S3Harness {
  setVersioning(status: string): Promise<S3Response> {
    const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
    return this.send('PUT', '/pool?versioning=', { body });
  }

  /** Puts an object, and returns the id of the new version. */
  async put(body: string, target = '/pool/acme/k', parts: RequestParts = {}): Promise<string> {
    const { status, headers } = await this.send('PUT', target, { ...parts, body });
    expect(status).toBe(200);
    return headers['x-amz-version-id'] ?? '';
  }

  /** The versions in a listing: key, version id, `latest`, `marker`. */
  async versions(query = ''): Promise<readonly string[]> {
    const { body } = await this.send('GET', `/pool?versions=${query}`);
    return [...body.matchAll(/<(Version|DeleteMarker)><Key>(.*?)<\/Key><VersionId>(.*?)<\/VersionId><IsLatest>(.*?)</g)].map(
      ([, kind, key, id, latest]) =>
        [key, id, ...(latest === 'true' ? ['latest'] : []), ...(kind === 'Version' ? [] : ['marker'])].join(' '),
    );
  }
}
