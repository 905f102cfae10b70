import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonList } from '../../src/json/parse-json-list.ts';

const parse = (text: string) => parseJsonList(text, 32);

describe('parseJsonList', () => {
  it('returns what JSON.parse returns', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom(0, 1, 2), (text, spaces) => {
        const spaced = JSON.stringify(JSON.parse(text), null, spaces);
        expect(JSON.stringify(parse(spaced))).toBe(JSON.stringify([JSON.parse(spaced)]));
      }),
    );
  });

  it('rejects what JSON.parse rejects, except values separated by commas', () => {
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
        expect(() => parse(text)).toThrow(/(is not JSON: (unexpected|it ends)|twice in one object).* \(line \d+, column \d+\)$/s);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['{ "a": 1, "a": 2 }', 'the key "a" twice in one object (line 1, column 11)'],
    ['{ "a": 1, "\\u0061": 2 }', 'the key "a" twice'],
    ['{ "x": [{ "b": {} ,\n "b": {} }] }', 'the key "b" twice in one object (line 2, column 2)'],
    ['{ "__proto__": 1, "__proto__": 2 }', 'the key "__proto__" twice'],
  ])('rejects a key that is twice in one object: %s', (text, why) => {
    expect(() => parse(text)).toThrow(why);
  });

  it('accepts a key again in another object', () => {
    expect(JSON.stringify(parse('{"a":{"a":1}},{"a":2}'))).toBe('[{"a":{"a":1}},{"a":2}]');
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
  ])('rejects %j', (text) => {
    expect(() => parse(text)).toThrow(/JSON: (unexpected|it ends)/);
  });

  it('rejects text that is nested too deeply', () => {
    expect(() => parse('['.repeat(100_000))).toThrow('is nested more than 32 levels deep (line 1, column 33)');
  });

  it('keeps __proto__ and constructor as ordinary keys', () => {
    const [value] = parse('{"__proto__":{"Effect":"Allow"},"constructor":1}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect((value as Record<string, unknown>).Effect).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.getPrototypeOf(parse('{}')[0])).toBeNull();
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
