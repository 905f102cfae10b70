import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nodeFlags } from '../../../../test/support/node-flags.ts';
import { Random } from '../../../../test/support/random.ts';
import { TokenInvalidError } from '../../src/errors.ts';
import { requireToken68 } from '../../src/identity/bearer-header.ts';
import { bearerToken } from '../../src/identity/bearer-token.ts';
import type { BearerTokenOptions } from '../../src/identity/bearer-token-options.ts';
import type { IdentitySource } from '../../src/identity/identity-source.ts';
import { TenantJwtStrategy } from '../../src/identity/tenant-jwt-strategy.ts';
import { parseUnverified } from '../../src/identity/unverified-token.ts';
import { IssuerUnderTest, sendJson } from './issuer-under-test.ts';
import { withPollutedPrototype } from './polluted-prototype.ts';
import { bearing } from './request.ts';
import { invalid, pair, second, trustedIssuer } from './trusted-issuer.ts';

const { issuer, source, identify, sourceWith } = trustedIssuer();
afterEach(() => {
  vi.useRealTimers();
});

describe("Cognito's tokens", () => {
  const id = { token_use: 'id' };
  const access = { token_use: 'access', aud: undefined, client_id: 'notes' };

  it('are accepted according to `tokenUse`', async () => {
    await expect(identify(await issuer.token(pair, id), sourceWith({ tokenUse: 'id' }))).resolves.toMatchObject({ tenantId: 'acme' });
    await expect(identify(await issuer.token(pair, access), sourceWith({ tokenUse: 'access' }))).resolves.toMatchObject({
      tenantId: 'acme',
    });
  });

  it.each([
    ['an access token if `tokenUse` is id', 'id', { ...access, aud: 'notes' }, "its `token_use` is not 'id'"],
    ['an id token if `tokenUse` is access', 'access', { ...id, client_id: 'notes' }, "its `token_use` is not 'access'"],
    ['a token without `token_use`', 'id', {}, "its `token_use` is not 'id'"],
    ['an access token of another client', 'access', { ...access, client_id: 'another' }, 'for another audience'],
    [
      'an access token of another client with our audience',
      'access',
      { ...access, client_id: 'another', aud: 'notes' },
      'for another audience',
    ],
    ['an access token of our client for another API', 'access', { ...access, aud: 'https://another.example' }, 'for another audience'],
    ['an access token of our client for other APIs', 'access', { ...access, aud: ['a', 'b'] }, 'for another audience'],
    ['an access token of our client for no API', 'access', { ...access, aud: null }, 'for another audience'],
    ['an access token of no client', 'access', { ...access, client_id: undefined }, 'for another audience'],
    ['an access token of a list of clients', 'access', { ...access, client_id: ['notes'] }, 'for another audience'],
    ['an id token without our audience', 'id', { ...id, aud: undefined, client_id: 'notes' }, 'for another audience'],
  ] as const)('are refused: %s', async (_, tokenUse, claims, reason) => {
    await expect(identify(await issuer.token(pair, claims), sourceWith({ tokenUse }))).rejects.toEqual(invalid(reason));
  });

  it('are accepted for our client and our API if `audience` has both', async () => {
    const bound = sourceWith({ tokenUse: 'access', audience: ['notes', 'https://api.example'] });
    for (const aud of ['https://api.example', ['https://another.example', 'https://api.example']])
      await expect(identify(await issuer.token(pair, { ...access, aud }), bound)).resolves.toMatchObject({ tenantId: 'acme' });
  });

  it('are not checked by properties of Object.prototype', async () => {
    const token = await issuer.token(pair, { token_use: 'access', aud: undefined });
    await withPollutedPrototype('client_id', { value: 'notes' }, async () => {
      await expect(identify(token, sourceWith({ tokenUse: 'access' }))).rejects.toEqual(invalid('for another audience'));
    });
  });
});

describe('the clock tolerance', () => {
  it('is 5 s by default', async () => {
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

  it('applies to `iat`', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const issuedAt = async (iat: unknown, clockToleranceSeconds?: number): Promise<unknown> =>
      identify(await issuer.token(pair, { iat, exp: 1_800_000_600 }), sourceWith({ clockToleranceSeconds }));
    await expect(issuedAt(1_800_000_005)).resolves.toMatchObject({ tenantId: 'acme' });
    await expect(issuedAt(1_800_000_006)).rejects.toEqual(invalid('issued in the future'));
    await expect(issuedAt(1_800_000_000, 0)).resolves.toMatchObject({ tenantId: 'acme' });
    await expect(issuedAt(1_800_000_000.5, 0)).rejects.toEqual(invalid('issued in the future'));
    await expect(issuedAt(1_800_000_060, 60)).resolves.toMatchObject({ tenantId: 'acme' });
    await expect(issuedAt(1_800_000_061, 60)).rejects.toEqual(invalid('issued in the future'));
  });

  it('can be configured', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const token = await issuer.token(pair, { exp: 1_800_000_000 });
    await expect(identify(token, sourceWith({ clockToleranceSeconds: 0 }))).rejects.toEqual(invalid('expired'));
    vi.setSystemTime(1_800_000_059_000);
    await expect(identify(token, sourceWith({ clockToleranceSeconds: 60 }))).resolves.toMatchObject({ expiresAt: 1_800_000_000_000 });
  });
});

