import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { array, assert, asyncProperty, base64String, constantFrom, dictionary, jsonValue, oneof, string } from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { freshFixture } from '../../../../test/support/fixture.ts';
import { type AlbOidcOptions, albOidc, type IdentitySource, type TenantIdentity } from '../../src/index.ts';
import { faultsIn } from '../configuration/faults-in.ts';
import {
  AlbUnderTest,
  claimsOf,
  clientId,
  headerOf,
  issuer,
  keyId,
  loadBalancerArn,
  padded,
  pemOf,
  presenting,
  signed,
} from './alb-under-test.ts';

const alb = freshFixture(
  () => AlbUnderTest.start(),
  (started) => started.close(),
);

function sourceOf(options: Partial<AlbOidcOptions> = {}): IdentitySource {
  const source = albOidc({ ...alb.options, ...options });
  onTestFinished(() => source.close?.());
  return source;
}

const identify = async (token: string, source = sourceOf()): Promise<TenantIdentity | undefined> => source(presenting(token));
const seconds = (): number => Math.floor(Date.now() / 1_000);
const invalid = (reason: unknown): unknown => expect.objectContaining({ code: 'token_invalid', status: 401, detail: { reason } });
const unavailable = (reason: unknown): unknown => expect.objectContaining({ code: 'keys_unavailable', status: 503, detail: { reason } });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('albOidc', () => {
  it('identifies the tenant in a token of the load balancer', async () => {
    const exp = seconds() + 60;
    const identity = await identify(alb.token({ groups: ['a'] }, { exp }));

    expect(identity).toEqual({
      tenantId: 'acme',
      subject: 'ada',
      claims: claimsOf({ groups: ['a'] }),
      source: 'claims',
      expiresAt: exp * 1_000,
    });
    expect(Object.isFrozen(identity)).toBe(true);
    expect(Object.isFrozen(identity?.claims)).toBe(true);
    expect(Object.isFrozen(identity?.claims['groups'])).toBe(true);
    expect(alb.fetches).toEqual([`/keys/${keyId}`]);
  });

  it('reads a path of claims', async () => {
    expect(await identify(alb.token({ org: { id: 'globex' } }), sourceOf({ tenantClaim: ['org', 'id'] }))).toMatchObject({
      tenantId: 'globex',
    });
  });

  it('returns the same identity for the same token, without a second verification', async () => {
    const [source, token] = [sourceOf(), alb.token()];
    const identity = await identify(token, source);

    expect(source(presenting(token))).toBe(identity);
    expect(alb.fetches).toHaveLength(1);
  });

  it('presents nothing without the header, and reads no other header', () => {
    const token = alb.token();
    const headersDistinct = {
      'x-amzn-oidc-identity': ['acme'],
      'x-amzn-oidc-accesstoken': [token],
      authorization: [`Bearer ${token}`],
      x_amzn_oidc_data: [token],
    };

    expect(sourceOf()(presenting())).toBeUndefined();
    expect(sourceOf()({ headersDistinct, remoteAddress: '127.0.0.1', raw: undefined })).toBeUndefined();
  });

  it('refuses the header twice, before anything is fetched', () => {
    const token = alb.token();

    expect(() => sourceOf()(presenting(token, token))).toThrow(invalid('`x-amzn-oidc-data` was sent more than once'));
    expect(alb.fetches).toEqual([]);
  });

  it.each<[string, () => string, string]>([
    ['an empty text', () => '', 'not a compact JWS'],
    ['two parts', () => 'AAAA.AAAA', 'not a compact JWS'],
    ['four parts', () => `${alb.token()}.AAAA`, 'not a compact JWS'],
    ['no signature', () => `${alb.token().split('.').slice(0, 2).join('.')}.`, 'not signed'],
    ['a long text', () => 'a'.repeat(16_385), 'longer than 16384 characters'],
    ['a short signature', () => `${alb.token().split('.').slice(0, 2).join('.')}.AAAA`, 'the signature does not have 64 bytes'],
    ['a signature in DER', () => derSigned(), 'the signature does not have 64 bytes'],
    ['parts without padding', () => alb.token().replaceAll('=', ''), 'not base64url with padding'],
    ['too much padding', () => `${alb.token()}====`, 'not base64url with padding'],
    ['one character of padding too few', () => alb.token().slice(0, -1), 'not base64url with padding'],
    ['another encoding of the signature', () => otherEncoding(), 'not base64url with padding'],
    ['a header in base64', () => base64Header(), 'not base64url with padding'],
    ['a line break', () => `${alb.token()}\n`, 'not base64url with padding'],
    ['a header that is not JSON', () => signed('{', '{}', alb.privateKey), 'the header is not JSON'],
    ['a header that is a list', () => signed('[]', '{}', alb.privateKey), 'the header is not an object'],
    [
      'two signers',
      () => signed(JSON.stringify(headerOf()).replace('{', '{"signer":"x",'), '{}', alb.privateKey),
      'the header has a key twice',
    ],
    ['the algorithm none', () => alb.token({}, { alg: 'none' }), 'the algorithm is not accepted'],
    ['the algorithm HS256', () => alb.token({}, { alg: 'HS256' }), 'the algorithm is not accepted'],
    ['the algorithm ES384', () => alb.token({}, { alg: 'ES384' }), 'the algorithm is not accepted'],
    ['no algorithm', () => alb.token({}, { alg: undefined }), 'the header names no algorithm'],
    ['a type of another token', () => alb.token({}, { typ: 'logout+jwt' }), 'the `typ` is neither JWT nor at+jwt'],
    ['a critical extension', () => alb.token({}, { crit: ['exp'] }), 'the header requires an extension'],
    ['no key id', () => alb.token({}, { kid: undefined }), 'the key id is not a UUID'],
    ['a key id that is a number', () => alb.token({}, { kid: 1 }), 'the key id is not a string'],
    ['a key id that is a path', () => alb.token({}, { kid: `../${keyId}` }), 'the key id is not a UUID'],
    ['a key id that is an address', () => alb.token({}, { kid: 'https://evil.example/key' }), 'the key id is not a UUID'],
    ['a key id in upper case', () => alb.token({}, { kid: keyId.toUpperCase() }), 'the key id is not a UUID'],
    ['a key id with a line break', () => alb.token({}, { kid: `${keyId}\n` }), 'the key id is not a UUID'],
    ['another signer', () => alb.token({}, { signer: loadBalancerArn.replace('notes', 'evil') }), 'signed by another load balancer'],
    ['a signer in a list', () => alb.token({}, { signer: [loadBalancerArn] }), 'signed by another load balancer'],
    ['no signer', () => alb.token({}, { signer: undefined }), 'signed by another load balancer'],
    [
      'a signer in the payload only',
      () => alb.token({ signer: loadBalancerArn }, { signer: undefined }),
      'signed by another load balancer',
    ],
    ['another client', () => alb.token({}, { client: 'other' }), 'for another client'],
    ['no client', () => alb.token({}, { client: undefined }), 'for another client'],
    ['another issuer', () => alb.token({}, { iss: `${issuer}/` }), 'from another issuer'],
    ['no issuer', () => alb.token({ iss: issuer }, { iss: undefined }), 'from another issuer'],
    ['no expiry', () => alb.token({ exp: seconds() + 60 }, { exp: undefined }), 'the expiry is not a date'],
    ['an expiry that is text', () => alb.token({}, { exp: String(seconds() + 60) }), 'the expiry is not a date'],
    ['an endless expiry', () => alb.token({}, { exp: 1e300 }), 'the expiry is not a date'],
    ['an expiry in the past', () => alb.token({}, { exp: seconds() - 6 }), 'expired'],
    ['a payload that is a list', () => signed(JSON.stringify(headerOf()), '[]', alb.privateKey), 'the payload is not an object'],
    ['two tenants', () => twoTenants(), 'the payload has a key twice'],
  ])('refuses %s before anything is fetched', async (_, token, reason) => {
    await expect(identify(token())).rejects.toThrow(invalid(expect.stringContaining(reason)));
    expect(alb.fetches).toEqual([]);
  });

  it('accepts a token for 5 seconds after its expiry, as `bearerToken()` does, and does not cache it', async () => {
    const [source, token] = [sourceOf(), alb.token({}, { exp: seconds() - 2 })];
    const identity = await identify(token, source);

    expect(identity).toMatchObject({ tenantId: 'acme' });
    expect(source(presenting(token))).toBeInstanceOf(Promise);
  });

  it.each<[string, () => string]>([
    ['a key of a stranger', () => alb.token({}, {}, stranger.privateKey)],
    ['another payload', () => withPart(1, padded(JSON.stringify(claimsOf({ 'custom:tenant_id': 'globex' }))))],
    ['another header', () => withPart(0, padded(JSON.stringify(headerOf({ exp: seconds() + 9_999 }))))],
    ['a signature of zeros', () => withPart(2, padded(Buffer.alloc(64)))],
    ['a signature of ones', () => withPart(2, padded(Buffer.alloc(64, 0xff)))],
    ['a signature of the text without padding', () => signedWithoutPadding()],
  ])('refuses %s with one fetch', async (_, token) => {
    await expect(identify(token())).rejects.toThrow(invalid('the signature does not match the key'));
    expect(alb.fetches).toHaveLength(1);
  });

  it('refuses a token that expires while its key is fetched', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    alb.respond = (_request, response) => {
      vi.setSystemTime(Date.now() + 10_000);
      response.end(alb.keys.get(keyId));
    };

    await expect(identify(alb.token({}, { exp: seconds() + 1 }))).rejects.toThrow(invalid('expired'));
  });

  it.each<[unknown, string]>([
    [undefined, 'tenant_missing'],
    [null, 'tenant_missing'],
    ['', 'tenant_invalid'],
    [['acme'], 'tenant_invalid'],
    [{ id: 'acme' }, 'tenant_invalid'],
    ['acme*', 'tenant_invalid'],
  ])('refuses the tenant %j with %s', async (tenant, code) => {
    await expect(identify(alb.token({ 'custom:tenant_id': tenant }))).rejects.toThrow(expect.objectContaining({ code, status: 403 }));
  });

  it('never throws another error for any header and payload of a signed token', async () => {
    const source = sourceOf();
    await assert(
      asyncProperty(dictionary(constantFrom(...Object.keys(headerOf())), jsonValue()), jsonValue(), async (header, payload) => {
        const token = signed(JSON.stringify(headerOf(header)), JSON.stringify(payload), alb.privateKey);
        await identify(token, source).catch((error: unknown) => {
          expect(error).toMatchObject({
            code: expect.stringMatching(/^(token_invalid|tenant_missing|tenant_invalid|keys_unavailable)$/),
          });
        });
      }),
    );
    expect(alb.fetches.length).toBeLessThanOrEqual(11);
  });

  it('never throws another error for any text', async () => {
    const source = sourceOf();
    const part = oneof(string(), base64String());
    await assert(
      asyncProperty(
        oneof(
          string(),
          array(part, { maxLength: 5 }).map((parts) => parts.join('.')),
        ),
        async (token) => {
          await expect(identify(token, source)).rejects.toMatchObject({ code: 'token_invalid' });
        },
      ),
    );
    expect(alb.fetches).toEqual([]);
  });

  it('checks the key of the load balancer, not only the text', async () => {
    const pems = [
      ['a private key', stranger.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'is not a public key in PEM'],
      ['another curve', pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey), 'needs an EC key on the curve prime256v1'],
      ['an RSA key', pemOf(generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey), 'needs an EC key on the curve prime256v1'],
      ['a page', '<html>canary</html>', 'is not a public key in PEM'],
      ['a broken key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', 'is not a public key in PEM'],
      ['two keys', pemOf(stranger.publicKey).repeat(2), 'is not a public key in PEM'],
      ['a long text', `${' '.repeat(8_192)}${alb.keys.get(keyId)}`, 'responded with more than 8192 bytes'],
    ] as const;
    for (const [, pem, reason] of pems) {
      alb.keys.set(keyId, pem);
      await expect(identify(alb.token())).rejects.toThrow(unavailable(expect.stringContaining(reason)));
    }
  });

  it('reports at start-up whether the server of the keys responds', async () => {
    await expect(sourceOf().ready?.()).resolves.toBeUndefined();
    alb.respond = (_request, response) => void response.writeHead(403).end();
    await expect(sourceOf().ready?.()).resolves.toBeUndefined();
    alb.respond = (_request, response) => void response.writeHead(302, { location: '/' }).end();
    await expect(sourceOf().ready?.()).rejects.toThrow(unavailable(expect.stringContaining('redirects are not followed')));
  });

  it('fetches nothing after close()', async () => {
    const source = sourceOf();
    source.close?.();

    await expect(identify(alb.token(), source)).rejects.toThrow(unavailable(expect.stringContaining('is not requested after close()')));
    expect(alb.fetches).toEqual([]);
  });

  it('keeps no verified token after close()', async () => {
    const [source, token] = [sourceOf(), alb.token()];
    const identity = await identify(token, source);
    expect(source(presenting(token))).toBe(identity);
    source.close?.();

    expect(source(presenting(token))).toBeInstanceOf(Promise);
  });

  it('accepts tokens with a known key while forged tokens name 10,000 unknown keys', async () => {
    const source = sourceOf();
    await identify(alb.token(), source);
    const forged = Array.from({ length: 10_000 }, () => alb.token({}, { kid: randomUUID() }, stranger.privateKey));
    const results = await Promise.allSettled(forged.map((token) => identify(token, source)));
    const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : 'accepted'));

    expect(codes.filter((code) => code === 'token_invalid')).toHaveLength(9);
    expect(codes.filter((code) => code === 'keys_unavailable')).toHaveLength(9_991);
    expect(alb.fetches).toHaveLength(10);
    expect(await identify(alb.token({ sub: 'bob' }), source)).toMatchObject({ tenantId: 'acme', subject: 'bob' });
  }, 60_000);
});

