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

describe('isObject', () => {
  it.each([[{}], [Object.create(null)], [new Map()]])('accepts %o', (value) => {
    expect(isObject(value)).toBe(true);
  });

  it.each([[null], [undefined], [[]], ['text'], [1], [() => 1]])('rejects %o', (value) => {
    expect(isObject(value)).toBe(false);
  });
});
