import { ConfigurationError, DEFAULT_TENANT_ID, parseTenantId, type TenantIdOptions, TenantIdSet } from '@tenant-aws/policy';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAcceptable } from '../src/character-class.ts';
import { refusal } from './fixtures.ts';
import { hostileTenantIds, notStrings } from './hostile-values.ts';

const codeUnits = Array.from({ length: 0x1_00_00 }, (_, code) => String.fromCharCode(code));

describe('parseTenantId', () => {
  it.each([
    ['a UUID', '9b2e1c34-5d6f-4a7b-8c9d-0e1f2a3b4c5d'],
    ['a ULID', '01JCZX9T6Y4W0K8Q2N3M5P7R9S'],
    ['Clerk', 'org_2aBcDeFgHiJkLmNoPqRsTuVwXyZ'],
    ['Auth0', 'org_9ybsU1dN2dKfDkBi'],
    ['WorkOS', 'org_01EHZNVPK3SFK441A1RGBFSHRT'],
    ['an ObjectId', '507f1f77bcf86cd799439011'],
    ['a word', 'acme'],
    ['the shortest', 'ac'],
    ['the longest', 'a'.repeat(64)],
    ['a name of a property of all objects', 'constructor'],
  ])('accepts %s unchanged', (_, id) => {
    expect(parseTenantId(id)).toBe(id);
  });

  it.each(hostileTenantIds)('rejects %j', (id) => {
    const { code, message, faults } = refusal(() => parseTenantId(id));
    expect(code).toBe('tenant_invalid');
    expect(DEFAULT_TENANT_ID.admits(id)).toBe(false);
    expect(message).toBe('The tenant id is not acceptable');
    if (id.length > 3) expect(message + faults).not.toContain(id);
  });

  it.each(notStrings)('rejects %s, which is not a string', (id) => {
    expect(refusal(() => parseTenantId(id))).toMatchObject({ code: 'tenant_invalid', faults: expect.stringContaining('not a string') });
  });

  it('never folds an id', () => {
    expect(parseTenantId('ACME')).not.toBe(parseTenantId('acme'));
  });

  it('checks against the given set', () => {
    const set = TenantIdSet.from({ chars: 'a-z', min: 1, max: 3 });
    expect(parseTenantId('a', set)).toBe('a');
    expect(() => parseTenantId('A', set)).toThrow('not acceptable');
    expect(() => parseTenantId('abcd', set)).toThrow('not acceptable');
  });

  it('accepts exactly the ids that match a regular expression of the same class', () => {
    const alphabet = fc.string({ unit: fc.constantFrom('a', 'Z', '5', '_', '-', '.', '/', ' ', '\u00e9'), maxLength: 6 });
    fc.assert(
      fc.property(alphabet, (id) => {
        expect(DEFAULT_TENANT_ID.admits(id)).toBe(/^(?=.{2,64}$)[A-Za-z0-9][A-Za-z0-9_-]*[A-Za-z0-9]$/.test(id));
      }),
    );
  });
});

