import { describe, expect, it } from 'vitest';
import { CallScheduler } from '../../src/credentials/call-scheduler.ts';
import { stepsOf } from '../steps.ts';

const CALL_MS = 20;

/** A cold start in virtual time: all tenants call together. STS accepts `callsPerSecond` and throttles the rest. */
function coldStart(tenants: number, callsPerSecond: number) {
  const scheduler = new CallScheduler<string>(50);
  const served: string[] = [];
  const sent = new Map<number, number>();
  let calls = 0;
  let now = 0;
  let pending: { readonly tenantId: string; readonly sentAt: number; readonly throttled: boolean }[] = [];
  for (let index = 0; index < tenants; index += 1) scheduler.add(`tenant-${index}`, `tenant-${index}`);

  for (; served.length < tenants; now += 1) {
    for (const { tenantId, sentAt, throttled } of pending.filter((call) => now - call.sentAt >= CALL_MS)) {
      scheduler.recordOutcome(throttled ? 'throttled' : 'assumed', now, sentAt);
      scheduler.end(tenantId);
      if (throttled) scheduler.add(tenantId, tenantId);
      else served.push(tenantId);
    }
    pending = pending.filter((call) => now - call.sentAt < CALL_MS);
    for (let next = scheduler.startNext(now); next !== undefined && 'waiter' in next; next = scheduler.startNext(now)) {
      const second = Math.floor(now / 1_000);
      const before = sent.get(second) ?? 0;
      sent.set(second, before + 1);
      calls += 1;
      pending.push({ tenantId: next.waiter, sentAt: now, throttled: before >= callsPerSecond });
    }
  }
  return { calls, served, seconds: now / 1_000 };
}

describe('CallScheduler', () => {
  it('serves 2,000 tenants at 50 calls per second in less than twice the shortest possible time, with at most 1.3 calls for each tenant', () => {
    const { calls, served, seconds } = coldStart(2_000, 50);

    expect(new Set(served).size).toBe(2_000);
    expect(calls).toBeLessThanOrEqual(1.3 * 2_000);
    expect(seconds).toBeLessThan((2 * 2_000) / 50);
  });

  it('reports the wait that the rate demands, and nothing if a call must end first', () => {
    const scheduler = new CallScheduler<string>(1);
    scheduler.tryStart('acme', 0);
    scheduler.add('globex', 'waiter');
    expect(scheduler.startNext(0)).toBeUndefined();

    scheduler.recordOutcome('throttled', 10, 0);
    scheduler.end('acme');
    const next = scheduler.startNext(10);

    expect(next).toEqual({ waitMs: expect.closeTo(1_000 / 7) });
    expect(scheduler.startNext(10 + 1_000 / 7)).toEqual({ waiter: 'waiter' });
  });

  it('starts no new call before the waiting ones', () => {
    const scheduler = new CallScheduler<string>(2);
    scheduler.tryStart('acme', 0);
    scheduler.tryStart('globex', 0);
    scheduler.add('initech', 'first');
    scheduler.end('acme');

    expect(scheduler.tryStart('umbrella', 1)).toBe(false);
    expect(scheduler.startNext(1)).toEqual({ waiter: 'first' });
  });

  it('takes the tenants in order of arrival, and puts a tenant at the end after its turn', () => {
    const scheduler = new CallScheduler<string>(2);
    scheduler.tryStart('acme', 0);
    scheduler.tryStart('globex', 0);
    for (const waiter of ['a1', 'a2', 'b1', 'b2', 'c1']) scheduler.add(`tenant-${waiter[0]}`, waiter);
    scheduler.delete('tenant-b', 'b1');
    scheduler.end('acme');
    scheduler.end('globex');

    const order = Array.from({ length: 4 }, () => {
      const next = scheduler.startNext(0);
      if (next === undefined || !('waiter' in next)) return next;
      scheduler.end(`tenant-${next.waiter[0]}`);
      return next.waiter;
    });

    expect(order).toEqual(['a1', 'b2', 'c1', 'a2']);
    expect(scheduler.startNext(0)).toBeUndefined();
    expect(scheduler.waiting).toBe(0);
  });

  it('skips a tenant that uses its share of the slots, and keeps its position', () => {
    const scheduler = new CallScheduler<string>(4);
    for (const tenant of ['acme', 'acme', 'globex', 'initech']) scheduler.tryStart(tenant, 0);
    for (const [tenant, waiter] of [
      ['acme', 'a'],
      ['umbrella', 'u'],
      ['hooli', 'h'],
    ] as const)
      scheduler.add(tenant, waiter);

    scheduler.end('globex');
    expect(scheduler.startNext(0)).toEqual({ waiter: 'u' });
    scheduler.end('acme');
    expect(scheduler.startNext(0)).toEqual({ waiter: 'a' });
    scheduler.end('umbrella');
    expect(scheduler.startNext(0)).toEqual({ waiter: 'h' });
  });

  describe('with a long queue', () => {
    /** Running calls use all slots, and this many tenants wait. The first of them uses its share of the slots already. */
    function schedulerWith(tenants: number): CallScheduler<string> {
      const scheduler = new CallScheduler<string>(50);
      for (let slot = 0; slot < 25; slot += 1) {
        scheduler.tryStart('tenant-0', 0);
        scheduler.tryStart(`busy-${slot}`, 0);
      }
      for (let index = 0; index < tenants; index += 1) scheduler.add(`tenant-${index}`, `tenant-${index}`);
      return scheduler;
    }

    it.each<[string, (scheduler: CallScheduler<string>) => void]>([
      ['a new waiter', (scheduler) => void (scheduler.add('late', 'late'), scheduler.startNext(0))],
      ['a second waiter of a tenant', (scheduler) => void (scheduler.add('tenant-3', 'second'), scheduler.startNext(0))],
      ['removing the first tenant', (scheduler) => scheduler.delete('tenant-0', 'tenant-0')],
      ['removing a tenant in the middle', (scheduler) => scheduler.delete('tenant-5', 'tenant-5')],
      [
        'starting a call, with one tenant skipped',
        (scheduler) => void (scheduler.end('busy-0'), scheduler.startNext(0), scheduler.startNext(0)),
      ],
    ])('takes as many steps as with a short queue for %s', (_what, act) => {
      const [short, long] = [schedulerWith(10), schedulerWith(10_000)];

      expect(stepsOf(() => act(long))).toBe(stepsOf(() => act(short)));
    });

    it('takes as many steps for each waiter when ten thousand are removed together', () => {
      const [short, long] = [schedulerWith(100), schedulerWith(10_000)];
      const remove = (scheduler: CallScheduler<string>, count: number) => () => {
        for (let index = 0; index < count; index += 1) scheduler.delete(`tenant-${index}`, `tenant-${index}`);
      };

      expect(stepsOf(remove(long, 10_000))).toBe(100 * stepsOf(remove(short, 100)));
      expect(long.waiting).toBe(0);
    });
  });
});
