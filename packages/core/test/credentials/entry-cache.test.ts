import { StsRejectedError } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import type { Issued } from '../../src/credentials/assumer.ts';
import { EntryCache, type RequestedGrant } from '../../src/credentials/entry-cache.ts';
import { Slots } from '../../src/credentials/slots.ts';
import type { StsFailure } from '../../src/credentials/sts-failure.ts';
import { assumesOf, clockedMachines, identityOf } from '../local-machine.ts';

const minute = 60_000;
const acme = identityOf('acme');

const { aws, clock, machine } = clockedMachines();

/** The number of AssumeRole calls that `act` makes. */
async function callsOf(act: () => Promise<unknown>): Promise<number> {
  const before = assumesOf(aws).length;
  await act();
  return assumesOf(aws).length - before;
}

describe('the minimum remaining lifetime', () => {
  it('serves cached credentials until a minute remains, then calls STS', async () => {
    await using tvm = machine();
    await tvm.vend(acme);

    clock.pass(13 * minute + 59_000);
    expect(await callsOf(() => tvm.vend(acme))).toBe(0);
    clock.pass(2_000);
    expect(await callsOf(() => tvm.vend(acme))).toBe(1);
  });

  it('is the option of the machine, or that of the call if it is longer', async () => {
    await using tvm = machine({ cache: { minimumRemainingMs: 5 * minute } });
    await tvm.vend(acme);

    clock.pass(9 * minute);
    expect(await callsOf(() => tvm.vend(acme, { minimumRemainingMs: minute }))).toBe(0);
    expect(await callsOf(() => tvm.vend(acme, { minimumRemainingMs: 7 * minute }))).toBe(1);
    clock.pass(11 * minute);
    expect(await callsOf(() => tvm.vend(acme))).toBe(1);
  });

  it('refuses fresh credentials below it, and does not call STS again immediately', async () => {
    await using tvm = machine();
    aws.faults.sts({ expiresInSeconds: 30 });

    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_unavailable', headers: { 'Retry-After': '1' } });
    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_unavailable' });
    expect(assumesOf(aws)).toHaveLength(1);

    aws.faults.clear();
    clock.pass(2_001);
    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
  });

  it('refuses credentials whose lifetime STS cut below the minimum of the call', async () => {
    await using tvm = machine();
    aws.faults.sts({ expiresInSeconds: 300 });

    await expect(tvm.vend(acme, { minimumRemainingMs: 10 * minute })).rejects.toMatchObject({ code: 'life_unavailable' });
    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
  });

  it('calls STS again for credentials that arrived expired only after `errorTtlMs`', async () => {
    await using tvm = machine({ cache: { minimumRemainingMs: 0 } });
    aws.faults.sts({ expiresInSeconds: -10, times: 1 });

    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_unavailable' });
    clock.pass(1_999);
    expect(await callsOf(() => expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_unavailable' }))).toBe(0);
    clock.pass(1);
    expect(await callsOf(() => tvm.vend(acme))).toBe(1);
  });
});

describe('the lifetime', () => {
  it.each([-600, 600])('is correct if the clock of STS differs by %i seconds from ours', async (clockSkewSeconds) => {
    await using tvm = machine();
    aws.faults.sts({ clockSkewSeconds });

    const { expiration } = await tvm.vend(acme);

    expect(expiration.getTime() - clock.now().wall).toBeGreaterThan(15 * minute - 3_000);
    expect(expiration.getTime() - clock.now().wall).toBeLessThanOrEqual(15 * minute);
    clock.pass(13 * minute);
    expect(await callsOf(() => tvm.vend(acme))).toBe(0);
    clock.pass(2 * minute);
    expect(await callsOf(() => tvm.vend(acme))).toBe(1);
  });

  it.each([-600_000, 600_000])('is correct if our wall clock differs by %i ms from that of STS', async (skew) => {
    clock.setWall(skew);
    await using tvm = machine();

    const { expiration } = await tvm.vend(acme);

    expect(expiration.getTime() - clock.now().wall).toBeGreaterThan(15 * minute - 3_000);
    clock.pass(13 * minute);
    expect(await callsOf(() => tvm.vend(acme))).toBe(0);
    clock.pass(minute + 1_000);
    expect(await callsOf(() => tvm.vend(acme))).toBe(1);
  });

  it('ends by the monotonic clock if the wall clock was set back', async () => {
    await using tvm = machine();
    await tvm.vend(acme);

    clock.setWall(-60 * minute);
    clock.pass(14 * minute + 1_000);

    expect(await callsOf(() => tvm.vend(acme))).toBe(1);
  });

  it('ends by the wall clock if the monotonic clock stopped while the host slept', async () => {
    await using tvm = machine();
    await tvm.vend(acme);

    clock.setWall(15 * minute);

    expect(await callsOf(() => tvm.vend(acme))).toBe(1);
  });
});

describe('a deterministic failure of STS', () => {
  it.each([
    'AccessDenied',
    'MalformedPolicyDocument',
    'PackedPolicyTooLarge',
    'RegionDisabledException',
    'ValidationError',
    'InvalidClientTokenId',
  ])('is remembered for two seconds: %s', async (code) => {
    await using tvm = machine();
    aws.faults.sts({ code });

    const errors = await Promise.allSettled(Array.from({ length: 50 }, () => tvm.vend(acme)));
    await expect(tvm.vend(acme)).rejects.toMatchObject({
      code: code === 'PackedPolicyTooLarge' ? 'policy_too_large' : 'sts_rejected',
      status: 500,
    });
    expect(errors.every(({ status }) => status === 'rejected')).toBe(true);
    expect(assumesOf(aws)).toHaveLength(1);
    expect(tvm.stats()).toMatchObject({ failures: 1, refused: 1, entries: 0 });

    clock.pass(1_999);
    await expect(tvm.vend(acme)).rejects.toMatchObject({ status: 500 });
    expect(assumesOf(aws)).toHaveLength(1);
    clock.pass(1);
    aws.faults.clear();
    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
  });

  it('is remembered for one tenant only', async () => {
    await using tvm = machine();
    aws.faults.sts({ code: 'AccessDenied', times: 1 });

    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_rejected' });
    expect((await tvm.vend(identityOf('globex'))).accessKeyId).toMatch(/^ASIA/);
  });

  it('is not remembered with `errorTtlMs: 0`, nor after `invalidate`', async () => {
    await using forgetful = machine({ cache: { errorTtlMs: 0 } });
    await using tvm = machine();
    aws.faults.sts({ code: 'AccessDenied', times: 3 });

    await expect(forgetful.vend(acme)).rejects.toMatchObject({ code: 'sts_rejected' });
    await expect(forgetful.vend(acme)).rejects.toMatchObject({ code: 'sts_rejected' });
    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_rejected' });
    tvm.invalidate('acme');
    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
  });
});

const life = { wallEnd: Number.POSITIVE_INFINITY, monotonicEnd: Number.POSITIVE_INFINITY };
const facts = { life, lifeMs: 900_000, requestId: undefined, tokenUtilisation: undefined, policyDigest: 'digest' };
const issued: Issued = { kind: 'assumed', accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken: 'token', ...facts };
const region = 'us-east-1';

const grantOf = (key: string, tenantId: string, slots = new Slots(10)): RequestedGrant =>
  ({ tenantId, slot: slots.extend(key, tenantId, Number.POSITIVE_INFINITY) }) as RequestedGrant;

const cacheOf = (assume: () => Promise<Issued | StsFailure>, { max = 10, touch = (_key: string): void => undefined } = {}) =>
  new EntryCache({ max, minimumRemainingMs: 0, errorTtlMs: 1_000 }, { assume }, { touch }, clock);

const shared = new Slots(10);

describe.each([
  ['a cache key', new Slots(10), new Slots(10)],
  ['a slot', shared, shared],
])('%s that two tenants share by mistake', (_what, ownSlots, otherSlots) => {
  const [own, other] = [grantOf('same', 'acme', ownSlots), grantOf('same', 'globex', otherSlots)];
  const mismatch = { code: 'tenant_mismatch' };

  it('returns a cached entry to its own tenant only', async () => {
    const entries = cacheOf(async () => issued);
    await entries.get(own, region, 0);

    expect(entries.find(own, 0, clock.now())).toMatchObject({ tenantId: 'acme' });
    expect(() => entries.find(other, 0, clock.now())).toThrowError(expect.objectContaining(mismatch));
    await expect(entries.get(other, region, 0)).rejects.toMatchObject(mismatch);
  });

  it('lets no other tenant join a pending call', async () => {
    const { promise, resolve } = Promise.withResolvers<Issued>();
    const entries = cacheOf(() => promise);
    const waiting = entries.get(own, region, 0);

    await expect(entries.get(other, region, 0)).rejects.toMatchObject(mismatch);
    resolve(issued);
    expect(await waiting).toMatchObject({ entry: { tenantId: 'acme' } });
  });

  it('reports a remembered failure to no other tenant', async () => {
    const entries = cacheOf(async () => ({ kind: 'deterministic', error: new StsRejectedError('AccessDenied') }));
    await expect(entries.get(own, region, 0)).rejects.toMatchObject({ code: 'sts_rejected' });

    await expect(entries.get(other, region, 0)).rejects.toMatchObject(mismatch);
  });

  it('starts no call for the other tenant', async () => {
    const entries = cacheOf(async () => issued);
    await entries.get(own, region, 0);
    entries.drop('acme');

    if (ownSlots === otherSlots) await expect(entries.get(other, region, 0)).rejects.toMatchObject(mismatch);
    else expect(await entries.get(other, region, 0)).toMatchObject({ entry: { tenantId: 'globex' } });
  });
});

describe('the least recently used credentials', () => {
  const names = Array.from({ length: 16 }, (_, index) => `tenant-${index}`);

  /** A full cache of 16 tenants, in the order of their names. */
  async function fullCache(touch?: (key: string) => void) {
    const entries = cacheOf(async () => issued, { max: 16, ...(touch && { touch }) });
    const grants = names.map((name) => grantOf(name, name));
    const vend = (name: string): Promise<unknown> => entries.get(grantOf(name, name), region, 0);
    for (const grant of grants) await entries.get(grant, region, 0);
    const isCached = (index: number): boolean => entries.find(grants[index] as RequestedGrant, 0, clock.now()) !== undefined;
    return {
      isCached,
      vend,
      cachedIndexes: () => names.map((_, index) => index).filter((index) => grants[index]?.slot.entry !== undefined),
    };
  }

  it('are evicted, and their grants lose them', async () => {
    const { vend, cachedIndexes } = await fullCache();
    await vend('new');

    expect(cachedIndexes()).not.toContain(0);
    expect(cachedIndexes()).toHaveLength(15);
  });

  it('are not those of a tenant that used its own since', async () => {
    const { isCached, vend, cachedIndexes } = await fullCache();
    expect(isCached(0)).toBe(true);
    await vend('new');

    expect(cachedIndexes()).toContain(0);
    expect(cachedIndexes()).not.toContain(1);
  });

  it('are never those of a tenant that uses its own at every call, however many tenants are new', async () => {
    const { isCached, vend } = await fullCache();
    for (let count = 0; count < 100; count += 1) {
      await vend(`new-${count}`);
      expect(isCached(15)).toBe(true);
    }
  });

  it('keep their place among the keys of the guard', async () => {
    const touched: string[] = [];
    const { isCached } = await fullCache((key) => touched.push(key));
    for (let count = 0; count < 100; count += 1) isCached(0);

    expect(touched).toEqual(['ASIA']); // once, because no other tenant was vended meanwhile
  });
});

describe('a slot whose first object was forgotten', () => {
  it('finds the credentials that are cached, and replaces them for grants of both', async () => {
    let calls = 0;
    const entries = cacheOf(async () => ({ ...issued, accessKeyId: `ASIA${(calls += 1)}` }));
    const [first, second] = [grantOf('key', 'acme'), grantOf('key', 'acme')];
    await entries.get(first, region, 0);
    const { entry } = first.slot;

    expect(entries.find(second, 0, clock.now())).toBe(entry);
    await entries.refresh(second, region, entry as never);
    expect(first.slot.entry).toBeUndefined();
    expect(entries.find(first, 0, clock.now())).toBe(second.slot.entry);
    entries.drop('acme');
    expect(entries.find(first, 0, clock.now())).toBeUndefined();
    expect(entries.find(second, 0, clock.now())).toBeUndefined();
  });
});
