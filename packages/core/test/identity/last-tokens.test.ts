import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bearerToken } from '../../src/identity/bearer-token.ts';
import type { HttpRequest, IdentitySource } from '../../src/identity/identity-source.ts';
import { LastTokens } from '../../src/identity/last-tokens.ts';
import type { TenantIdentity } from '../../src/tenant.ts';
import { invalid, pair, trustedIssuer } from './trusted-issuer.ts';

const { issuer, sourceWith } = trustedIssuer();

/** A request of this socket that has these `Authorization` headers among others. */
function requestOn(socket: object | undefined, ...authorization: string[]): HttpRequest {
  const rawHeaders = [
    'Host',
    'x',
    ...authorization.flatMap((value, i) => [i === 0 ? 'Authorization' : 'AUTHORIZATION', value]),
    'X-A',
    'b',
  ];
  return { rawHeaders, socket } as HttpRequest;
}

async function tenantOn(source: IdentitySource, socket: object | undefined, token: string): Promise<string | undefined> {
  const identity: TenantIdentity | undefined = await source.ofHttp?.(requestOn(socket, `Bearer ${token}`), undefined);
  return identity?.tenantId;
}

const tokenOf = (tenant: string, more: Record<string, unknown> = {}): Promise<string> =>
  issuer.token(pair, { 'custom:tenant_id': tenant, ...more });

afterEach(() => {
  vi.useRealTimers();
});

describe('a connection that sends tokens', () => {
  it('gets the tenant of each token, if it alternates between two tenants', async () => {
    const source = sourceWith({});
    const tokens = [await tokenOf('acme'), await tokenOf('globex')];
    const [socket, other] = [{}, {}];

    const seen: unknown[] = [];
    for (const on of [socket, socket, other, socket, other, undefined])
      for (const token of [...tokens, ...tokens.toReversed()]) seen.push(await tenantOn(source, on, token));

    expect(seen).toEqual(Array.from({ length: 6 }, () => ['acme', 'globex', 'globex', 'acme']).flat());
  });

  it('gets the same identity object for the same token, without a promise', async () => {
    const source = sourceWith({});
    const request = requestOn({}, `Bearer ${await tokenOf('acme')}`);
    const first = await source.ofHttp?.(request, undefined);

    for (let i = 0; i < 3; i += 1) expect(source.ofHttp?.(request, undefined)).toBe(first);
  });

  it('has no identity from a token whose first characters are those of the last token', async () => {
    const source = sourceWith({});
    const token = await tokenOf('acme');
    const socket = {};
    for (let i = 0; i < 3; i += 1) await tenantOn(source, socket, token);

    for (const forged of [token.slice(0, -1), `${token}A`, `${token.slice(0, -2)}${token.at(-1)}${token.at(-2)}x`])
      await expect(tenantOn(source, socket, forged)).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('is refused when the token has expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const source = sourceWith({ clockToleranceSeconds: 0 });
    const token = await tokenOf('acme', { iat: 1_800_000_000, exp: 1_800_000_060 });
    const socket = {};
    for (let i = 0; i < 3; i += 1) expect(await tenantOn(source, socket, token)).toBe('acme');

    vi.setSystemTime(1_800_000_060_000);

    await expect(tenantOn(source, socket, token)).rejects.toEqual(invalid('expired'));
  });

  it('is verified again after `maxAgeMs`: its key may have been withdrawn', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const source = sourceWith({ tokenCache: { maxAgeMs: 10_000 } });
    const request = requestOn({}, `Bearer ${await tokenOf('acme', { iat: 1_800_000_000, exp: 1_800_000_600 })}`);
    const first = await source.ofHttp?.(request, undefined);
    expect(source.ofHttp?.(request, undefined)).toBe(first);
    expect(source.ofHttp?.(request, undefined)).toBe(first);

    vi.setSystemTime(1_800_000_010_000);

    const again = await source.ofHttp?.(request, undefined);
    expect(again).toEqual(first);
    expect(again).not.toBe(first);
  });

  it('is verified at each request if nothing is cached', async () => {
    const source = sourceWith({ tokenCache: { max: 0 } });
    const request = requestOn({}, `Bearer ${await tokenOf('acme')}`);

    const identities = [];
    for (let i = 0; i < 3; i += 1) identities.push(await source.ofHttp?.(request, undefined));

    expect(new Set(identities).size).toBe(3);
  });

  it('shares nothing with another source that trusts another audience', async () => {
    const [notes, orders] = [sourceWith({}), sourceWith({ audience: 'orders' })];
    const token = await tokenOf('acme');
    const socket = {};
    for (let i = 0; i < 3; i += 1) expect(await tenantOn(notes, socket, token)).toBe('acme');

    await expect(tenantOn(orders, socket, token)).rejects.toEqual(invalid('for another audience'));
  });

  it('is refused with two Authorization headers, also if one is the last', async () => {
    const source = sourceWith({});
    const header = `Bearer ${await tokenOf('acme')}`;
    const socket = {};
    for (let i = 0; i < 3; i += 1) await source.ofHttp?.(requestOn(socket, header), undefined);

    for (const two of [
      [header, header],
      [header, 'Basic YTpi'],
      ['Basic YTpi', header],
    ])
      expect(() => source.ofHttp?.(requestOn(socket, ...two), undefined)).toThrow(invalid('more than one Authorization header'));
  });

  it('presents nothing without a header and with another scheme', async () => {
    const source = sourceWith({});
    const socket = {};
    await tenantOn(source, socket, await tokenOf('acme'));

    expect(source.ofHttp?.(requestOn(socket), undefined)).toBeUndefined();
    expect(source.ofHttp?.(requestOn(socket, 'Basic YTpi'), undefined)).toBeUndefined();
  });

  it('does not show its token to `util.inspect`', async () => {
    const source = bearerToken({ ...issuer.options, secretOrKey: pair.publicKey });
    const token = await tokenOf('acme');
    const socket = {};
    for (let i = 0; i < 3; i += 1) await tenantOn(source, socket, token);

    expect(inspect([socket, source], { depth: 20, showHidden: true, getters: true })).not.toContain(token.slice(-20));
  });
});

describe('LastTokens', () => {
  it('finds the digest for the last header of a connection only', () => {
    const last = new LastTokens();
    const [one, other] = [{}, {}];
    last.keep(one, 'Bearer a', 'digest a');
    expect([last.find(one, 'Bearer a'), last.find(one, 'Bearer b'), last.find(other, 'Bearer a')]).toEqual([
      'digest a',
      undefined,
      undefined,
    ]);

    last.keep(one, 'Bearer b', 'digest b');
    expect([last.find(one, 'Bearer a'), last.find(one, 'Bearer b')]).toEqual([undefined, 'digest b']);
  });

  it('keeps nothing without a connection', () => {
    const last = new LastTokens();
    for (const none of [undefined, null, 'socket']) {
      last.keep(none, 'Bearer a', 'digest a');
      expect(last.find(none, 'Bearer a')).toBeUndefined();
    }
  });
});
