import { describe, expect, it } from 'vitest';
import { boundedMap } from '../src/bounded-map.ts';

const value = (text: string) => ({ text });

describe('a bounded map', () => {
  it.each([1, 2, 3, 100])('keeps %d members, and evicts the least recently used one first', (max) => {
    const map = boundedMap<object>(max);
    for (let i = 0; i < max; i += 1) map.set(`${i}`, value(`${i}`));
    map.get('0'); // the next oldest is evicted, if there is one
    map.set('new', value('new'));

    const evicted = max === 1 ? '0' : '1';
    expect(map.size).toBe(max);
    expect(map.get(evicted)).toBeUndefined();
    for (let i = 0; i < max; i += 1) if (`${i}` !== evicted) expect(map.get(`${i}`)).toEqual(value(`${i}`));
    expect(map.get('new')).toEqual(value('new'));
  });

  it('disposes of each member that is evicted, replaced or deleted, once', () => {
    const disposed: unknown[] = [];
    const map = boundedMap<{ text: string }>(2, ({ text }, key) => disposed.push([key, text]));
    map.set('a', value('first')).set('a', value('second')).set('b', value('b')).set('c', value('c'));
    map.delete('b');
    map.delete('b');

    expect(disposed).toEqual([
      ['a', 'first'],
      ['a', 'second'],
      ['b', 'b'],
    ]);
  });

  it('never keeps more than its limit, in any order of changes', () => {
    const map = boundedMap<object>(10);
    for (let i = 0; i < 2_000; i += 1) {
      map.set(`${(i * 7) % 31}`, value(`${i}`));
      if (i % 3 === 0) map.delete(`${(i * 5) % 31}`);
      if (i % 50 === 0) map.clear();
      expect(map.size).toBeLessThanOrEqual(10);
      expect([...map.keys()]).toHaveLength(map.size);
    }
  });
});
