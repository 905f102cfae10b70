import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject, JsonError, parseJson } from '../../src/json/index.ts';

const parse = (text: string) => parseJson(text, { maxDepth: 100 });
const parsePortable = (text: string) => parseJson(Buffer.from(text), { maxDepth: 100, portable: true });

interface Sample {
  readonly text: string;
  /** Whether a key is twice in one object. */
  readonly twice: boolean;
}

const keys = fc.constantFrom('"a"', '"\\u0061"', '"b"', '"__proto__"', '"1"', '"\\""');
const { value: samples } = fc.letrec<{ value: Sample; object: Sample; list: Sample }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('1', '"a,b"', '"{\\"a\\":1}"', 'null', '{ }', '[\n]').map((text) => ({ text, twice: false })),
    tie('object'),
    tie('list'),
  ),
  object: fc.array(fc.tuple(keys, tie('value')), { maxLength: 4 }).map((members) => ({
    text: `{${members.map(([key, { text }]) => `${key} : ${text}`).join(' , ')}}`,
    twice: new Set(members.map(([key]) => JSON.parse(key) as string)).size < members.length || members.some(([, { twice }]) => twice),
  })),
  list: fc.array(tie('value'), { maxLength: 4 }).map((elements) => ({
    text: `[${elements.map(({ text }) => text).join(',')}]`,
    twice: elements.some(({ twice }) => twice),
  })),
}));

describe('parseJson', () => {
  it('returns what JSON.parse returns, and rejects a key that is twice in one object', () => {
    fc.assert(
      fc.property(samples, ({ text, twice }) => {
        if (twice) expect(() => parse(text)).toThrow(new JsonError('has a key twice in one object'));
        else expect(JSON.stringify(parse(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 1000 },
    );
  });

  it('finds the end of each string, and so each duplicate, with any escapes', () => {
    const strings = fc
      .array(fc.constantFrom('a', '\\\\', '\\"', '\\u0022', '{', '}', '[', ']', ',', ':'), { maxLength: 6 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(strings, strings, strings, (first, second, member) => {
        const text = `{"${first}":["${member}",{"${member}":"${second}"}],"${second}":"${first}"}`;
        if (JSON.parse(`"${first}"`) === JSON.parse(`"${second}"`))
          expect(() => parse(text)).toThrow(new JsonError('has a key twice in one object'));
        else expect(JSON.stringify(parse(text))).toBe(JSON.stringify(JSON.parse(text)));
        expect(() => parse(text.slice(0, -3))).toThrow(JsonError);
      }),
      { numRuns: 2000 },
    );
  });

  it('returns objects without a prototype, at every level', () => {
    const value = parse('[{"constructor":{"a":[{}]}}]');
    const [outer, inner, innermost] = [value, Object(value)[0].constructor, Object(value)[0].constructor.a[0]];
    expect(Object.getPrototypeOf(Object(outer)[0])).toBeNull();
    expect(Object.getPrototypeOf(inner)).toBeNull();
    expect(Object.getPrototypeOf(innermost)).toBeNull();
  });

  it.each([
    ['is not UTF-8', Buffer.from('"\u00ff"', 'latin1'), {}],
    ['is not JSON', Buffer.from('\ufeff{}'), {}],
    ['is not JSON', '{"secret":', {}],
    ['is nested more than 2 levels deep', '[{"a":[]}]', {}],
    ['is nested more than 2 levels deep', '['.repeat(1_000_000), {}],
    ['has more than 3 members', '[1,[2,3]]', { maxMembers: 3 }],
  ])('reports that a text %s', (message, text, rules) => {
    expect(() => parseJson(text, { maxDepth: 2, ...rules })).toThrow(new JsonError(message));
  });

  it.each([
    ['has a string with a lone surrogate', '"\\ud800"'],
    ['has a string with a lone surrogate', '[{"a":"x\\udfff"}]'],
    ['has a string with a lone surrogate', '{"\\ud83d":1}'],
    ['has a number that is out of range', '[1e999]'],
    ['has a number that is out of range', '{"a":-1e999}'],
    ['has the key `__proto__`', '[{"__proto__":1}]'],
    ['has the key `__proto__`', '{"a":{"\\u005f_proto__":{}}}'],
  ])('reports that a text %s, if values must be portable: %s', (message, text) => {
    expect(() => parsePortable(text)).toThrow(new JsonError(message));
    expect(JSON.stringify(parse(text))).toBe(JSON.stringify(JSON.parse(text)));
  });

  it('accepts surrogate pairs and large numbers if values must be portable', () => {
    expect(parsePortable('["\\ud83d\\ude00", 1e308, -0]')).toEqual(['\u{1f600}', 1e308, -0]);
  });
});

describe('parseJson with `frozen`', () => {
  const rules = { maxDepth: 6, maxMembers: 12 };
  const outcomeOf = (read: () => unknown): unknown => {
    try {
      return { value: JSON.stringify(read()) };
    } catch (error) {
      return error;
    }
  };
  const mangled = fc
    .tuple(samples, fc.nat(), fc.constantFrom('', '"', '{', ']', '\\', ',', '\0', '\ufeff', '\ud800', '1e400', '-0'), fc.boolean())
    .map(([{ text }, at, piece, whole]) => {
      const cut = at % (text.length + 1);
      return whole ? text : text.slice(0, cut) + piece + text.slice(cut + 1);
    });

  it('returns and rejects the same as without it', () => {
    fc.assert(
      fc.property(mangled, (text) => {
        for (const input of [text, Buffer.from(text)])
          expect(outcomeOf(() => parseJson(input, { ...rules, frozen: true }))).toEqual(outcomeOf(() => parseJson(input, rules)));
      }),
      { numRuns: 3000 },
    );
  });

  it('freezes every object and list', () => {
    const isFrozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen));
    fc.assert(
      fc.property(samples, ({ text, twice }) => {
        if (!twice) expect(isFrozen(parseJson(text, { maxDepth: 100, frozen: true }))).toBe(true);
      }),
    );
  });

  it('keeps `__proto__` an own property', () => {
    const value = parseJson('{"__proto__":{"admin":true}}', { maxDepth: 2, frozen: true });
    expect(Object.keys(Object(value))).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object(value).admin).toBeUndefined();
  });
});

describe('isObject', () => {
  it.each([[{}], [Object.create(null)], [new Map()]])('accepts %o', (value) => {
    expect(isObject(value)).toBe(true);
  });

  it.each([[null], [undefined], [[]], ['text'], [1], [() => 1]])('rejects %o', (value) => {
    expect(isObject(value)).toBe(false);
  });
});