describe('the options of albOidc', () => {
  const given = { loadBalancerArn, clientId, issuer };

  it.each<[unknown, string]>([
    [null, 'the options of `albOidc` must be an object'],
    [{}, '`loadBalancerArn` is required'],
    [{ loadBalancerArn }, '`clientId` is required'],
    [{ loadBalancerArn }, '`issuer` is required'],
    [{ ...given, clientId: '' }, '`clientId` is required'],
    [{ ...given, issuer: ' https://login.example.com' }, '`issuer` is required'],
    [{ ...given, issuer: ['https://login.example.com'] }, '`issuer` is required'],
    [{ ...given, tenantClaim: '' }, '`tenantClaim` must be the name of a claim'],
    [{ ...given, client: 'x' }, '`client` is not an option'],
    [{ ...given, audience: 'x' }, '`audience` is not an option here: it belongs to `bearerToken({ … })`'],
    [{ ...given, keysUrl: 'http://keys.example.com' }, '`keysUrl` must be https (http is accepted for loopback only)'],
    [{ ...given, keysUrl: 'https://a:b@keys.example.com' }, '`keysUrl` must have no user name and no password'],
    [{ ...given, keysUrl: 'https://keys.example.com/?id=' }, '`keysUrl` must have no query and no fragment'],
    [{ ...given, keysUrl: '/keys' }, '`keysUrl` must be a URL without whitespace'],
    [
      { ...given, loadBalancerArn: loadBalancerArn.replaceAll('aws', 'aws-cn').replace('eu-west-1', 'cn-north-1') },
      '`keysUrl` is required',
    ],
    [{ ...given, loadBalancerArn: loadBalancerArn.replace('aws', 'aws-us-gov') }, '`keysUrl` is required'],
    ...[
      loadBalancerArn.replace('/app/', '/net/'),
      loadBalancerArn.replace('111122223333', '1111'),
      loadBalancerArn.replace('elasticloadbalancing', 'iam'),
      loadBalancerArn.replace('50dc6c495c0c9188', '*'),
      loadBalancerArn.replace('eu-west-1', 'evil.example/'),
      `${loadBalancerArn}\n`,
      `${loadBalancerArn}/x`,
      loadBalancerArn.replace('loadbalancer', 'listener'),
    ].map((arn): [unknown, string] => [{ ...given, loadBalancerArn: arn }, '`loadBalancerArn` ']),
  ])('refuses %j', (options, fault) => {
    expect(faultsIn(() => albOidc(options as never))).toContainEqual(expect.stringContaining(fault));
  });
});

