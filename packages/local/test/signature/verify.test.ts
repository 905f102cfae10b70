import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handPresign, handSign, sha256, type ToSign } from './hand-signer.ts';
import { NOW, Recorder, SESSION, USER, type Wire } from './recorder.ts';

const MINUTE = 60_000;

let recorder: Recorder;
beforeAll(async () => {
  recorder = await Recorder.start();
});
beforeEach(() => {
  recorder.time.now = NOW;
});
afterAll(() => recorder.close());

function signed(given: Partial<ToSign> = {}): Wire {
  return handSign({ headers: { host: recorder.host }, ...given });
}

function presigned(expires = '900', given: Partial<ToSign> = {}): Wire {
  return handPresign({ headers: { host: recorder.host }, payloadHash: 'UNSIGNED-PAYLOAD', ...given }, expires);
}

async function refusal(wire: Wire): Promise<string> {
  const before = recorder.reached.length;
  const { code, status } = await recorder.send(wire);
  expect(recorder.reached.length).toBe(before);
  return `${status} ${code}`;
}

describe('a signature in the Authorization header', () => {
  it('is accepted, with and without a session token', async () => {
    expect(await recorder.accepts(signed())).toBeDefined();
    expect(await recorder.accepts(signed({ keys: SESSION }))).toBeDefined();
  });

  it('is not passed to services, nor is the session token', async () => {
    const received = await recorder.accepts(signed({ keys: SESSION }));
    const text = JSON.stringify({ ...received, headers: [...(received?.headers ?? [])], query: [...(received?.query ?? [])] });
    expect(text).not.toContain(SESSION.sessionToken);
    expect(text).not.toContain('Signature');
  });

  it.each([
    ['s3', '403 InvalidAccessKeyId', '403 SignatureDoesNotMatch', '400 InvalidToken', '400 ExpiredToken', '403 RequestTimeTooSkewed'],
    [
      'dynamodb',
      '400 UnrecognizedClientException',
      '400 InvalidSignatureException',
      '400 UnrecognizedClientException',
      '400 ExpiredTokenException',
      '400 InvalidSignatureException',
    ],
    [
      'sts',
      '403 InvalidClientTokenId',
      '403 SignatureDoesNotMatch',
      '403 InvalidClientTokenId',
      '403 ExpiredToken',
      '403 SignatureDoesNotMatch',
    ],
  ])('is refused by %s with its own error codes', async (service, unknown, mismatch, token, expired, skewed) => {
    const path = '/';
    expect(await refusal(signed({ service, path, keys: { ...USER, accessKeyId: 'AKIAUNKNOWNUNKNOWN00' } }))).toBe(unknown);
    expect(await refusal(signed({ service, path, keys: { ...USER, secretAccessKey: 'wrong' } }))).toBe(mismatch);
    expect(await refusal(signed({ service, path, keys: { ...SESSION, sessionToken: `${SESSION.sessionToken}x` } }))).toBe(token);
    expect(await refusal(signed({ service, path, timestamp: '20261124T114459Z' }))).toBe(skewed);
    recorder.time.now = NOW + 3_600_000;
    expect(await refusal(signed({ service, path, keys: SESSION, timestamp: '20261124T130000Z' }))).toBe(expired);
  });

  it('requires the token of its own session: a missing token, another one, or one with long-term keys is refused', async () => {
    const { sessionToken: _, ...withoutToken } = SESSION;
    expect(await refusal(signed({ keys: withoutToken }))).toBe('400 InvalidToken');
    expect(await refusal(signed({ keys: { ...SESSION, sessionToken: '' } }))).toBe('400 InvalidToken');
    expect(await refusal(signed({ keys: { ...USER, sessionToken: SESSION.sessionToken } }))).toBe('400 InvalidToken');
    expect(await refusal(signed({ keys: { ...USER, sessionToken: '' } }))).toBe('400 InvalidToken');
  });

  it('is refused with the secret of another principal, also after its own was accepted', async () => {
    for (const keys of [USER, SESSION]) expect(await recorder.accepts(signed({ keys }))).toBeDefined();
    expect(await refusal(signed({ keys: { ...USER, secretAccessKey: SESSION.secretAccessKey } }))).toBe('403 SignatureDoesNotMatch');
    expect(await refusal(signed({ keys: { ...SESSION, secretAccessKey: USER.secretAccessKey } }))).toBe('403 SignatureDoesNotMatch');
  });

  it('is checked in the order secret, token, expiry', async () => {
    recorder.time.now = NOW + 3_600_000;
    const late = { timestamp: '20261124T130000Z' };
    expect(await refusal(signed({ ...late, keys: { ...SESSION, secretAccessKey: 'wrong', sessionToken: 'wrong' } }))).toBe(
      '403 SignatureDoesNotMatch',
    );
    expect(await refusal(signed({ ...late, keys: { ...SESSION, sessionToken: 'wrong' } }))).toBe('400 InvalidToken');
  });

  it('can have a time up to 15 minutes from the clock, and no further', async () => {
    for (const now of [NOW - 15 * MINUTE, NOW + 15 * MINUTE]) {
      recorder.time.now = now;
      expect(await recorder.accepts(signed())).toBeDefined();
    }
    for (const now of [NOW - 15 * MINUTE - 1, NOW + 15 * MINUTE + 1]) {
      recorder.time.now = now;
      expect(await refusal(signed())).toBe('403 RequestTimeTooSkewed');
    }
  });

  it.each(['20261124T999999Z', '20261124T120060Z', '20261131T120000Z', '20261124T120000', '2026-11-24T12:00:00Z', ''])(
    'is refused with the time %j',
    async (timestamp) => {
      expect(await refusal(signed({ timestamp }))).toBe('400 AuthorizationHeaderMalformed');
    },
  );

  it('is refused for another region, service or day', async () => {
    expect(await refusal(signed({ region: 'eu-west-1' }))).toBe('400 AuthorizationHeaderMalformed');
    expect(await refusal(signed({ date: '20261123' }))).toBe('400 AuthorizationHeaderMalformed');
    expect(await refusal(signed({ service: 'lambda', path: '/' }))).toMatch(/^(?:501 NotImplemented|403 .*)$/);
    expect(await refusal(signed({ service: 'constructor', path: '/' }))).toMatch(/^(?:501 NotImplemented|403 .*)$/);
  });

  it('must cover the host and every x-amz- header', async () => {
    expect(await refusal(signed({ signedHeaders: ['x-amz-content-sha256', 'x-amz-date'] }))).toBe('400 AuthorizationHeaderMalformed');
    const added = { host: recorder.host, 'x-amz-copy-source': '/pool/globex/f' };
    expect(await refusal(signed({ headers: added, signedHeaders: ['host', 'x-amz-content-sha256', 'x-amz-date'] }))).toBe(
      '403 AccessDenied',
    );
    expect(await refusal(signed({ signedHeaders: ['host', 'x-amz-content-sha256'] }))).toBe('403 AccessDenied');
  });

  it('must list its headers once, sorted, in lower case, and only headers that were sent', async () => {
    const names = ['host', 'x-amz-content-sha256', 'x-amz-date'];
    for (const signedHeaders of [names.toReversed(), ['host', ...names], [...names, 'x-amz-missing'], ['Host', ...names.slice(1)]]) {
      expect(await refusal(signed({ signedHeaders }))).toBe('400 AuthorizationHeaderMalformed');
    }
  });

  it.each([
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=',
    'AWS4-HMAC-SHA256 Credential=A/20261124/us-east-1/s3/aws4_request',
    'AWS4-HMAC-SHA256 Credential=A/20261124/us-east-1/s3/aws4_request, SignedHeaders=host',
    'AWS4-HMAC-SHA256 Credential=A/../us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0',
    'AWS4-ECDSA-P256-SHA256 Credential=A/20261124/s3/aws4_request, SignedHeaders=host, Signature=0',
    'Bearer eyJhbGciOiJub25lIn0.e30.',
    'x',
  ])('is refused with the header value %j', async (authorization) => {
    expect(await refusal({ method: 'GET', target: '/pool/f', headers: { host: recorder.host, authorization } })).toBe(
      '400 AuthorizationHeaderMalformed',
    );
  });

  it('is refused in version 2, with a hint for boto3', async () => {
    const wire = { method: 'GET', target: '/pool/f', headers: { host: recorder.host, authorization: 'AWS AKIAIOSFODNN7EXAMPLE:c2ln' } };
    expect(await recorder.send(wire)).toMatchObject({ code: 'InvalidRequest', body: expect.stringContaining("signature_version='s3v4'") });
    const url = {
      method: 'GET',
      target: '/pool/f?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=c2ln&Expires=1',
      headers: { host: recorder.host },
    };
    expect(await refusal(url)).toBe('400 InvalidRequest');
  });

  it('is required', async () => {
    expect(await refusal({ method: 'GET', target: '/pool/acme/f', headers: { host: recorder.host } })).toBe('403 AccessDenied');
    const target = { host: recorder.host, 'x-amz-target': 'DynamoDB_20120810.GetItem' };
    expect(await refusal({ method: 'POST', target: '/', headers: target })).toBe('400 MissingAuthenticationTokenException');
    const form = { host: recorder.host, 'content-type': 'application/x-www-form-urlencoded' };
    expect(await refusal({ method: 'POST', target: '/', headers: form })).toBe('403 MissingAuthenticationToken');
  });
});

