import { expect } from 'vitest';
import { type S3Response, type RequestParts, S3Harness } from './s3-harness.ts';

/** A part in the body of CompleteMultipartUpload; `more` is XML after its number and ETag. */
export type Named = readonly [number: number | string, etag: string, more?: string];

/** The text of the first element of this name; `''` if the text has no such element. */
export function first(body: string, name: string): string {
  return new RegExp(`<${name}>(.*?)</${name}>`).exec(body)?.[1] ?? '';
}

/** The body of CompleteMultipartUpload. */
export function partList(parts: readonly Named[]): string {
  const part = ([number, etag, more = '']: Named) =>
    `<Part><PartNumber>${number}</PartNumber><ETag>${etag.replaceAll('"', '&quot;')}</ETag>${more}</Part>`;
  return `<CompleteMultipartUpload>${parts.map(part).join('')}</CompleteMultipartUpload>`;
}

/** A harness with the steps of an upload by parts, to `/pool/acme/f` where nothing else is said. */
export class UploadHarness extends S3Harness {
  async create(key = 'acme/f', headers: Record<string, string> = {}): Promise<string> {
    const { status, body } = await this.send('POST', `/pool/${key}?uploads=`, { headers });
    expect(status).toBe(200);
    return first(body, 'UploadId');
  }

  /** Uploads a part, and returns its ETag. */
  async upload(id: string, number: number, body: Buffer, parts: RequestParts = {}, key = 'acme/f'): Promise<string> {
    const { status, headers, code } = await this.send('PUT', `/pool/${key}?uploadId=${id}&partNumber=${number}`, { ...parts, body });
    expect({ status, code }).toEqual({ status: 200, code: '' });
    return headers['etag'] ?? '';
  }

  complete(id: string, parts: readonly Named[], headers: Record<string, string> = {}, path = '/pool/acme/f'): Promise<S3Response> {
    return this.send('POST', `${path}?uploadId=${id}`, { body: partList(parts), headers });
  }
}