function withPart(index: number, part: string): string {
  return alb.token().split('.').with(index, part).join('.');
}

function derSigned(): string {
  const [head, body] = alb.token().split('.');
  return `${head}.${body}.${padded(sign('sha256', Buffer.from(`${head}.${body}`), alb.privateKey))}`;
}

/** Sets unused bits of the last character. */
function otherEncoding(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const token = alb.token();
  return `${token.slice(0, -3)}${alphabet[alphabet.indexOf(token.at(-3) ?? '') + 1]}==`;
}

function base64Header(): string {
  const header = JSON.stringify(headerOf({ x: '???>>>' }));
  return withPart(0, Buffer.from(header).toString('base64'));
}

function signedWithoutPadding(): string {
  const [head = '', body = ''] = alb.token().split('.');
  const text = `${head}.${body}`;
  if (!text.includes('=')) throw new Error('the token of this test must have padding');
  return `${text}.${padded(sign('sha256', Buffer.from(text.replaceAll('=', '')), { key: alb.privateKey, dsaEncoding: 'ieee-p1363' }))}`;
}

function twoTenants(): string {
  const payload = JSON.stringify(claimsOf()).replace('{', '{"custom:tenant_id":"globex",');
  return signed(JSON.stringify(headerOf()), payload, alb.privateKey);
}
