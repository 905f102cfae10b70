import { describe, expect, it } from 'vitest';
import { stepsOf } from './steps.ts';

describe('stepsOf', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index);
  function* generator(): Generator<number> {
    for (const index of hundred) yield index;
  }

  it.each<[string, Iterable<unknown>]>([
    ['a Map', new Map(hundred.map((index) => [index, index]))],
    ['a Set', new Set(hundred)],
    ['a list', hundred],
    ['a generator', generator()],
  ])('counts a step for each member of %s', (_what, members) => {
    const act = (): void => {
      for (const member of members) if (member === undefined) return;
    };

    expect(stepsOf(act)).toBeGreaterThanOrEqual(100);
  });
});
