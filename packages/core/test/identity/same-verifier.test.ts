import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { TokenInvalidError } from '../../src/errors.ts';
import { bearerToken } from '../../src/identity/bearer-token.ts';
import type { BearerTokenOptions } from '../../src/identity/bearer-token-options.ts';
import { TenantJwtStrategy } from '../../src/identity/tenant-jwt-strategy.ts';
import { hostileTokens } from '../../src/testing/hostile-tokens.ts';
import { providerTokens } from './provider-tokens.ts';
import { bearing } from './request.ts';
import { pair, trustedIssuer } from './trusted-issuer.ts';

const { issuer } = trustedIssuer();

/** The identity of an accepted token, or the error of a refused one. */
type Outcome = { readonly identity: unknown; readonly error?: never } | { readonly error: unknown };
type Verify = (token: string) => Promise<readonly [source: Outcome, identify: Outcome, authenticate: Outcome]>;

/** Verifies a token by `bearerToken()`, and by both methods of a strategy with the same options. */
function verifierWith(options: BearerTokenOptions): Verify {
  const [source, strategy] = [bearerToken(options), new TenantJwtStrategy(options)];
  return async (token) => [
    await outcomeOf(async () => source(bearing(token))),
    await outcomeOf(async () => strategy.identify(token)),
    await authenticate(strategy, token),
  ];
}

function outcomeOf(identify: () => Promise<unknown>): Promise<Outcome> {
  return identify().then(
    (identity) => ({ identity }),
    (error: unknown) => ({ error }),
  );
}

function reasonOf({ error }: Outcome): unknown {
  return error instanceof TokenInvalidError ? error.detail['reason'] : undefined;
}

/** Calls the strategy as passport does: on an object that inherits from it and has the request's own actions. */
function authenticate(strategy: TenantJwtStrategy, token: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const attempt: TenantJwtStrategy = Object.assign(Object.create(strategy), {
      success: (identity: unknown) => resolve({ identity }),
      fail: (challenge: unknown, status: unknown) => resolve({ error: { status, headers: { 'WWW-Authenticate': challenge } } }),
      error: (error: unknown) => resolve({ error }),
    });
    attempt.authenticate(bearing(token));
  });
}

describe('bearerToken() and TenantJwtStrategy', () => {
  let verify: Verify | undefined;
  const verifyByKeySet: Verify = (token) => (verify ??= verifierWith(issuer.options))(token);
  const verifyByKey = (token: string, options: Partial<BearerTokenOptions> = {}): ReturnType<Verify> =>
    verifierWith({ ...issuer.options, secretOrKey: pair.publicKey, ...options })(token);

  it.each(Object.entries(providerTokens))('accept %s', async (_, { header, claims, options }) => {
    const [source, ...strategy] = await verifyByKey(await issuer.token(pair, claims, header), options);

    expect(source).toMatchObject({ identity: { source: 'bearer', subject: 'user-1' } });
    expect(strategy).toEqual([source, source]);
  });

  describe.each([
    ['that names its key', pair.id],
    ['that names no key', undefined],
  ])('refuse a token %s:', (_, keyId) => {
    it.each(Object.entries(hostileTokens))('%s', async (__, forge) => {
      const token = forge({
        issuer: issuer.url,
        audience: issuer.audience,
        privateKey: pair.privateKey,
        ...(keyId === undefined ? {} : { keyId }),
      });

      const [source, identify, authenticated] = await verifyByKeySet(token);

      const refusal = { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } };
      const { error } = source;
      expect(error).toBeInstanceOf(TokenInvalidError);
      expect(error).toMatchObject({ ...refusal, detail: { reason: expect.any(String) } });
      expect(identify).toEqual(source);
      expect(reasonOf(identify)).toBe(reasonOf(source));
      expect(authenticated).toEqual({ error: refusal });
      const shown = `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)} ${String(error)}`;
      for (const part of token.split('.')) if (part.length > 8) expect(shown).not.toContain(part);
    });
  });

  it('accept a token of 16 levels and 1,000 members, and refuse one member more', async () => {
    const deep: unknown = JSON.parse('['.repeat(15) + ']'.repeat(15));
    const own = ['iss', 'aud', 'sub', 'iat', 'exp', 'custom:tenant_id'].length;
    const many = Array.from({ length: 1_000 - own - 2 - 14 }, () => 1);

    const [accepted] = await verifyByKey(await issuer.token(pair, { deep, many }));
    const [refused] = await verifyByKey(await issuer.token(pair, { deep, many: [...many, 1] }));

    expect(accepted).toMatchObject({ identity: { tenantId: 'acme' } });
    expect(refused).toMatchObject({ error: { detail: { reason: 'the payload has more than 1000 members' } } });
  });
});
