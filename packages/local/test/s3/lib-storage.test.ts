import { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { clientConfig, start } from '../start-aws.ts';

let aws: LocalAws;
let s3: S3Client;
beforeAll(async () => {
  aws = await start();
  s3 = new S3Client(clientConfig(aws, aws.admin));
});
afterAll(async () => {
  s3.destroy();
  await aws.close();
});

const at = (Key: string) => ({ Bucket: 'pool', Key });

describe('lib-storage', () => {
  it.each(['CRC32', 'SHA256', undefined] as const)('uploads 12 MiB in parts, with %s', async (ChecksumAlgorithm) => {
    const body = Buffer.alloc(12 * 1024 * 1024, '0123456789');
    const upload = new Upload({
      client: s3,
      params: { ...at('big'), Body: Readable.from([body]), ContentType: 'text/plain', ...(ChecksumAlgorithm && { ChecksumAlgorithm }) },
    });
    await upload.done();
    const { Body, ETag, ContentType } = await s3.send(new GetObjectCommand(at('big')));
    expect([ETag?.endsWith('-3"'), ContentType]).toEqual([true, 'text/plain']);
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
  });

  it('leaves no object after an abort', async () => {
    const upload = new Upload({ client: s3, params: { ...at('aborted'), Body: Readable.from([Buffer.alloc(12 * 1024 * 1024)]) } });
    upload.on('httpUploadProgress', () => void upload.abort());
    await expect(upload.done()).rejects.toMatchObject({ name: 'AbortError' });
    await expect(s3.send(new GetObjectCommand(at('aborted')))).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});
