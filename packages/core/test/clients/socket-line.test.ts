import { describe, expect, it } from 'vitest';
import { SocketLine } from '../../src/clients/socket-line.ts';

describe('a line for sockets', () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [200, 100],
  ])('gives one tenant, of %i sockets, %i', (sockets, share) => {
    const line = new SocketLine<string>(sockets);

    expect(Array.from({ length: sockets + 1 }, () => line.enter('acme')).filter(Boolean)).toHaveLength(share);
  });

  it('serves a tenant in order, and the tenants in turn', () => {
    const line = new SocketLine<string>(2);
    line.enter('acme');
    line.enter('globex');
    for (const waiter of ['a1', 'a2', 'a3']) line.join('acme', waiter);
    for (const waiter of ['i1', 'i2']) line.join('initech', waiter);
    line.join('globex', 'g1');

    const woken = ['globex', 'initech', 'acme', 'globex', 'initech'].map((tenant) => line.leave(tenant));

    expect(woken).toEqual(['i1', 'g1', 'i2', 'a1', undefined]);
    expect([line.leave('acme'), line.leave('acme'), line.leave('acme')]).toEqual(['a2', 'a3', undefined]);
    expect(line.isIdle).toBe(true);
  });

  it('passes over a tenant that uses its share', () => {
    const line = new SocketLine<string>(2);
    line.enter('acme');
    line.join('acme', 'a1');

    expect(line.enter('globex')).toBe(true);
    expect(line.leave('globex')).toBeUndefined();
    expect(line.leave('acme')).toBe('a1');
  });

  it('forgets who stepped out, first, last or alone', () => {
    const line = new SocketLine<string>(1);
    line.enter('acme');
    const [first, , last] = ['a1', 'a2', 'a3'].map((waiter) => line.join('acme', waiter));
    const alone = line.join('globex', 'g1');
    for (const waiting of [first, last, alone]) if (waiting !== undefined) line.quit(waiting);

    expect([line.leave('acme'), line.leave('acme')]).toEqual(['a2', undefined]);
    expect(line.isIdle).toBe(true);
  });

  it('keeps nothing of tenants that have gone', () => {
    const line = new SocketLine<string>(1);
    line.enter('acme');
    for (let tenant = 0; tenant < 1_000; tenant += 1) {
      expect(line.enter(`t${tenant}`)).toBe(false);
      line.quit(line.join(`t${tenant}`, 'waiter'));
    }
    line.leave('acme');

    expect(line.isIdle).toBe(true);
  });

  it('uses every socket, and none twice, in whatever order calls come and go', () => {
    const sockets = 7;
    const line = new SocketLine<string>(sockets);
    const inUse = new Map<string, number>();
    const waiting = new Map<string, number>();
    const change = (counts: Map<string, number>, tenant: string, by: number) => counts.set(tenant, (counts.get(tenant) ?? 0) + by);
    const wrong: object[] = [];
    let state = 1;
    const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;

    for (let step = 0; step < 5_000; step += 1) {
      const tenant = `t${random(12)}`;
      if (random(2) === 0) {
        if (line.enter(tenant)) change(inUse, tenant, 1);
        else {
          line.join(tenant, tenant);
          change(waiting, tenant, 1);
        }
      } else if ((inUse.get(tenant) ?? 0) > 0) {
        change(inUse, tenant, -1);
        const woken = line.leave(tenant);
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
