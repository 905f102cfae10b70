import type { TenantIdentity, TokenVendingMachine } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { assumesOf, clockedMachines, identityOf } from '../local-machine.ts';

const second = 1_000;
const minute = 60 * second;
const acme = identityOf('acme');

const { aws, clock, machine } = clockedMachines();

async function keyOf(tvm: TokenVendingMachine, identity: TenantIdentity = acme): Promise<string> {
  return (await tvm.vend(identity)).accessKeyId;
}

/** Waits until a refresh in the background has brought fresh credentials. */
async function renewed(tvm: TokenVendingMachine, identity: TenantIdentity = acme): Promise<void> {
  await expect.poll(async () => (await tvm.vend(identity)).expiration.getTime() - clock.now().wall).toBeGreaterThan(14 * minute);
}

/** Waits until this many refreshes in the background have failed. */
async function failed(tvm: TokenVendingMachine, failures: number): Promise<void> {
  await expect.poll(() => tvm.stats().failures).toBe(failures);
}

describe('refresh ahead', () => {
  it('starts when 300 to 390 of 900 seconds remain, while the caller gets the cached credentials', async () => {
    await using tvm = machine();
    const first = await keyOf(tvm);

    clock.pass(509 * second);
    await keyOf(tvm);
    expect(tvm.stats().refreshes).toBe(0);

    clock.pass(91 * second + 10);
    aws.faults.sts({ hang: true, times: 1 });
    expect(await keyOf(tvm)).toBe(first);
    expect(tvm.stats()).toMatchObject({ refreshes: 1, assumes: 2, hits: 2 });

    aws.faults.clear();
    await expect.poll(() => keyOf(tvm)).not.toBe(first);
    expect(assumesOf(aws)).toHaveLength(2);
  });

  it('makes one call for any number of callers', async () => {
    await using tvm = machine();
    const first = await keyOf(tvm);
    clock.pass(10 * minute + second);
    aws.faults.sts({ hang: true, times: 1 });

    const keys = await Promise.all(Array.from({ length: 1_000 }, () => keyOf(tvm)));

    expect(new Set(keys)).toEqual(new Set([first]));
    expect(tvm.stats()).toMatchObject({ refreshes: 1, shared: 0, hits: 1_000 });
    aws.faults.clear();
    await expect.poll(() => assumesOf(aws).length).toBe(2);
  });

  it('does not refresh a tenant without requests', async () => {
    await using tvm = machine();
    await tvm.vend(acme);
    await tvm.vend(identityOf('idle'));
    clock.pass(11 * minute);

    await renewed(tvm);

    expect(assumesOf(aws)).toHaveLength(3);
    expect(tvm.stats()).toMatchObject({ refreshes: 1, entries: 2 });
  });

  it('starts at half of a lifetime that STS has cut', async () => {
    await using tvm = machine();
    aws.faults.sts({ expiresInSeconds: 400 });
    await tvm.vend(acme);

    clock.pass(155 * second);
    await tvm.vend(acme);
    expect(tvm.stats().refreshes).toBe(0);
    clock.pass(46 * second);
    await tvm.vend(acme);
    expect(tvm.stats().refreshes).toBe(1);
  });
});

describe('static stability', () => {
  it('serves cached credentials down to the minimum lifetime while STS is down, then answers Retry-After, and recovers', async () => {
    await using tvm = machine();
    const first = await keyOf(tvm);
    aws.faults.sts({ code: 'ServiceUnavailable' });

    for (let passed = 1; passed < 14; passed += 1) {
      clock.pass(minute);
      expect(await keyOf(tvm)).toBe(first);
    }
    clock.pass(59 * second);
    expect(await keyOf(tvm)).toBe(first);
    clock.pass(2 * second);
    await expect(tvm.vend(acme)).rejects.toMatchObject({
      code: 'sts_unavailable',
      status: 503,
      headers: { 'Retry-After': expect.stringMatching(/^[1-9]\d*$/) },
    });

    aws.faults.clear();
    expect(await keyOf(tvm)).not.toBe(first);
  });

  it('serves credentials with four minutes left, where the SDK alone would request new ones at every call', async () => {
    await using tvm = machine();
    const first = await keyOf(tvm);
    clock.pass(11 * minute);
    aws.faults.sts({ down: true });

    expect(await keyOf(tvm)).toBe(first);
    await failed(tvm, 1);
    expect(await keyOf(tvm)).toBe(first);
  });

  it('waits at least one and at most two seconds after a failed refresh', async () => {
    await using tvm = machine();
    await tvm.vend(acme);
    clock.pass(10 * minute + second);
    aws.faults.sts({ code: 'AccessDenied' });

    await tvm.vend(acme);
    await failed(tvm, 1);
    clock.pass(999);
    await tvm.vend(acme);
    expect(tvm.stats().refreshes).toBe(1);

    clock.pass(1_001);
    aws.faults.clear();
    await renewed(tvm);
    expect(tvm.stats()).toMatchObject({ refreshes: 2, failures: 1 });
  });

  it('serves cached credentials while STS refuses the configuration', async () => {
    await using tvm = machine();
    const first = await keyOf(tvm);
    clock.pass(12 * minute);
    aws.faults.sts({ code: 'AccessDenied' });

    expect(await keyOf(tvm)).toBe(first);
    await failed(tvm, 1);
    expect(await keyOf(tvm)).toBe(first);
  });
});

