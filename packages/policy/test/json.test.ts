import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../src/json.ts';

describe('parseJson', () => {
  it('reads whatever JSON.parse reads, as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom(0, 1, 2), (text, spaces) => {
        const spaced = JSON.stringify(JSON.parse(text), null, spaces);
        expect(JSON.stringify(parseJson(spaced))).toBe(JSON.stringify([JSON.parse(spaced)]));
      }),
    );
  });

  it('refuses whatever JSON.parse refuses, but values separated by commas', () => {
    const mangled = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom('', '"', '{', ']', ':', '\\', '\n', '0', '-', 'x'))
      .map(([text, at, character]) => {
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + character + text.slice(cut + 1);
      });
    fc.assert(
      fc.property(mangled, (text) => {
        if (isJson(text)) return;
        if (isJson(`[${text}]`) && text.trim() !== '') return;
        expect(() => parseJson(text)).toThrow(/JSON|twice in one object/);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['{ "a": 1, "a": 2 }', 'the key "a" twice in one object (line 1, column 11)'],
    ['{ "a": 1, "\\u0061": 2 }', 'the key "a" twice'],
    ['{ "x": [{ "b": {} ,\n "b": {} }] }', 'the key "b" twice in one object (line 2, column 2)'],
    ['{ "__proto__": 1, "__proto__": 2 }', 'the key "__proto__" twice'],
  ])('refuses one key twice: %s', (text, why) => {
    expect(() => parseJson(text)).toThrow(why);
  });

  it('takes a key again in another object', () => {
    expect(JSON.stringify(parseJson('{"a":{"a":1}},{"a":2}'))).toBe('[{"a":{"a":1}},{"a":2}]');
  });

  it.each([
    '{},',
    ',{}',
    '{},,{}',
    '{} {}',
    '[1,]',
    '{"a":1,}',
    "{'a':1}",
    '// no\n{}',
    '',
    ' ',
    '{"a"}',
    '"a',
    '"\n"',
    '01',
    '+1',
    'NaN',
    'undefined',
    '[1',
  ])('refuses %j', (text) => {
    expect(() => parseJson(text)).toThrow(/JSON: (unexpected|it ends)/);
  });

  it('refuses what is nested deeper than any policy', () => {
    expect(() => parseJson('['.repeat(100_000))).toThrow('nested too deeply');
  });

  it('keeps __proto__ and constructor as names like any other', () => {
    const [value] = parseJson('{"__proto__":{"Effect":"Allow"},"constructor":1}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect((value as Record<string, unknown>).Effect).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.getPrototypeOf(parseJson('{}')[0])).toBeNull();
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
