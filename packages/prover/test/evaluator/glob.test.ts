import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANY_ONE, ANY_RUN, globTokens, matchesGlob, matchesTokens, PART_ONE, PART_RUN } from '../../src/evaluator/glob.ts';

/** The definition of a glob, implemented literally. It takes exponential time. */
function naive(pattern: string, value: string): boolean {
  if (pattern === '') return value === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*') return naive(rest, value) || (value !== '' && naive(pattern, value.slice(1)));
  return value !== '' && (pattern[0] === '?' || pattern[0] === value[0]) && naive(rest, value.slice(1));
}

/** A text that counts how often its characters are read. */
class CountedText {
  steps = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get length(): number {
    return this.#text.length;
  }

  charCodeAt(at: number): number {
    this.steps++;
    return this.#text.charCodeAt(at);
  }
}

describe('matchesGlob', () => {
  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'a/b:c\n', true],
    ['?', '', false],
    ['?', 'a', true],
    ['?', 'ab', false],
    ['a', 'A', false],
    ['notes/acme/*', 'notes/acme/', true],
    ['notes/acme/*', 'notes/acme', false],
    ['notes/acme/*', 'notes/acme-2/x', false],
    ['*/test/*', '1///test///object.jpg', true],
    ['*/test/*', '/test/object.jpg', true],
    ['*/test/*', '1-test/object.jpg', false],
    ['*?*', '', false],
    ['a*b*a', 'aba', true],
    ['a*b*a', 'ab', false],
    ['[a].+(b)|^$\\', '[a].+(b)|^$\\', true],
    ['[a].+(b)|^$\\', 'axb', false],
    ['**', 'x', true],
  ])('compares %j with %j: %s', (pattern, value, matches) => {
    expect(matchesGlob(pattern, value)).toBe(matches);
  });

  it('agrees with the definition of a glob', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?'), maxLength: 8 });
    const value = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, value, (pattern, value) => {
        expect(matchesGlob(pattern, value)).toBe(naive(pattern, value));
      }),
      { numRuns: 5_000, seed: 1 },
    );
  });

  it.each([
    ['many runs that almost match', `${'*a'.repeat(200)}b`, 'a'.repeat(1_000)],
    ['many runs in a row', `${'*'.repeat(500)}b`, 'a'.repeat(1_000)],
    ['a long literal after a run', `*${'a'.repeat(500)}b`, 'a'.repeat(1_000)],
    ['alternating runs and single characters', `${'*?'.repeat(200)}b`, 'a'.repeat(1_000)],
  ])('needs at most text times pattern steps for %s', (_, pattern, value) => {
    const text = new CountedText(value);
    expect(matchesTokens(globTokens(pattern), text)).toBe(false);
    expect(text.steps).toBeLessThanOrEqual(2 * pattern.length * value.length);
  });

  it('reads every character about once for a common pattern', () => {
    const text = new CountedText(`notes/acme/${'x'.repeat(1_000)}`);
    expect(matchesTokens(globTokens('notes/acme/*'), text)).toBe(true);
    expect(text.steps).toBeLessThanOrEqual(2 * text.length);
  });
});

describe('matchesTokens', () => {
  it('agrees with a regular expression if wildcards bounded by colons come first', () => {
    type Step = readonly [token: number, source: string];
    const literals: Step[] = [
      [97, 'a'],
      [98, 'b'],
      [58, ':'],
    ];
    const run: Step = [ANY_RUN, '[^]*'];
    const bounded = fc.constantFrom<Step>(...literals, run, [PART_RUN, '[^:]*'], [PART_ONE, '[^:]']);
    const free = fc.constantFrom<Step>(...literals, run, [ANY_ONE, '[^]']);
    const steps = fc
      .tuple(fc.array(bounded, { maxLength: 8 }), fc.array(free, { maxLength: 5 }))
      .map(([first, last]) => [...first, ...last]);
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: 12 });
    fc.assert(
      fc.property(steps, text, (steps, text) => {
        const tokens = steps.map(([token]) => token);
        const reference = new RegExp(`^${steps.map(([, source]) => source).join('')}$`);
        expect(matchesTokens(tokens, text)).toBe(reference.test(text));
      }),
      { numRuns: 20_000, seed: 4 },
    );
  });
});