describe('TenantIdSet', () => {
  it.each([
    ['a range', { chars: 'a-c' }, 'abc'],
    ['a - first', { chars: '-ab' }, '-ab'],
    ['a - last', { chars: 'ab-' }, '-ab'],
    ['a - after a range', { chars: 'a-c-' }, '-abc'],
    ['characters twice', { chars: 'aab-cb' }, 'abc'],
    ['a class that looks negated', { chars: '^a]' }, ']^a'],
  ] satisfies [string, TenantIdOptions, string][])('parses %s', (_, options, expected) => {
    expect([...TenantIdSet.from(options).chars].toSorted().join('')).toBe(expected);
  });

  it('has the default edges that are in its characters, unless edges are given', () => {
    expect([...TenantIdSet.from({ chars: 'a-c_' }).edges].join('')).toBe('abc');
    expect(TenantIdSet.from({ chars: 'a-c_', edges: 'a_' }).admits('_b_')).toBe(true);
  });

  it.each([
    ...[/^[a-z]{2,40}$/, 'a-z', 40, ['a-z'], null].map((options): [string, unknown, string] => [
      `${String(options)} in place of options`,
      options,
      "`tenantId` must be an object such as { chars: 'a-z0-9-', max: 40 }",
    ]),
    ['an unknown key', { char: 'a-z' }, '`tenantId.char` is not an option: did you mean `tenantId.chars`?'],
    ['no characters', { chars: '' }, '`tenantId.chars` must be a string of characters'],
    ['characters that are a list', { chars: ['a'] }, "`tenantId.chars` must be a string of characters such as 'A-Za-z0-9_-', not an array"],
    ['a range in reverse order', { chars: 'z-a' }, 'the range `z` to `a` is in reverse order'],
    ['a - in the middle', { chars: 'a-c-9' }, 'a literal `-` must be the first or the last character'],
    ['a *', { chars: 'a-z*' }, '`tenantId.chars` has `*`, which no tenant id may have'],
    ['a ?', { chars: 'a-z?' }, 'has `?`'],
    ['a $', { chars: 'a-z$' }, 'has `$`'],
    ['braces', { chars: 'a-z{}' }, 'has `{` `}`'],
    ['a quote', { chars: 'a-z"' }, 'has `"`'],
    ['a backslash', { chars: 'a-z\\' }, 'has `\\`'],
    ['a space', { chars: 'a-z ' }, 'has U+0020'],
    ['a letter beyond ASCII', { chars: 'a-z\u00e9' }, 'has U+00E9'],
    ['a range beyond ASCII', { chars: 'a-\uffff' }, 'U+007F'],
    ['an emoji', { chars: 'a-z\ud83d\ude00' }, 'has U+1F600'],
    ['half an emoji', { chars: 'a-z\ud83d' }, 'has U+D83D'],
    ['a range over syntax', { chars: '!-~' }, 'has `"` `$` `*` `?` `\\` `{` `}`'],
    ['edges that are not in chars', { chars: 'a-z', edges: 'a-z_' }, '`tenantId.edges` has `_`, which `tenantId.chars` does not have'],
    ['no character for the edges', { chars: '_-' }, '`tenantId` has no character that may be first and last'],
    ['a min that is greater than max', { min: 5, max: 4 }, '`tenantId.min` (5) is greater than `tenantId.max` (4)'],
    ['a min of 0', { min: 0 }, '`tenantId.min` must be a whole number of at least 1 and at most 256, not 0'],
    ['a max that is not a number', { max: '64' }, '`tenantId.max` must be a whole number of at least 1 and at most 256, not a string'],
    ['a max over the limit', { max: 257 }, 'not 257'],
    ['a min that is not a whole number', { min: 2.5 }, 'not 2.5'],
  ])('refuses %s', (_, options, fault) => {
    expect(refusal(() => TenantIdSet.from(options as TenantIdOptions))).toMatchObject({
      code: 'configuration_invalid',
      faults: expect.stringContaining(fault),
    });
  });

  it('reports every fault in one error', () => {
    expect(refusal(() => TenantIdSet.from({ chars: '*', min: 0, size: 4 } as TenantIdOptions)).faults.split('\n')).toHaveLength(3);
  });

  it('is narrowed only by the given options', () => {
    const wide = TenantIdSet.from({ chars: 'A-Za-z0-9_.@-', max: 128 });
    expect(wide.narrow({}).admits('a@b.example')).toBe(true);
    expect(wide.narrow({ min: 3 }).admits('a.b')).toBe(true);
    expect(wide.narrow({ min: 3 }).admits('ab')).toBe(false);
    expect(wide.narrow({ chars: 'a-z0-9-' }).admits('a.b')).toBe(false);
    expect(wide.narrow({ max: 200, min: 1 })).toMatchObject({ min: 2, max: 128 });
    expect(wide.narrow({ edges: 'a-z' }).admits('1b')).toBe(false);
    expect(DEFAULT_TENANT_ID.narrow({ edges: 'a-z', min: 1 }).admits('1b')).toBe(false);
  });

  it('is never widened by narrowing', () => {
    const parts = {
      chars: fc.constantFrom('a-z', 'A-Za-z0-9_-', 'a-z.', '0-9a-z_@-'),
      min: fc.integer({ min: 1, max: 4 }),
      max: fc.integer({ min: 4, max: 8 }),
      edges: fc.constantFrom('a-z', 'a'),
    };
    const some = fc.record(parts, { requiredKeys: [] });
    const ids = fc.string({ unit: fc.constantFrom('a', 'Z', '5', '_', '.', '@'), maxLength: 8 });
    fc.assert(
      fc.property(some, some, fc.record(parts), ids, (wide, narrowing, all, id) => {
        const set = TenantIdSet.from(wide);
        expect(set.narrow(all).admits(id)).toBe(set.admits(id) && TenantIdSet.from(all).admits(id));
        if (set.narrow(narrowing).admits(id)) expect(set.admits(id)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('accepts exactly the ids whose characters are in its sets', () => {
    const acceptable = codeUnits.filter(isAcceptable).filter((character) => character !== '-');
    const sets = fc
      .tuple(
        fc.subarray(acceptable, { minLength: 1 }),
        fc.constantFrom('', '-'),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 4 }),
      )
      .chain(([chars, hyphen, min, more]) =>
        fc.record({
          chars: fc.constant(chars.join('') + hyphen),
          edges: fc.subarray(chars, { minLength: 1 }).map((edges) => edges.join('')),
          min: fc.constant(min),
          max: fc.constant(min + more),
        }),
      );
    const halfOfPair = fc.constantFrom('\ud83d', '\ude00', '\ud83d\ude00', '\u0080', '\u00ff', '\u0161', '\u2061', '\uff41', '\0');
    fc.assert(
      fc.property(
        sets.chain((options) =>
          fc.tuple(
            fc.constant(TenantIdSet.from(options)),
            fc.oneof(
              fc.string({ unit: fc.constantFrom(...options.chars.split('')), maxLength: 9 }),
              fc.string({ unit: fc.constantFrom(...options.edges.split('')), maxLength: 9 }),
              fc.string({ unit: fc.oneof(fc.constantFrom(...options.edges.split('')), halfOfPair), maxLength: 9 }),
              fc.string({ unit: 'binary', maxLength: 9 }),
            ),
          ),
        ),
        ([set, id]) => {
          const { chars, edges, min, max } = set;
          const first = id.charAt(0);
          const last = id.charAt(id.length - 1);
          const isIn =
            id.length >= min && id.length <= max && edges.has(first) && edges.has(last) && Array.from(id).every((each) => chars.has(each));
          expect(set.admits(id)).toBe(isIn);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('checks every code unit at every position', () => {
    const { chars, edges } = DEFAULT_TENANT_ID;
    const admitted = (idOf: (unit: string) => string) => codeUnits.filter((unit) => DEFAULT_TENANT_ID.admits(idOf(unit)));
    expect(admitted((unit) => `a${unit}b`)).toEqual([...chars].toSorted());
    expect(admitted((unit) => `${unit}ab`)).toEqual([...edges].toSorted());
    expect(admitted((unit) => `ab${unit}`)).toEqual([...edges].toSorted());
  });

  it('has only characters that need no escape in JSON', () => {
    const acceptable = codeUnits.filter(isAcceptable);
    expect(JSON.stringify(acceptable.join(''))).toBe(`"${acceptable.join('')}"`);
    expect(JSON.parse(`"${acceptable.join('')}"`)).toBe(acceptable.join(''));
    for (const unit of [...codeUnits.slice(0, 0x1_00), '\u2028', '\ud83d', '\ude00', '\uffff'].filter((each) => !isAcceptable(each)))
      expect([unit, refusal(() => TenantIdSet.from({ chars: `a${unit}` })).code]).toEqual([unit, 'configuration_invalid']);
  });

  it('accepts no other id after its sets of characters were changed', () => {
    const set = TenantIdSet.from({ chars: 'a-z' });
    for (const characters of [set.chars, set.edges]) (characters as Set<string>).add('"').add('*').add('A');
    for (const id of ['a"b', 'a*b', '*', 'aAb', '"ab', 'ab"']) expect(set.admits(id)).toBe(false);
    expect(refusal(() => set.narrow({ min: 3 })).faults).toBe('`tenantId.chars` has `"`, which no tenant id may have');
  });

  it('rejects options that leave no id', () => {
    expect(() => TenantIdSet.from({ chars: 'a-z' }).narrow({ chars: '0-9' })).toThrow(ConfigurationError);
    expect(() => DEFAULT_TENANT_ID.narrow({ min: 65 })).toThrow(ConfigurationError);
  });
});
