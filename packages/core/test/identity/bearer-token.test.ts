import { createHash, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearerToken } from '../../src/identity/bearer-token.ts';
import type { IdentitySource } from '../../src/identity/identity-source.ts';
import { hostileTokens } from '../../src/testing/hostile-tokens.ts';
import { IssuerUnderTest, signingPair } from './issuer-under-test.ts';
import { bearing, requestWith } from './request.ts';
import { invalid, pair, second, trustedIssuer } from './trusted-issuer.ts';

const { issuer, source, identify, sourceWith } = trustedIssuer();
const ec = signingPair('ec', 'ES256');
const seconds = (): number => Math.floor(Date.now() / 1_000);

describe('bearerToken', () => {
  it('returns the identity of a signed token', async () => {
    const exp = seconds() + 600;
    const identity = await identify(await issuer.token(pair, { exp, plan: { name: 'pro' } }));
    expect(identity).toEqual({
      tenantId: 'acme',
      subject: 'user-1',
      claims: {
        iss: issuer.url,
        aud: 'notes',
        sub: 'user-1',
        iat: expect.any(Number),
        exp,
        'custom:tenant_id': 'acme',
        plan: { name: 'pro' },
      },
      source: 'bearer',
      expiresAt: exp * 1_000,
    });
  });

  it.each([[[]], [['Basic YTpi']], [['']], [['Bearerish abc']]])('returns undefined for the headers %j', (headers) => {
    expect(source(requestWith(...headers))).toBeUndefined();
  });

  it('refuses two Authorization headers, even with the same valid token', async () => {
    const header = `Bearer ${await issuer.token(pair)}`;
    expect(() => source(requestWith(header, header))).toThrow(invalid('more than one Authorization header'));
  });

  it('refuses a valid token of more than 8 KiB', async () => {
    const token = await issuer.token(pair, { padding: 'a'.repeat(8_192) });
    expect(() => source(bearing(token))).toThrow(invalid('longer than 8192 characters'));
  });

  it('fetches no keys for tokens of another issuer or algorithm, or without expiry', async () => {
    const unused = bearerToken(issuer.options);
    const before = { ...issuer.fetches };
    for (const name of [
      'another issuer',
      "a stranger's issuer with its own key",
      'unsigned',
      'HS256 with the public key as its secret',
      'no expiry',
    ]) {
      const token = hostileTokens[name]?.({ issuer: issuer.url, audience: issuer.audience, privateKey: pair.privateKey, keyId: 'a' }) ?? '';
      await expect(identify(token, unused)).rejects.toMatchObject({ code: 'token_invalid' });
    }
    expect(issuer.fetches).toEqual(before);
  });

  it.each([
    ['expired', { exp: 0 }],
    ['not yet valid', { nbf: 9_999_999_999 }],
    ['for another audience', { aud: 'another' }],
    ['the `nbf` is not a number', { nbf: 'soon' }],
    ['of another issuer', { iss: 'https://another.example' }],
    ['no expiry', { exp: undefined }],
  ])('reports in `detail` that a token is refused: %s', async (reason, claims) => {
    await expect(identify(await issuer.token(pair, claims))).rejects.toEqual(invalid(reason));
  });

  it('reports in `detail` that the signature does not match', async () => {
    await expect(identify(await issuer.token({ ...second, id: 'a' }))).rejects.toEqual(invalid('the signature does not match the key'));
  });

  it('refuses a forged token of an issuer that publishes an RSA key with the exponent 1', async () => {
    const weak = { ...second.jwk, kid: 'weak', e: 'AQ' };
    const own = await IssuerUnderTest.start(pair);
    own.keys.push(weak);
    const [head, body] = (await own.token(pair, {}, { kid: 'weak' })).split('.');
    const digest = createHash('sha256').update(`${head}.${body}`).digest('hex');
    const signature = Buffer.from(`0001${'ff'.repeat(202)}003031300d060960864801650304020105000420${digest}`, 'hex');

    const fetched = bearerToken(own.options);
    await expect(identify(`${head}.${body}.${signature.toString('base64url')}`, fetched)).rejects.toMatchObject({ code: 'token_invalid' });
    await expect(identify(await own.token(pair), fetched)).resolves.toMatchObject({ tenantId: 'acme' });
    await own.close();
  });

  it('accepts a token without a key id if exactly one key fits', async () => {
    await expect(identify(await issuer.token(pair, {}, { kid: undefined }))).resolves.toMatchObject({ tenantId: 'acme' });
  });

  it('accepts any of several audiences, in the options and in the token', async () => {
    const several = sourceWith({ audience: ['notes', 'admin'] });
    for (const aud of ['notes', 'admin', ['other', 'admin']]) {
      await expect(identify(await issuer.token(pair, { aud }), several)).resolves.toMatchObject({ tenantId: 'acme' });
    }
    await expect(identify(await issuer.token(pair, { aud: ['other'] }), several)).rejects.toEqual(invalid('for another audience'));
  });

  it.each(['RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const)('verifies %s', async (alg) => {
    const verifying = sourceWith({ algorithms: [alg] });
    await expect(identify(await issuer.token(pair, {}, { alg }), verifying)).resolves.toMatchObject({ tenantId: 'acme' });
    await expect(identify(await issuer.token(pair), verifying)).rejects.toEqual(invalid('the algorithm is not accepted'));
  });

  it('verifies ES256', async () => {
    const verifying = sourceWith({ algorithms: ['ES256'], secretOrKey: ec.publicKey });
    const token = await issuer.token(ec);
    await expect(identify(token, verifying)).resolves.toMatchObject({ tenantId: 'acme' });
    await expect(identify(`${token.slice(0, -4)}AAAA`, verifying)).rejects.toEqual(invalid('the signature does not match the key'));
  });

  it.each([
    ['a Buffer', randomBytes(32)],
    ['text', 'a secret of at least thirty-two bytes'],
  ])('verifies HS256 with a shared secret in %s', async (_, secretOrKey) => {
    const verifying = bearerToken({ ...issuer.options, algorithms: ['HS256'], secretOrKey });
    const claims = { iss: issuer.url, aud: 'notes', exp: seconds() + 60, 'custom:tenant_id': 'acme' };
    const token = (secret: Uint8Array): Promise<string> => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    await expect(identify(await token(Buffer.from(secretOrKey)), verifying)).resolves.toMatchObject({ tenantId: 'acme' });
    await expect(identify(await token(randomBytes(32)), verifying)).rejects.toEqual(invalid('the signature does not match the key'));
  });
});

