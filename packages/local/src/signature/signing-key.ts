import { createHmac, timingSafeEqual } from 'node:crypto';

/** The key of one day, region and service, derived from a secret. */
export function signingKey(secretAccessKey: string, scope: string): Buffer {
  return scope.split('/').reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretAccessKey}`));
}

/** The signature of a string, in hex. */
export function sign(key: Buffer, text: string): string {
  return hmac(key, text).toString('hex');
}

/** Whether two strings are equal, in a time that tells nothing of where they differ. */
export function equalInConstantTime(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'latin1').digest();
}
