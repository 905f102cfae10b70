import { createHash } from 'node:crypto';

/** The hexadecimal MD5 that S3 and SQS answer, and that SDKs compare. */
export function md5Hex(data: Buffer | string): string {
  return createHash('md5').update(data).digest('hex');
}
