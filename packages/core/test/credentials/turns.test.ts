import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/credentials/turns.ts';

const CALL_MS = 20;

/** A morning in virtual time: every tenant comes at once to an STS that takes so many calls a second and throttles the rest. */
function morning(tenants: number, callsPerSecond: number) {
  const turns = new Turns<string>(50);
  const served: string[] = [];
  const sent = new Map<number, number>();
  let calls = 0;
  let now = 0;
  let underWay: { readonly tenantId: string; readonly sentAt: number; readonly throttled: boolean }[] = [];
  for (let index = 0; index < tenants; index += 1) turns.join(`tenant-${index}`, `tenant-${index}`);

  for (; served.length < tenants; now += 1) {
    for (const { tenantId, sentAt, throttled } of underWay.filter((call) => now - call.sentAt >= CALL_MS)) {
      turns.heard(throttled ? 'throttled' : 'assumed', now, sentAt);
      turns.leave(tenantId);
      if (throttled) turns.join(tenantId, tenantId);
      else served.push(tenantId);
    }
    underWay = underWay.filter((call) => now - call.sentAt < CALL_MS);
    for (let next = turns.next(now); next !== undefined && 'waiter' in next; next = turns.next(now)) {
      const second = Math.floor(now / 1_000);
      const before = sent.get(second) ?? 0;
      sent.set(second, before + 1);
      calls += 1;
      underWay.push({ tenantId: next.waiter, sentAt: now, throttled: before >= callsPerSecond });
    }
  }
  return { calls, served, seconds: now / 1_000 };
}

describe('Turns', () => {
  it('serves 2,000 tenants under an STS of 50 calls a second in less than twice the time that its rate allows, with 1.3 calls for each at most', () => {
    const { calls, served, seconds } = morning(2_000, 50);

    expect(new Set(served).size).toBe(2_000);
    expect(calls).toBeLessThanOrEqual(1.3 * 2_000);
    expect(seconds).toBeLessThan((2 * 2_000) / 50);
  });

  it('says how long the pace wants to wait, and nothing where only a call that ends can make room', () => {
    const turns = new Turns<string>(1);
    turns.tryEnter('acme', 0);
    turns.join('globex', 'waiter');
    expect(turns.next(0)).toBeUndefined();

    turns.heard('throttled', 10, 0);
    turns.leave('acme');
    const next = turns.next(10);

    expect(next).toEqual({ waitMs: expect.closeTo(1_000 / 7) });
    expect(turns.next(10 + 1_000 / 7)).toEqual({ waiter: 'waiter' });
  });

  it('lets nobody slip in before those who wait', () => {
    const turns = new Turns<string>(2);
    turns.tryEnter('acme', 0);
    turns.tryEnter('globex', 0);
    turns.join('initech', 'first');
    turns.leave('acme');

    expect(turns.tryEnter('umbrella', 1)).toBe(false);
    expect(turns.next(1)).toEqual({ waiter: 'first' });
  });
});
