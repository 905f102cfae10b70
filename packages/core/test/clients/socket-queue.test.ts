import { describe, expect, it } from 'vitest';
import { SocketQueue } from '../../src/clients/socket-queue.ts';

describe('SocketQueue', () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [200, 100],
  ])('of %i sockets, gives one tenant %i', (sockets, share) => {
    const queue = new SocketQueue<string>(sockets);

    expect(Array.from({ length: sockets + 1 }, () => queue.tryAcquire('acme')).filter(Boolean)).toHaveLength(share);
  });

  it('serves the calls of a tenant in order, and tenants in turn', () => {
    const queue = new SocketQueue<string>(2);
    queue.tryAcquire('acme');
    queue.tryAcquire('globex');
    for (const waiter of ['a1', 'a2', 'a3']) queue.wait('acme', waiter);
    for (const waiter of ['i1', 'i2']) queue.wait('initech', waiter);
    queue.wait('globex', 'g1');

    const woken = ['globex', 'initech', 'acme', 'globex', 'initech'].map((tenant) => queue.release(tenant));

    expect(woken).toEqual(['i1', 'g1', 'i2', 'a1', undefined]);
    expect([queue.release('acme'), queue.release('acme'), queue.release('acme')]).toEqual(['a2', 'a3', undefined]);
    expect(queue.isIdle).toBe(true);
  });

  it('skips a tenant that uses its share', () => {
    const queue = new SocketQueue<string>(2);
    queue.tryAcquire('acme');
    queue.wait('acme', 'a1');

    expect(queue.tryAcquire('globex')).toBe(true);
    expect(queue.release('globex')).toBeUndefined();
    expect(queue.release('acme')).toBe('a1');
  });

  it('forgets a cancelled waiter: first, last or only one', () => {
    const queue = new SocketQueue<string>(1);
    queue.tryAcquire('acme');
    for (const waiter of ['a1', 'a2', 'a3']) queue.wait('acme', waiter);
    queue.wait('globex', 'g1');
    queue.cancel('acme', 'a1');
    queue.cancel('acme', 'a3');
    queue.cancel('globex', 'g1');

    expect([queue.release('acme'), queue.release('acme')]).toEqual(['a2', undefined]);
    expect(queue.isIdle).toBe(true);
  });

  it('keeps no state of tenants without calls', () => {
    const queue = new SocketQueue<string>(1);
    queue.tryAcquire('acme');
    for (let tenant = 0; tenant < 1_000; tenant += 1) {
      expect(queue.tryAcquire(`t${tenant}`)).toBe(false);
      queue.wait(`t${tenant}`, 'waiter');
      queue.cancel(`t${tenant}`, 'waiter');
    }
    queue.release('acme');

    expect(queue.isIdle).toBe(true);
  });

  it('uses every socket, and none twice, for any order of calls', () => {
    const sockets = 7;
    const queue = new SocketQueue<{ tenant: string }>(sockets);
    const inUse = new Map<string, number>();
    const waiting = new Map<string, number>();
    const change = (counts: Map<string, number>, tenant: string, by: number) => counts.set(tenant, (counts.get(tenant) ?? 0) + by);
    const wrong: object[] = [];
    let state = 1;
    const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;

    for (let step = 0; step < 5_000; step += 1) {
      const tenant = `t${random(12)}`;
      if (random(2) === 0) {
        if (queue.tryAcquire(tenant)) change(inUse, tenant, 1);
        else {
          queue.wait(tenant, { tenant });
          change(waiting, tenant, 1);
        }
      } else if ((inUse.get(tenant) ?? 0) > 0) {
        change(inUse, tenant, -1);
        const woken = queue.release(tenant)?.tenant;
        if (woken !== undefined) {
          change(inUse, woken, 1);
          change(waiting, woken, -1);
        }
      }
      const used = [...inUse.values()].reduce((sum, count) => sum + count, 0);
      const isWithin = used <= sockets && [...inUse.values()].every((count) => count <= 3);
      const isFair = [...waiting].every(([name, count]) => count === 0 || used === sockets || inUse.get(name) === 3);
      if (!isWithin || !isFair) wrong.push({ step, inUse: [...inUse], waiting: [...waiting] });
    }
    expect(wrong).toEqual([]);
  });
});
