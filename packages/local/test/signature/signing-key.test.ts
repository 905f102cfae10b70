import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sign, signingKey } from '../../src/signature/signing-key.ts';

const SCOPE = '20261124/us-east-1/s3/aws4_request';
const keys = (secretAccessKey: string) => ({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey });

/** The signature by the definition of AWS, without a cache. */
function reference(secret: string, scope: string, text: string): string {
  const hmac = (key: string | Buffer, part: string): Buffer => createHmac('sha256', key).update(part).digest();
  return hmac(
    scope.split('/').reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secret}`),
    text,
  ).toString('hex');
}

describe('signingKey', () => {
  it('signs as AWS defines it, at the first use and at later ones', () => {
    const own = keys('own secret');
    for (const scope of [
      SCOPE,
      '20261125/us-east-1/s3/aws4_request',
      '20261124/eu-west-1/s3/aws4_request',
      SCOPE,
      SCOPE.replace('s3', 'sqs'),
    ]) {
      expect(sign(signingKey(own, scope), 'text')).toBe(reference('own secret', scope, 'text'));
    }
    expect(signingKey(own, SCOPE)).toBe(signingKey(own, SCOPE));
  });

  it('differs for another secret with the same access key id', () => {
    expect(sign(signingKey(keys('first secret'), SCOPE), 'text')).toBe(reference('first secret', SCOPE, 'text'));
    expect(sign(signingKey(keys('second secret'), SCOPE), 'text')).toBe(reference('second secret', SCOPE, 'text'));
  });

  it('keeps a limited number of scopes, which are not verified yet', () => {
    const own = keys('own secret');
    const first = signingKey(own, SCOPE);
    for (let at = 0; at < 16; at += 1) signingKey(own, `20261124/us-east-1/service-${at}/aws4_request`);
    const again = signingKey(own, SCOPE);
    expect(again).not.toBe(first);
    expect(again.equals(first)).toBe(true);
  });
});
