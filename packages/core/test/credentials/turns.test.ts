import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/credentials/turns.ts';
import { stepsOf } from '../steps.ts';

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

  it('goes round the tenants in the order in which they came, and back to the end of the round who has had a turn', () => {
    const turns = new Turns<string>(2);
    turns.tryEnter('acme', 0);
    turns.tryEnter('globex', 0);
    for (const waiter of ['a1', 'a2', 'b1', 'b2', 'c1']) turns.join(`tenant-${waiter[0]}`, waiter);
    turns.quit('tenant-b', 'b1');
    turns.leave('acme');
    turns.leave('globex');

    const order = Array.from({ length: 4 }, () => {
      const next = turns.next(0);
      if (next === undefined || !('waiter' in next)) return next;
      turns.leave(`tenant-${next.waiter[0]}`);
      return next.waiter;
    });

    expect(order).toEqual(['a1', 'b2', 'c1', 'a2']);
    expect(turns.next(0)).toBeUndefined();
    expect(turns.waiting).toBe(0);
  });

  it('passes over a tenant who has its share, and keeps its place in the round', () => {
    const turns = new Turns<string>(4);
    for (const tenant of ['acme', 'acme', 'globex', 'initech']) turns.tryEnter(tenant, 0);
    for (const [tenant, waiter] of [
      ['acme', 'a'],
      ['umbrella', 'u'],
      ['hooli', 'h'],
    ] as const)
      turns.join(tenant, waiter);

    turns.leave('globex');
    expect(turns.next(0)).toEqual({ waiter: 'u' });
    turns.leave('acme');
    expect(turns.next(0)).toEqual({ waiter: 'a' });
    turns.leave('umbrella');
    expect(turns.next(0)).toEqual({ waiter: 'h' });
  });

  describe('with a long line', () => {
    /** A line of this many tenants, behind calls that have all slots; the first of the line has its share already. */
    function lineOf(tenants: number): Turns<string> {
      const turns = new Turns<string>(50);
      for (let slot = 0; slot < 25; slot += 1) {
        turns.tryEnter('tenant-0', 0);
        turns.tryEnter(`busy-${slot}`, 0);
      }
      for (let index = 0; index < tenants; index += 1) turns.join(`tenant-${index}`, `tenant-${index}`);
      return turns;
    }

    it.each<[string, (turns: Turns<string>) => void]>([
      ['an arrival', (turns) => void (turns.join('late', 'late'), turns.next(0))],
      ['an arrival of a tenant who waits already', (turns) => void (turns.join('tenant-3', 'second'), turns.next(0))],
      ['the departure of the first', (turns) => turns.quit('tenant-0', 'tenant-0')],
      ['the departure of one in the middle', (turns) => turns.quit('tenant-5', 'tenant-5')],
      ['a turn, past a tenant who has its share', (turns) => void (turns.leave('busy-0'), turns.next(0), turns.next(0))],
    ])('takes as many steps as with a short one for %s', (_what, act) => {
      const [short, long] = [lineOf(10), lineOf(10_000)];

      expect(stepsOf(() => act(long))).toBe(stepsOf(() => act(short)));
    });

    it('takes as many steps for each who leaves where ten thousand leave at once', () => {
      const [short, long] = [lineOf(100), lineOf(10_000)];
      const leave = (turns: Turns<string>, count: number) => () => {
        for (let index = 0; index < count; index += 1) turns.quit(`tenant-${index}`, `tenant-${index}`);
      };

      expect(stepsOf(leave(long, 10_000))).toBe(100 * stepsOf(leave(short, 100)));
      expect(long.waiting).toBe(0);
    });
  });
});
