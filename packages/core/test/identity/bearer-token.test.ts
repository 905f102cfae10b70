import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { inspect, promisify } from 'node:util';
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { nodeFlags } from '../../../../test/node-flags.ts';
import { TokenInvalidError } from '../../src/errors.ts';
import { bearerToken } from '../../src/identity/bearer-token.ts';
import type { BearerTokenOptions } from '../../src/identity/bearer-token-options.ts';
import type { IdentitySource } from '../../src/identity/identity-source.ts';
import { TenantJwtStrategy } from '../../src/identity/tenant-jwt-strategy.ts';
import { hostileTokens } from '../../src/testing/hostile-tokens.ts';
import type { TenantIdentity } from '../../src/tenant.ts';
import { IssuerUnderTest, sendJson, signingPair } from './issuer-under-test.ts';
import { withPollutedPrototype } from './polluted-prototype.ts';
import { bearing, requestWith } from './request.ts';

const pair = signingPair('a');
const second = signingPair('b');
const ec = signingPair('ec', 'ES256');
let issuer: IssuerUnderTest;
let source: IdentitySource;

beforeAll(async () => {
  issuer = await IssuerUnderTest.start(pair);
  source = bearerToken(issuer.options);
});

afterAll(() => issuer.close());

afterEach(() => {
  vi.useRealTimers();
});

const seconds = (): number => Math.floor(Date.now() / 1_000);
const invalid = (reason: string): object => expect.objectContaining({ code: 'token_invalid', status: 401, detail: { reason } });

async function identify(token: string, by: IdentitySource = source): Promise<TenantIdentity | undefined> {
  return by(bearing(token));
}

/** A source over the shared issuer's key. */
function sourceWith(options: Partial<BearerTokenOptions>): IdentitySource {
  return bearerToken({ ...issuer.options, secretOrKey: pair.publicKey, ...options });
}

