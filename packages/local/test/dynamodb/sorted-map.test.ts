import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Range, SortedMap } from '../../src/services/dynamodb/sorted-map.ts';

const key = fc.string({ unit: fc.constantFrom('a', 'b', '~'), maxLength: 3 });
const bound = fc.option(key, { nil: undefined });
const ranges = fc.record({ gt: bound, gte: bound, lt: bound, lte: bound, reverse: fc.boolean() }) as fc.Arbitrary<Range>;

function select(keys: Iterable<string>, { gt, gte, lt, lte, reverse = false }: Range): string[] {
  const sorted = [...keys]
    .filter((name) => (gt === undefined || name > gt) && (gte === undefined || name >= gte))
    .filter((name) => (lt === undefined || name < lt) && (lte === undefined || name <= lte))
    .toSorted((a, b) => (a < b ? -1 : 1));
  return reverse ? sorted.toReversed() : sorted;
}

describe('a sorted map', () => {
  it('returns the values of every range in the order of their keys, after every sequence of changes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 60 }), ranges, (changes, range) => {
        const [map, expected] = [new SortedMap(), new Set<string>()];
        for (const [name, isKept] of changes) {
          if (isKept) map.set(name, name);
          else map.delete(name);
          if (isKept) expected.add(name);
          else expected.delete(name);
        }
        expect([...map.range(range)]).toEqual(select(expected, range));
      }),
    );
  });

  it('does not change with its copy, nor the copy with it', () => {
    const map = new SortedMap();
    for (let index = 0; index < 1_000; index += 1) map.set(`key-${index}`, 'old');
    const copy = map.copy();
    for (let index = 0; index < 1_000; index += 2) map.set(`key-${index}`, 'new');
    copy.delete('key-1');
    copy.set('key-3', 'copy');

    expect([...copy.values()].filter((value) => value === 'new')).toEqual([]);
    expect([map.get('key-1'), map.get('key-3'), copy.get('key-1'), copy.get('key-3')]).toEqual(['old', 'old', undefined, 'copy']);
  });
});