describe('a payload', () => {
  const put = { method: 'PUT', body: 'signed' };

  it('must be the one that was signed', async () => {
    expect(String((await recorder.accepts(signed(put)))?.body)).toBe('signed');
    expect(await refusal({ ...signed(put), body: 'altered' })).toBe('400 XAmzContentSHA256Mismatch');
  });

  it('can be unsigned for S3 only', async () => {
    expect(await recorder.accepts(signed({ ...put, payloadHash: 'UNSIGNED-PAYLOAD' }))).toBeDefined();
    for (const service of ['dynamodb', 'sts']) {
      const headers = { host: recorder.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      const mismatch = service === 'sts' ? '403 SignatureDoesNotMatch' : '400 InvalidSignatureException';
      expect(await refusal(signed({ method: 'POST', path: '/', service, headers, body: '{}', payloadHash: 'UNSIGNED-PAYLOAD' }))).toBe(
        mismatch,
      );
      expect(await refusal(signed({ method: 'POST', path: '/', service, headers, body: '{}' }))).toBe(mismatch);
      expect(await refusal({ ...signed({ method: 'POST', path: '/', service, body: '{}' }), body: '[]' })).toBe(mismatch);
    }
  });

  it('must be declared to S3, in a supported form', async () => {
    for (const declared of ['', 'E3B0', sha256('').toUpperCase(), 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD', 'constructor']) {
      expect(await refusal(signed({ headers: { host: recorder.host, 'x-amz-content-sha256': declared }, payloadHash: declared }))).toBe(
        '400 InvalidArgument',
      );
    }
    const { 'x-amz-content-sha256': _, ...headers } = signed().headers;
    expect(await refusal({ ...signed(), headers })).toBe('400 AuthorizationHeaderMalformed');
  });
});

describe('a presigned URL', () => {
  it('is accepted until it expires', async () => {
    const received = await recorder.accepts(presigned('900', { keys: SESSION }));
    expect(received?.signature.presigned).toBe(true);
    expect([...(received?.headers.keys() ?? [])]).toEqual(['host', 'connection']);
    expect(received?.query.size).toBe(0);
    recorder.time.now = NOW + 900_000 - 1;
    expect(await recorder.accepts(presigned())).toBeDefined();
    recorder.time.now = NOW + 900_000;
    expect(await refusal(presigned())).toBe('403 AccessDenied');
  });

  it('expires with the session that signed it, even if its own lifetime is longer', async () => {
    const week = presigned('604800', { keys: SESSION });
    expect(await recorder.accepts(week)).toBeDefined();
    recorder.time.now = NOW + 3_600_000;
    expect(await refusal(week)).toBe('400 ExpiredToken');
  });

  it('is refused if it was signed in the future', async () => {
    recorder.time.now = NOW - 15 * MINUTE - 1;
    expect(await refusal(presigned())).toBe('403 RequestTimeTooSkewed');
  });

  it.each(['1e3', '0x10', '60.5', '+60', '-60', '0', '604801', '', ' 60', '060', 'NaN'])(
    'is refused with the lifetime %j',
    async (expires) => {
      expect(await refusal(presigned(expires))).toBe('400 AuthorizationHeaderMalformed');
    },
  );

  it('can have x-amz- parameters, which services receive as headers', async () => {
    const received = await recorder.accepts(presigned('900', { query: 'x-amz-copy-source=%2Fpool%2Fglobex%2Ff&x-id=CopyObject' }));
    expect(received?.headers.get('x-amz-copy-source')).toBe('/pool/globex/f');
    expect([...(received?.query ?? [])]).toEqual([['x-id', 'CopyObject']]);
  });

  it('is refused with a header that repeats one of its parameters', async () => {
    const query = 'x-amz-copy-source=%2Fpool%2Facme%2Ff';
    for (const source of ['/pool/acme/f', '/pool/globex/f']) {
      expect(await refusal(presigned('900', { query, headers: { host: recorder.host, 'x-amz-copy-source': source } }))).toBe(
        '400 AuthorizationHeaderMalformed',
      );
    }
    for (const header of ['x-amz-date', 'x-amz-security-token']) {
      expect(await refusal(presigned('900', { headers: { host: recorder.host, [header]: 'x' } }))).toBe('400 AuthorizationHeaderMalformed');
    }
  });

  it('is refused with an added x-amz- header, a second signature, or an Authorization header', async () => {
    const good = presigned();
    const added = { ...good.headers, 'x-amz-copy-source': '/pool/globex/f' };
    expect(await refusal({ ...good, headers: added })).toBe('403 AccessDenied');
    expect(await refusal({ ...good, target: `${good.target}&X-Amz-Signature=0` })).toBe('400 InvalidArgument');
    expect(await refusal({ ...good, target: `${good.target}&x-amz-signature=0` })).toBe('400 InvalidArgument');
    const { authorization = '' } = signed().headers;
    expect(await refusal({ ...good, headers: { ...good.headers, authorization } })).toBe('400 AuthorizationHeaderMalformed');
  });

  it.each(['AWS4-HMAC-SHA1', 'AWS4-ECDSA-P256-SHA256', ''])(
    'is refused with the algorithm %j, even with a valid signature',
    async (algorithm) => {
      expect(await refusal(presigned('900', { algorithm }))).toBe('400 AuthorizationHeaderMalformed');
    },
  );

  it('is refused if one of its parameters is missing', async () => {
    const good = presigned();
    for (const name of ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature']) {
      const target = good.target.replace(new RegExp(`([?&])X-Amz-${name}=[^&]*(&|$)`), '$1');
      expect((await recorder.send({ ...good, target: target.replace(/&$/, '') })).status).toBeGreaterThanOrEqual(400);
    }
  });

  it('is the only form in which services receive x-amz- parameters as headers', async () => {
    const received = await recorder.accepts(signed({ query: 'x-amz-copy-source=%2Fpool%2Fglobex%2Ff' }));
    expect(received?.headers.has('x-amz-copy-source')).toBe(false);
    expect(received?.query.get('x-amz-copy-source')).toBe('/pool/globex/f');
  });
});