describe('bearerToken', () => {
  it('knows the tenant of a signed token', async () => {
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

  it.each([[[]], [['Basic YTpi']], [['']], [['Bearerish abc']]])('finds nothing presented in the headers %j', (headers) => {
    expect(source(requestWith(...headers))).toBeUndefined();
  });

  it('refuses two Authorization headers, even where both hold the same good token', async () => {
    const header = `Bearer ${await issuer.token(pair)}`;
    expect(() => source(requestWith(header, header))).toThrow(invalid('more than one Authorization header'));
  });

  it('refuses a token of more than 8 KiB, however good', async () => {
    const token = await issuer.token(pair, { padding: 'a'.repeat(8_192) });
    expect(() => source(bearing(token))).toThrow(invalid('longer than 8192 characters'));
  });

  it.each(Object.entries(hostileTokens))('refuses a token: %s', async (_, forge) => {
    const token = forge({ issuer: issuer.url, audience: issuer.audience, privateKey: pair.privateKey, keyId: pair.id });
    const error: unknown = await identify(token).catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(TokenInvalidError);
    expect(error).toMatchObject({
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
      detail: { reason: expect.any(String) },
    });
    const shown = `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)} ${String(error)}`;
    for (const part of token.split('.')) if (part.length > 8) expect(shown).not.toContain(part);
  });

  it.each(Object.entries(hostileTokens))('refuses it also where no token names a key: %s', async (_, forge) => {
    const token = forge({ issuer: issuer.url, audience: issuer.audience, privateKey: pair.privateKey });
    await expect(identify(token)).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('fetches nothing for tokens of another issuer, audience of keys in their header, or algorithm', async () => {
    const strange = bearerToken(issuer.options);
    const before = { ...issuer.fetches };
    for (const name of [
      'another issuer',
      "a stranger's own issuer, key and all",
      'unsigned',
      'HS256 with the public key as its secret',
      'no expiry',
    ]) {
      const token = hostileTokens[name]?.({ issuer: issuer.url, audience: issuer.audience, privateKey: pair.privateKey, keyId: 'a' }) ?? '';
      await expect(identify(token, strange)).rejects.toMatchObject({ code: 'token_invalid' });
    }
    expect(issuer.fetches).toEqual(before);
  });

  it.each([
    ['expired', { exp: 0 }],
    ['not yet valid', { nbf: 9_999_999_999 }],
    ['for another audience', { aud: 'another' }],
    ['its `nbf` is not a number', { nbf: 'soon' }],
    ['of another issuer', { iss: 'https://another.example' }],
    ['no expiry', { exp: undefined }],
  ])('says in its detail that a token is %s', async (reason, claims) => {
    await expect(identify(await issuer.token(pair, claims))).rejects.toEqual(invalid(reason));
  });

  it('says in its detail that a signature is not the right one', async () => {
    await expect(identify(await issuer.token({ ...second, id: 'a' }))).rejects.toEqual(invalid('the signature is not that of the key'));
  });

  it('accepts a token without a key id where one key fits', async () => {
    await expect(identify(await issuer.token(pair, {}, { kid: undefined }))).resolves.toMatchObject({ tenantId: 'acme' });
  });

  it('accepts any of several audiences, on either side', async () => {
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
    await expect(identify(`${token.slice(0, -4)}AAAA`, verifying)).rejects.toEqual(invalid('the signature is not that of the key'));
  });

  it.each([
    ['a Buffer', randomBytes(32)],
    ['text', 'a secret of at least thirty-two bytes'],
  ])('verifies HS256 with a shared secret in %s', async (_, secretOrKey) => {
    const verifying = bearerToken({ ...issuer.options, algorithms: ['HS256'], secretOrKey });
    const claims = { iss: issuer.url, aud: 'notes', exp: seconds() + 60, 'custom:tenant_id': 'acme' };
    const token = (secret: Uint8Array): Promise<string> => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    await expect(identify(await token(Buffer.from(secretOrKey)), verifying)).resolves.toMatchObject({ tenantId: 'acme' });
    await expect(identify(await token(randomBytes(32)), verifying)).rejects.toEqual(invalid('the signature is not that of the key'));
  });
});

describe('the tenant of a token', () => {
  it.each([
    ['a literal name with a colon', 'custom:tenant_id', { 'custom:tenant_id': 'initech' }],
    ['a literal name that is a URL', 'https://notes.example/tenant', { 'https://notes.example/tenant': 'initech' }],
    ['a literal name with dots, which are no path', 'org.id', { 'org.id': 'initech', org: { id: 'globex' } }],
    ['a path', ['org', 'id'], { org: { id: 'initech' }, 'org.id': 'globex' }],
    ['a path of names with dots', ['https://notes.example/', 'a.b'], { 'https://notes.example/': { 'a.b': 'initech' } }],
  ])('is found under %s', async (_, tenantClaim, claims) => {
    await expect(identify(await issuer.token(pair, claims), sourceWith({ tenantClaim }))).resolves.toMatchObject({ tenantId: 'initech' });
  });

  it.each([undefined, null])('is missing where the claim is %s', async (value) => {
    await expect(identify(await issuer.token(pair, { 'custom:tenant_id': value }))).rejects.toMatchObject({
      code: 'tenant_missing',
      status: 403,
    });
  });

  it.each([
    [['org', 'id', 'x']],
    [['list', '0']],
    ['toString'],
    ['constructor'],
    [['org', 'constructor', 'name']],
    ['__proto__'],
    [['sub', 'length']],
  ])('is missing under %j, which is no property of its own', async (tenantClaim) => {
    const token = await issuer.token(pair, { org: { id: 'acme' }, list: ['acme'] });
    await expect(identify(token, sourceWith({ tenantClaim }))).rejects.toMatchObject({ code: 'tenant_missing' });
  });

  it.each(['', 7, true, ['acme'], { id: 'acme' }, '*', 'a b', '${aws:username}', '\u00e9', 'a'.repeat(257)])(
    'is invalid where the claim is %j',
    async (value) => {
      const error: unknown = await identify(await issuer.token(pair, { 'custom:tenant_id': value })).catch((refusal: unknown) => refusal);
      expect(error).toMatchObject({ code: 'tenant_invalid', status: 403 });
    },
  );

  it('is never changed, and which ids are accepted is left to the machine', async () => {
    for (const tenant of ['ACME', 'a', 'auth0|x', 'a.b/c']) {
      await expect(identify(await issuer.token(pair, { 'custom:tenant_id': tenant }))).resolves.toMatchObject({ tenantId: tenant });
    }
  });

  it('is fixed for an issuer that belongs to a tenant, whatever its tokens say', async () => {
    const fixed = sourceWith({ tenant: 'initech' });
    await expect(identify(await issuer.token(pair, { 'custom:tenant_id': 'acme' }), fixed)).resolves.toMatchObject({ tenantId: 'initech' });
  });
});

describe("Cognito's tokens", () => {
  const id = { token_use: 'id' };
  const access = { token_use: 'access', aud: undefined, client_id: 'notes' };

  it('are accepted by their use', async () => {
    await expect(identify(await issuer.token(pair, id), sourceWith({ tokenUse: 'id' }))).resolves.toMatchObject({ tenantId: 'acme' });
    await expect(identify(await issuer.token(pair, access), sourceWith({ tokenUse: 'access' }))).resolves.toMatchObject({
      tenantId: 'acme',
    });
  });

  it.each([
    ['an access token where id tokens are wanted', 'id', { ...access, aud: 'notes' }, "not a token for use as 'id'"],
    ['an id token where access tokens are wanted', 'access', { ...id, client_id: 'notes' }, "not a token for use as 'access'"],
    ['a token of no use', 'id', {}, "not a token for use as 'id'"],
    ['an access token of another client', 'access', { ...access, client_id: 'another' }, 'for another audience'],
    [
      'an access token of another client with our audience',
      'access',
      { ...access, client_id: 'another', aud: 'notes' },
      'for another audience',
    ],
    ['an access token of no client', 'access', { ...access, client_id: undefined }, 'for another audience'],
    ['an access token of a list of clients', 'access', { ...access, client_id: ['notes'] }, 'for another audience'],
    ['an id token without our audience', 'id', { ...id, aud: undefined, client_id: 'notes' }, 'for another audience'],
  ] as const)('are refused: %s', async (_, tokenUse, claims, reason) => {
    await expect(identify(await issuer.token(pair, claims), sourceWith({ tokenUse }))).rejects.toEqual(invalid(reason));
  });

  it('are not taken for what Object.prototype says they are', async () => {
    const token = await issuer.token(pair, { token_use: 'access', aud: undefined });
    await withPollutedPrototype('client_id', { value: 'notes' }, async () => {
      await expect(identify(token, sourceWith({ tokenUse: 'access' }))).rejects.toEqual(invalid('for another audience'));
    });
  });
});

describe('clocks that differ', () => {
  it('are forgiven for 5 s by default', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const tolerant = sourceWith({});
    const token = await issuer.token(pair, { exp: 1_800_000_000, nbf: 1_800_000_000 });
    for (const [now, outcome] of [
      [-6, 'token_invalid'],
      [-5, undefined],
      [0, undefined],
      [4, undefined],
      [5, 'token_invalid'],
    ] as const) {
      vi.setSystemTime((1_800_000_000 + now) * 1_000);
      const code = await identify(token, tolerant).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
      expect([now, code]).toEqual([now, outcome]);
    }
  });

  it('are forgiven for as long as is configured', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const token = await issuer.token(pair, { exp: 1_800_000_000 });
    await expect(identify(token, sourceWith({ clockToleranceSeconds: 0 }))).rejects.toEqual(invalid('expired'));
    vi.setSystemTime(1_800_000_059_000);
    await expect(identify(token, sourceWith({ clockToleranceSeconds: 60 }))).resolves.toMatchObject({ expiresAt: 1_800_000_000_000 });
  });
});

describe('verified tokens', () => {
  it('are answered at once, and with the same frozen object, while they are remembered', async () => {
    const token = await issuer.token(pair, { roles: [{ name: 'admin' }] });
    const first = await identify(token);
    const again = source(bearing(token));
    expect(again).toBe(first);
    const roles = first?.claims['roles'];
    for (const part of [first, first?.claims, roles, Array.isArray(roles) && roles[0]])
      expect([part, Object.isFrozen(part)]).toEqual([part, true]);
    expect(first?.claims).toHaveProperty('roles', [{ name: 'admin' }]);
  });

  it('are verified once for a thousand requests that come before the keys do', async () => {
    const fresh = bearerToken(issuer.options);
    const token = await issuer.token(pair);
    const before = issuer.fetches.keys;
    const identities = await Promise.all(Array.from({ length: 1_000 }, () => identify(token, fresh)));
    expect(new Set(identities).size).toBe(1);
    expect(issuer.fetches.keys).toBe(before + 1);
  });

  it('are forgotten at their end, and not remembered within the tolerance after it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const forgetful = sourceWith({});
    const token = await issuer.token(pair, { exp: 1_800_000_060 });
    await identify(token, forgetful);
    vi.setSystemTime(1_800_000_059_999);
    expect(forgetful(bearing(token))).not.toBeInstanceOf(Promise);
    vi.setSystemTime(1_800_000_060_000);
    expect(await identify(token, forgetful)).not.toBe(await identify(token, forgetful));
    vi.setSystemTime(1_800_000_065_000);
    await expect(identify(token, forgetful)).rejects.toEqual(invalid('expired'));
  });

  it('are verified again at their age', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const forgetful = sourceWith({ tokenCache: { maxAgeMs: 10_000 } });
    const token = await issuer.token(pair);
    const first = await identify(token, forgetful);
    vi.setSystemTime(1_800_000_009_999);
    expect(await identify(token, forgetful)).toBe(first);
    vi.setSystemTime(1_800_000_010_000);
    expect(await identify(token, forgetful)).not.toBe(first);
  });

  it('belong to one source: what one accepted the other judges by its own options', async () => {
    const token = await issuer.token(pair);
    await identify(token, sourceWith({}));
    await expect(identify(token, sourceWith({ audience: 'admin' }))).rejects.toEqual(invalid('for another audience'));
  });

  it('are not remembered where the cache is off', async () => {
    const off = sourceWith({ tokenCache: { max: 0 } });
    const token = await issuer.token(pair);
    expect(await identify(token, off)).not.toBe(await identify(token, off));
  });

  it('are each judged by themselves: a token that differs in one character is another one', async () => {
    const token = await issuer.token(pair);
    await identify(token);
    await expect(identify(`${token.slice(0, -2)}AA`)).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('without a tenant are refused each time, though they were verified', async () => {
    const token = await issuer.token(pair, { 'custom:tenant_id': undefined });
    await expect(identify(token)).rejects.toMatchObject({ code: 'tenant_missing' });
    await expect(identify(token)).rejects.toMatchObject({ code: 'tenant_missing' });
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

  it('are each judged by their own options', async () => {
    await expect(identify(await issuer.token(pair, { org_id: 'acme' }), both)).resolves.toMatchObject({ tenantId: 'acme' });
    await expect(identify(await other.token(second, { aud: 'admin' }), both)).resolves.toMatchObject({ tenantId: 'globex' });
    await expect(identify(await other.token(second), both)).rejects.toEqual(invalid('for another audience'));
  });

  it('cannot speak for one another: a tenant that owns its issuer stays that tenant', async () => {
    const forged = { org_id: 'acme', 'custom:tenant_id': 'acme', aud: 'admin' };
    await expect(identify(await other.token(second, forged), both)).resolves.toMatchObject({ tenantId: 'globex' });
    await expect(identify(await other.token(second, { ...forged, iss: issuer.url, aud: 'notes' }), both)).rejects.toMatchObject({
      code: 'token_invalid',
    });
    await expect(identify(await other.token({ ...second, id: 'a' }, { ...forged, iss: issuer.url, aud: 'notes' }), both)).rejects.toEqual(
      invalid('the signature is not that of the key'),
    );
  });

  it('do not include any that a token names', async () => {
    await expect(identify(await issuer.token(pair, { iss: 'https://stranger.example' }), both)).rejects.toEqual(
      invalid('of another issuer'),
    );
    await expect(identify(await issuer.token(pair, { iss: undefined }), both)).rejects.toEqual(invalid('of another issuer'));
  });

  it('answer verified tokens at once', async () => {
    const token = await other.token(second, { aud: 'admin', jti: 'one of its own' });
    expect(both(bearing(token))).toBeInstanceOf(Promise);
    const identity = await identify(token, both);
    expect(both(bearing(token))).toBe(identity);
  });

  it('do not pull one another down: the keys of one are out of reach, the tokens of the other are judged', async () => {
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

describe('keys', () => {
  it('are fetched by ready(), so that the first request does not wait for them', async () => {
    const own = await IssuerUnderTest.start(pair);
    const prepared = bearerToken(own.options);
    await prepared.ready?.();
    expect(own.fetches).toEqual({ keys: 1, discovery: 1 });
    await identify(await own.token(pair), prepared);
    expect(own.fetches).toEqual({ keys: 1, discovery: 1 });
    await own.close();
  });

  it('come from jwksUri without discovery, for an issuer that is no URL too', async () => {
    const own = await IssuerUnderTest.start(pair);
    const direct = bearerToken({ issuer: 'accounts', audience: 'notes', jwksUri: own.jwksUri });
    await expect(identify(await own.token(pair, { iss: 'accounts' }), direct)).resolves.toMatchObject({ tenantId: 'acme' });
    expect(own.fetches).toEqual({ keys: 1, discovery: 0 });
    await own.close();
  });

  it('that cannot be had are 503, not 401, and known ones go on', async () => {
    const own = await IssuerUnderTest.start(pair);
    const judging = bearerToken({ ...own.options, tokenCache: { max: 0 } });
    own.answerKeys = (_, response) => void response.writeHead(500).end();
    await expect(identify(await own.token(pair), judging)).rejects.toMatchObject({ code: 'keys_unavailable', status: 503 });
    own.answerKeys = undefined;
    const patient = bearerToken({ ...own.options, tokenCache: { max: 0 } });
    await patient.ready?.();
    const token = await own.token(pair);
    await own.close();
    await expect(identify(await issuer.token(second, { iss: own.url }), patient)).rejects.toMatchObject({ code: 'keys_unavailable' });
    await expect(identify(token, patient)).resolves.toMatchObject({ tenantId: 'acme' });
  });

  it('outlive a flood of unknown ids: known tokens are judged while strangers wait', async () => {
    const own = await IssuerUnderTest.start(pair);
    const judging = bearerToken({ ...own.options, tokenCache: { max: 0 } });
    await judging.ready?.();
    const flood = await Promise.all(Array.from({ length: 300 }, (_, index) => own.token({ ...second, id: `flood-${index}` })));
    const good = await own.token(pair);
    const asked = own.nextKeysRequest();
    const release: (() => void)[] = [];
    own.answerKeys = (_, response) => void release.push(() => sendJson(response, { keys: own.keys }));
    const refused = Promise.all(
      flood.map((token) => expect(identify(token, judging)).rejects.toEqual(invalid('signed with a key that the issuer does not publish'))),
    );
    await asked;
    for (let round = 0; round < 50; round += 1) await expect(identify(good, judging)).resolves.toMatchObject({ tenantId: 'acme' });
    for (const answer of release) answer();
    await refused;
    expect(own.fetches.keys).toBe(2);
    await own.close();
  });

  it('are not fetched any more once the source is closed', async () => {
    const own = await IssuerUnderTest.start(pair);
    const closed = bearerToken(own.options);
    closed.close?.();
    await expect(identify(await own.token(pair), closed)).rejects.toMatchObject({ code: 'keys_unavailable' });
    expect(own.fetches).toEqual({ keys: 0, discovery: 0 });
    await own.close();
  });

  it('and all else that a source holds do not keep a process alive', async () => {
    const own = await IssuerUnderTest.start(pair);
    const script = `
      import { bearerToken } from ${JSON.stringify(new URL('../../src/identity/bearer-token.ts', import.meta.url).href)};
      const source = bearerToken(${JSON.stringify(own.options)});
      await source.ready();
      const request = { headersDistinct: { authorization: ['Bearer ' + process.argv[1]] }, remoteAddress: '127.0.0.1', raw: undefined };
      console.log((await source(request)).tenantId);
    `;
    // It ends by itself, or this waits until the test times out.
    const run = promisify(execFile)(process.execPath, [...nodeFlags, '--input-type=module', '-e', script, await own.token(pair)]);
    await expect(run).resolves.toMatchObject({ stdout: 'acme\n' });
    await own.close();
  });
});

describe('TenantJwtStrategy.identify', () => {
  it('knows a token that came without HTTP, and holds it to the same bounds', async () => {
    const strategy = new TenantJwtStrategy(issuer.options);
    await expect(strategy.identify(await issuer.token(pair))).resolves.toMatchObject({ tenantId: 'acme', source: 'bearer' });
    expect(() => strategy.identify('a'.repeat(8_193))).toThrow(invalid('longer than 8192 characters'));
  });

  it('is not answered from memory after close()', async () => {
    const strategy = new TenantJwtStrategy({ ...issuer.options, secretOrKey: pair.publicKey });
    const token = await issuer.token(pair);
    await strategy.identify(token);
    strategy.close();
    expect(strategy.identify(token)).toBeInstanceOf(Promise);
  });
});