describe('several issuers', () => {
  let other: IssuerUnderTest;
  let both: IdentitySource;

  beforeAll(async () => {
    other = await IssuerUnderTest.start(second);
    both = bearerToken([
      { ...issuer.options, tenantClaim: 'org_id' },
      { ...other.options, audience: 'admin', tenant: 'globex' },
    ]);
  });

  afterAll(() => other.close());

  it('are each verified by their own options', async () => {
    await expect(identify(await issuer.token(pair, { org_id: 'acme' }), both)).resolves.toMatchObject({ tenantId: 'acme' });
    await expect(identify(await other.token(second, { aud: 'admin' }), both)).resolves.toMatchObject({ tenantId: 'globex' });
    await expect(identify(await other.token(second), both)).rejects.toEqual(invalid('for another audience'));
  });

  it('cannot sign for one another, and the tenant of an issuer with a fixed tenant cannot be changed', async () => {
    const forged = { org_id: 'acme', 'custom:tenant_id': 'acme', aud: 'admin' };
    await expect(identify(await other.token(second, forged), both)).resolves.toMatchObject({ tenantId: 'globex' });
    await expect(identify(await other.token(second, { ...forged, iss: issuer.url, aud: 'notes' }), both)).rejects.toMatchObject({
      code: 'token_invalid',
    });
    await expect(identify(await other.token({ ...second, id: 'a' }, { ...forged, iss: issuer.url, aud: 'notes' }), both)).rejects.toEqual(
      invalid('the signature does not match the key'),
    );
  });

  it('do not include an unlisted issuer that a token names', async () => {
    await expect(identify(await issuer.token(pair, { iss: 'https://stranger.example' }), both)).rejects.toEqual(
      invalid('of another issuer'),
    );
    await expect(identify(await issuer.token(pair, { iss: undefined }), both)).rejects.toEqual(invalid('of another issuer'));
  });

  it('return the identity of a verified token synchronously', async () => {
    const token = await other.token(second, { aud: 'admin', jti: 'one of its own' });
    expect(both(bearing(token))).toBeInstanceOf(Promise);
    const identity = await identify(token, both);
    expect(both(bearing(token))).toBe(identity);
  });

  it('are independent: while the keys of one are unavailable, tokens of the other are verified', async () => {
    const dead = await IssuerUnderTest.start(second);
    const pairOfIssuers = bearerToken([issuer.options, dead.options]);
    const token = await dead.token(second);
    await dead.close();
    await expect(identify(token, pairOfIssuers)).rejects.toMatchObject({
      code: 'keys_unavailable',
      status: 503,
      headers: { 'Retry-After': '1' },
    });
    await expect(identify(await issuer.token(pair), pairOfIssuers)).resolves.toMatchObject({ tenantId: 'acme' });
    await expect(pairOfIssuers.ready?.()).rejects.toMatchObject({ code: 'keys_unavailable' });
  });
});