describe('authority', () => {
  const until = (expiresAt: number): TenantIdentity => ({ ...acme, expiresAt });

  it('renews nothing after the identity has expired: the credentials serve until they expire, then token_invalid', async () => {
    await using tvm = machine();
    const identity = until(clock.now().wall + 5 * minute);
    const first = await keyOf(tvm, identity);

    clock.pass(12 * minute);
    expect(await keyOf(tvm, identity)).toBe(first);
    expect(tvm.stats().refreshes).toBe(0);
    clock.pass(2 * minute + second);

    await expect(tvm.vend(identity)).rejects.toMatchObject({ code: 'token_invalid', status: 401 });
    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('vends nothing to an identity that has already expired', async () => {
    await using tvm = machine();

    await expect(tvm.vend(until(clock.now().wall))).rejects.toMatchObject({ code: 'token_invalid' });
    expect(aws.calls).toEqual([]);
  });

  it('lasts until the latest expiry of the identities', async () => {
    await using tvm = machine();
    const short = until(clock.now().wall + minute);
    await tvm.vend(short);
    await tvm.vend(until(clock.now().wall + 30 * minute));
    clock.pass(11 * minute);

    await renewed(tvm, short);
    clock.pass(20 * minute);
    await expect(tvm.vend(short)).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('includes an identity that arrives while a refresh is pending', async () => {
    await using tvm = machine();
    const short = until(clock.now().wall + 12 * minute);
    await tvm.vend(short);
    clock.pass(11 * minute);
    aws.faults.sts({ hang: true, times: 1 });
    await tvm.vend(short);
    await tvm.vend(until(clock.now().wall + 60 * minute));
    aws.faults.clear();
    await renewed(tvm, short);

    clock.pass(15 * minute);
    expect((await tvm.vend(short)).expiration.getTime()).toBeGreaterThan(clock.now().wall);
  });

  it('lasts `maxSessionSeconds` longer than the identity', async () => {
    await using tvm = machine({ maxSessionSeconds: 3_600 });
    const identity = until(clock.now().wall + minute);
    await tvm.vend(identity);

    clock.pass(60 * minute);
    await tvm.vend(identity);
    expect(assumesOf(aws)).toHaveLength(2);
    clock.pass(minute + second);
    await tvm.vend(identity);
    clock.pass(15 * minute);
    await expect(tvm.vend(identity)).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('never ends if the identity has no expiry', async () => {
    await using tvm = machine();

    for (let hours = 0; hours < 5; hours += 1) {
      await tvm.vend(acme);
      clock.pass(60 * minute);
    }
    expect(assumesOf(aws)).toHaveLength(5);
  });

  it.each<[string, (tvm: TokenVendingMachine) => Promise<void> | void]>([
    ['was invalidated', (tvm) => tvm.invalidate('acme')],
    ['was evicted from the cache', async (tvm) => void (await tvm.vend(identityOf('globex')))],
    ['was dropped by a revocation that has ended', (tvm) => (tvm.revoke('acme'), tvm.reinstate('acme'))],
  ])('keeps the latest expiry of the identities if the entry %s', async (_what, lose) => {
    await using tvm = machine({ cache: { max: 1 } });
    const short = until(clock.now().wall + minute);
    const stream = tvm.for(short);
    await stream.credentials();
    await tvm.vend(until(clock.now().wall + 30 * minute));
    clock.pass(10 * minute);
    await lose(tvm);

    expect((await stream.credentials()).accessKeyId).toMatch(/^ASIA/);
    clock.pass(20 * minute);
    await lose(tvm);
    await expect(stream.credentials()).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('starts again with each new identity after earlier ones have expired', async () => {
    await using tvm = machine();
    const first = tvm.for(until(clock.now().wall + minute));
    const scoped = first.scoped(['s3-folder-read-only']);
    await Promise.all([first.credentials(), scoped.credentials()]);
    clock.pass(16 * minute);
    for (const ended of [first, scoped]) await expect(ended.credentials()).rejects.toMatchObject({ code: 'token_invalid' });

    const second = tvm.for({ ...until(clock.now().wall + 30 * minute), subject: 'bob' });
    for (const alive of [second, second.scoped(['s3-folder-read-only'])]) await alive.credentials();

    tvm.invalidate('acme');
    for (const alive of [second, second.scoped(['s3-folder-read-only'])]) await alive.credentials();
  });

  it('is not shared between tenants, nor between sets of permissions', async () => {
    await using tvm = machine();
    const short = tvm.for(until(clock.now().wall + minute));
    await short.credentials();
    const long = { expiresAt: clock.now().wall + 60 * minute };
    await tvm.for({ ...identityOf('globex'), ...long }).credentials();
    await tvm
      .for({ ...acme, ...long })
      .scoped(['s3-folder-read-only'])
      .credentials();
    clock.pass(16 * minute);

    await expect(short.credentials()).rejects.toMatchObject({ code: 'token_invalid' });
  });
});
