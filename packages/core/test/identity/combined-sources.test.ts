import { describe, expect, it, vi } from 'vitest';
import { agree, firstOf } from '../../src/identity/combined-sources.ts';
import type { IdentitySource } from '../../src/identity/identity-source.ts';
import type { TenantIdentity } from '../../src/tenant.ts';
import { requestWith } from './request.ts';

const identityOf = (tenantId: string, more: Partial<TenantIdentity> = {}): TenantIdentity =>
  Object.freeze({ tenantId, claims: Object.freeze({}), source: 'bearer', ...more });
const acme = identityOf('acme', { expiresAt: 2_000_000_000_000 });
const returns = (found: TenantIdentity | undefined): IdentitySource => vi.fn(() => found);
const resolves = (found: TenantIdentity | undefined): IdentitySource => vi.fn(async () => found);
const refusal = Object.assign(new Error('refused'), { code: 'token_invalid' });
const throws: IdentitySource = () => {
  throw refusal;
};
const rejects: IdentitySource = () => Promise.reject(refusal);
const request = requestWith();

describe('firstOf', () => {
  it('returns the identity of the first source that is presented something, synchronously if that source is', () => {
    const last = returns(identityOf('globex'));

    expect(firstOf(returns(undefined), returns(acme), last)(request)).toBe(acme);
    expect(last).not.toHaveBeenCalled();
  });

  it('awaits sources one after the other', async () => {
    const last = returns(acme);
    const found = firstOf(resolves(undefined), last)(request);

    expect(last).not.toHaveBeenCalled();
    await expect(found).resolves.toBe(acme);
  });

  it.each([
    ['throws', throws],
    ['rejects', rejects],
  ])('does not try another source after one that %s', async (_, source) => {
    const last = returns(acme);

    await expect(async () => firstOf(source, last)(request)).rejects.toBe(refusal);
    expect(last).not.toHaveBeenCalled();
  });

  it('presents nothing if no source is presented anything', async () => {
    expect(firstOf(returns(undefined), returns(undefined))(request)).toBeUndefined();
    await expect(firstOf(resolves(undefined), resolves(undefined))(request)).resolves.toBeUndefined();
  });

  it('does not skip a source that returns null: the gate refuses it', () => {
    expect(firstOf(returns(null as never), returns(acme))(request)).toBeNull();
  });

  it('does not take over `ofHttp` of a source', () => {
    const source = Object.assign(returns(acme), { ofHttp: () => identityOf('globex') });

    expect(firstOf(source)).not.toHaveProperty('ofHttp');
    expect(agree(source, returns(acme))).not.toHaveProperty('ofHttp');
  });
});

describe('agree', () => {
  it('returns the identity of the first source if all name the same tenant', async () => {
    expect(agree(returns(acme), returns(identityOf('acme')))(request)).toBe(acme);
    await expect(agree(resolves(acme), returns(identityOf('acme')), resolves(identityOf('acme')))(request)).resolves.toBe(acme);
  });

  it('expires when the first of the identities expires', () => {
    const source = agree(returns(acme), returns(identityOf('acme', { expiresAt: 1_900_000_000_000, source: 'certificate' })));
    const identity = source(request);

    expect(identity).toEqual({ ...acme, expiresAt: 1_900_000_000_000 });
    expect(source(request)).toBe(identity);
    expect(agree(returns(identityOf('acme')), returns(acme))(request)).toMatchObject({ expiresAt: 2_000_000_000_000 });
  });

  it('does not remember an identity that its source can change', () => {
    const first = { tenantId: 'acme', claims: {}, source: 'header' as const };
    const second = { ...first, expiresAt: 1_900_000_000_000 };
    const source = agree(returns(first), returns(second));
    void source(request);
    first.tenantId = second.tenantId = 'globex';

    expect(source(request)).toMatchObject({ tenantId: 'globex' });
  });

  it.each<[string, IdentitySource[]]>([
    ['different tenants', [returns(acme), returns(identityOf('globex'))]],
    ['different letter case', [returns(acme), returns(identityOf('Acme'))]],
    ['nothing in the second source', [returns(acme), returns(undefined)]],
    ['nothing in the first source', [returns(undefined), resolves(acme)]],
    ['null in one source', [returns(acme), returns(null as never)]],
    ['two of three', [returns(acme), returns(acme), returns(identityOf('globex'))]],
  ])('refuses %s', async (_, sources) => {
    await expect(async () => agree(...sources)(request)).rejects.toMatchObject({ code: 'tenant_invalid', status: 403 });
  });

  it('presents nothing if no source is presented anything', () => {
    expect(agree(returns(undefined), returns(undefined))(request)).toBeUndefined();
  });

  it.each([
    ['throws', throws],
    ['rejects', rejects],
  ])('refuses what a source refuses that %s', async (_, source) => {
    await expect(async () => agree(returns(acme), source)(request)).rejects.toBe(refusal);
  });
});

describe.each([
  ['firstOf', firstOf, 1],
  ['agree', agree, 2],
] as const)('%s', (name, combine, min) => {
  it('is ready when all sources are, and closes all', async () => {
    const sources = [1, 2].map(() => {
      const life = { ready: vi.fn(async () => undefined), close: vi.fn() };
      return Object.assign(returns(undefined), life, { life });
    });
    const combined = combine(...sources);
    await combined.ready?.();
    combined.close?.();

    for (const { life } of sources) {
      expect(life.ready).toHaveBeenCalledTimes(1);
      expect(life.close).toHaveBeenCalledTimes(1);
    }
    await expect(combine(...sources, Object.assign(returns(acme), { ready: () => Promise.reject(refusal) })).ready?.()).rejects.toBe(
      refusal,
    );
  });

  it('names the kind of its sources if all have the same', () => {
    const kind = (source: TenantIdentity['source']) => Object.assign(returns(undefined), { source });

    expect(combine(kind('header'), kind('header')).source).toBe('header');
    expect(combine(kind('header'), kind('bearer')).source).toBeUndefined();
  });

  it('refuses too few sources, and values that are not sources', () => {
    expect(() => combine()).toThrow(`\`${name}\` needs at least ${min}`);
    expect(() => combine(returns(acme), {} as never)).toThrow(`argument 2 of \`${name}\` must be an identity source`);
  });
});