describe('the verification of a token', () => {
  const keyed = (options: Partial<BearerTokenOptions> = {}): IdentitySource => sourceWith({ tokenCache: { max: 0 }, ...options });
  const reasonOf = async (read: () => unknown): Promise<unknown> => {
    try {
      await read();
      return undefined;
    } catch (error) {
      return error instanceof TokenInvalidError ? error.detail['reason'] : error;
    }
  };

  it('rejects a refused token, also if its key is in memory', async () => {
    const own = keyed();
    const token = await issuer.token(pair);
    await expect(own(bearing(token))).resolves.toMatchObject({ tenantId: 'acme' });
    for (const changed of [`${token.slice(0, -4)}AAAA`, `${token}.`, `A${token}`])
      await expect(own(bearing(changed))).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('refuses a changed token for the same reason as the checks of its characters and then of its parts', async () => {
    const [own, random] = [keyed(), new Random(12)];
    const token = await issuer.token(pair);
    await identify(token, own); // now the header is known
    const refused = new Map<unknown, number>();
    for (let round = 0; round < 3_000; round += 1) {
      const at = random.chance(50) ? random.below(token.length) : random.pick([token.indexOf('.'), token.length - 1, token.length, 0]);
      const piece = random.text(['.', '=', '+', '/', '~', ' ', 'A', 'B', '_', '\u00e9', '\u0141', '\0'], 0, 2);
      const changed = token.slice(0, at) + piece + token.slice(at + random.below(3));
      const expected = await reasonOf(() => {
        requireToken68(changed);
        parseUnverified(changed, (algorithm) => algorithm === 'RS256');
      });
      const reason = await reasonOf(() => own(bearing(changed)));
      if (expected !== undefined) expect([changed, reason]).toEqual([changed, expected]);
      else if (changed !== token) expect(reason).toEqual(expect.any(String));
      refused.set(reason, (refused.get(reason) ?? 0) + 1);
    }
    for (const reason of ['malformed Authorization header', 'not a compact JWS', 'not base64url', 'the signature does not match the key'])
      expect([reason, refused.get(reason)]).toEqual([reason, expect.any(Number)]);
  });

  it('requires the signature of each token, also if its header is known', async () => {
    const own = keyed();
    const [head] = (await issuer.token(pair)).split('.');
    await identify(await issuer.token(pair), own);
    const forged = await issuer.token({ ...second, id: pair.id });
    expect(forged.split('.')[0]).toBe(head);
    await expect(own(bearing(forged))).rejects.toEqual(invalid('the signature does not match the key'));
  });

  it('requires a key that the issuer still publishes, also if the header is known', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const own = await IssuerUnderTest.start(pair);
    const prepared = bearerToken({ ...own.options, tokenCache: { max: 0 } });
    await prepared.ready?.();
    const token = await own.token(pair);
    await expect(prepared(bearing(token))).resolves.toMatchObject({ tenantId: 'acme' });
    own.respondKeys = (_, response) => sendJson(response, { keys: [] });
    vi.setSystemTime(Date.now() + 601_000);
    await expect(identify(await own.token(pair), prepared)).rejects.toMatchObject({ code: 'keys_unavailable' });
    await own.close();
  });

  it('uses the accepted algorithms of its own source, also if another source knows the header', async () => {
    const token = await issuer.token(pair);
    await identify(token, keyed());
    await expect(keyed({ algorithms: ['RS384'] })(bearing(token))).rejects.toEqual(invalid('the algorithm is not accepted'));
  });

  it('keeps no part of the text of a token', async () => {
    const own = await IssuerUnderTest.start(pair);
    const script = `
      import { readFileSync, rmSync } from 'node:fs';
      import { tmpdir } from 'node:os';
      import { join } from 'node:path';
      import { writeHeapSnapshot } from 'node:v8';
      import { TenantJwtStrategy } from ${JSON.stringify(new URL('../../src/identity/tenant-jwt-strategy.ts', import.meta.url).href)};
      const strategy = new TenantJwtStrategy(${JSON.stringify(own.options)});
      await strategy.ready();
      const chunks = [];
      for await (const chunk of process.stdin) chunks.push(chunk);
      // In functions that have returned: a suspended module keeps the values of its latest calls.
      const token = () => Buffer.concat(chunks).toString().split(' ')[1];
      const identify = async () => (await strategy.identify(token())).subject;
      const reverse = () => [...token().split('.')[1].slice(0, 40)].reverse();
      const subject = await identify();
      const reversed = reverse();
      chunks.length = 0;
      /./.test('x'); // V8 keeps the text of the latest match of a regular expression, and jsonwebtoken uses them.
      const file = writeHeapSnapshot(join(tmpdir(), 'heap-of-' + process.pid));
      const snapshot = readFileSync(file, 'utf8');
      rmSync(file);
      console.log(snapshot.includes(subject), snapshot.includes(reversed.reverse().join('')));
      strategy.close();
    `;
    const run = promisify(execFile)(process.execPath, [...nodeFlags, '--input-type=module', '-e', script], { maxBuffer: 1e6 });
    run.child.stdin?.end(`Bearer ${await own.token(pair, { sub: 'the subject of a token' })}`);
    await expect(run).resolves.toMatchObject({ stdout: 'true false\n' });
    await own.close();
  });
});

describe('verified tokens', () => {
  it('cannot be changed by a caller for other requests', async () => {
    const token = await issuer.token(pair, { roles: ['reader'] });
    const identity = await identify(token);
    const claims = Object(identity?.claims);
    expect(() => claims.roles.push('admin')).toThrow(TypeError);
    expect(() => Object.assign(claims, { 'custom:tenant_id': 'globex' })).toThrow(TypeError);
    expect(() => Object.assign(Object(identity), { tenantId: 'globex' })).toThrow(TypeError);
    expect(await identify(token)).toMatchObject({ tenantId: 'acme', claims: { roles: ['reader'], 'custom:tenant_id': 'acme' } });
  });

  it('have an identity of each strategy, which reads the tenant by its own options', async () => {
    const options = { ...issuer.options, secretOrKey: pair.publicKey };
    const [own, other] = [new TenantJwtStrategy(options), new TenantJwtStrategy({ ...options, tenant: 'globex' })];
    const identity = await own.identify(await issuer.token(pair));
    expect(own.validate(identity.claims)).toBe(identity);
    expect(other.validate(identity.claims)).toMatchObject({ tenantId: 'globex' });
    expect(own.validate(identity.claims)).toMatchObject({ tenantId: 'acme' });
    expect(own.validate({ ...identity.claims })).not.toBe(identity);
  });

  it('are returned synchronously from the cache, as the same frozen object', async () => {
    const token = await issuer.token(pair, { roles: [{ name: 'admin' }] });
    const first = await identify(token);
    const again = source(bearing(token));
    expect(again).toBe(first);
    const roles = first?.claims['roles'];
    for (const part of [first, first?.claims, roles, Array.isArray(roles) && roles[0]])
      expect([part, Object.isFrozen(part)]).toEqual([part, true]);
    expect(first?.claims).toHaveProperty('roles', [{ name: 'admin' }]);
  });

  it('are verified once for a thousand requests that arrive before the keys', async () => {
    const fresh = bearerToken(issuer.options);
    const token = await issuer.token(pair);
    const before = issuer.fetches.keys;
    const identities = await Promise.all(Array.from({ length: 1_000 }, () => identify(token, fresh)));
    expect(new Set(identities).size).toBe(1);
    expect(issuer.fetches.keys).toBe(before + 1);
  });

  it('are removed from the cache when they expire, and not cached within the tolerance after it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const caching = sourceWith({});
    const token = await issuer.token(pair, { exp: 1_800_000_060 });
    await identify(token, caching);
    vi.setSystemTime(1_800_000_059_999);
    expect(caching(bearing(token))).not.toBeInstanceOf(Promise);
    vi.setSystemTime(1_800_000_060_000);
    expect(await identify(token, caching)).not.toBe(await identify(token, caching));
    vi.setSystemTime(1_800_000_065_000);
    await expect(identify(token, caching)).rejects.toEqual(invalid('expired'));
  });

  it('are verified again after `maxAgeMs`', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const caching = sourceWith({ tokenCache: { maxAgeMs: 10_000 } });
    const token = await issuer.token(pair);
    const first = await identify(token, caching);
    vi.setSystemTime(1_800_000_009_999);
    expect(await identify(token, caching)).toBe(first);
    vi.setSystemTime(1_800_000_010_000);
    expect(await identify(token, caching)).not.toBe(first);
  });

  it('are cached for one source only: another source verifies by its own options', async () => {
    const token = await issuer.token(pair);
    await identify(token, sourceWith({}));
    await expect(identify(token, sourceWith({ audience: 'admin' }))).rejects.toEqual(invalid('for another audience'));
  });

  it('are not cached if the cache is off', async () => {
    const off = sourceWith({ tokenCache: { max: 0 } });
    const token = await issuer.token(pair);
    expect(await identify(token, off)).not.toBe(await identify(token, off));
  });

  it('do not share a cache entry if they differ in one character', async () => {
    const token = await issuer.token(pair);
    await identify(token);
    await expect(identify(`${token.slice(0, -2)}${token.endsWith('AA') ? 'QA' : 'AA'}`)).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('without a tenant are refused each time', async () => {
    const token = await issuer.token(pair, { 'custom:tenant_id': undefined });
    await expect(identify(token)).rejects.toMatchObject({ code: 'tenant_missing' });
    await expect(identify(token)).rejects.toMatchObject({ code: 'tenant_missing' });
  });
});

describe('keys', () => {
  it('are fetched by ready(), so that the first request does not wait', async () => {
    const own = await IssuerUnderTest.start(pair);
    const prepared = bearerToken(own.options);
    await prepared.ready?.();
    expect(own.fetches).toEqual({ keys: 1, discovery: 1 });
    await identify(await own.token(pair), prepared);
    expect(own.fetches).toEqual({ keys: 1, discovery: 1 });
    await own.close();
  });

  it('are fetched from jwksUri without discovery, also for an issuer that is not a URL', async () => {
    const own = await IssuerUnderTest.start(pair);
    const direct = bearerToken({ issuer: 'accounts', audience: 'notes', jwksUri: own.jwksUri });
    await expect(identify(await own.token(pair, { iss: 'accounts' }), direct)).resolves.toMatchObject({ tenantId: 'acme' });
    expect(own.fetches).toEqual({ keys: 1, discovery: 0 });
    await own.close();
  });

  it('that are unavailable cause 503, not 401, and cached keys are still used', async () => {
    const own = await IssuerUnderTest.start(pair);
    const uncached = bearerToken({ ...own.options, tokenCache: { max: 0 } });
    own.respondKeys = (_, response) => void response.writeHead(500).end();
    await expect(identify(await own.token(pair), uncached)).rejects.toMatchObject({ code: 'keys_unavailable', status: 503 });
    own.respondKeys = undefined;
    const prepared = bearerToken({ ...own.options, tokenCache: { max: 0 } });
    await prepared.ready?.();
    const token = await own.token(pair);
    await own.close();
    await expect(identify(await issuer.token(second, { iss: own.url }), prepared)).rejects.toMatchObject({ code: 'keys_unavailable' });
    await expect(identify(token, prepared)).resolves.toMatchObject({ tenantId: 'acme' });
  });

  it('are used during a flood of unknown ids: only tokens with unknown ids wait', async () => {
    const own = await IssuerUnderTest.start(pair);
    const uncached = bearerToken({ ...own.options, tokenCache: { max: 0 } });
    await uncached.ready?.();
    const flood = await Promise.all(Array.from({ length: 300 }, (_, index) => own.token({ ...second, id: `flood-${index}` })));
    const good = await own.token(pair);
    const requested = own.nextKeysRequest();
    const release: (() => void)[] = [];
    own.respondKeys = (_, response) => void release.push(() => sendJson(response, { keys: own.keys }));
    const refused = Promise.all(
      flood.map((token) =>
        expect(identify(token, uncached)).rejects.toEqual(invalid('signed with a key that the issuer does not publish')),
      ),
    );
    await requested;
    for (let round = 0; round < 50; round += 1) await expect(identify(good, uncached)).resolves.toMatchObject({ tenantId: 'acme' });
    for (const respond of release) respond();
    await refused;
    expect(own.fetches.keys).toBe(2);
    await own.close();
  });

  it('are not fetched after the source is closed', async () => {
    const own = await IssuerUnderTest.start(pair);
    const closed = bearerToken(own.options);
    closed.close?.();
    await expect(identify(await own.token(pair), closed)).rejects.toMatchObject({ code: 'keys_unavailable' });
    expect(own.fetches).toEqual({ keys: 0, discovery: 0 });
    await own.close();
  });

  it('do not keep a process alive, nor does anything else in a source', async () => {
    const own = await IssuerUnderTest.start(pair);
    const script = `
      import { bearerToken } from ${JSON.stringify(new URL('../../src/identity/bearer-token.ts', import.meta.url).href)};
      const source = bearerToken(${JSON.stringify(own.options)});
      await source.ready();
      const request = { headersDistinct: { authorization: ['Bearer ' + process.argv[1]] }, remoteAddress: '127.0.0.1', raw: undefined };
      console.log((await source(request)).tenantId);
    `;
    // The process must end by itself; otherwise the test times out.
    const run = promisify(execFile)(process.execPath, [...nodeFlags, '--input-type=module', '-e', script, await own.token(pair)]);
    await expect(run).resolves.toMatchObject({ stdout: 'acme\n' });
    await own.close();
  });
});
