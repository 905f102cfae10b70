import { describe, expect, it } from 'vitest';
import { repeatsKey } from '../../src/identity/repeated-key.ts';

describe('repeatsKey', () => {
  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"a":2}',
    '{"a\\/b":1,"a/b":2}',
    '{"x":{"a":1,"b":2,"a":3}}',
    '[{"a":1},{"a":1,"a":1}]',
    '{"a" : 1 ,\n\t"a"\r\n: 2}',
    '{"__proto__":1,"__proto__":2}',
    '{"":1,"":2}',
    '{"a":{"b":1},"a":{}}',
    '{"a":[{"a":"}"}],"a":0}',
    '{"\\"":1,"\\"":2}',
  ])('finds the key that %s gives twice', (json) => {
    JSON.parse(json);
    expect(repeatsKey(json)).toBe(true);
  });

  it.each([
    '{}',
    '[]',
    'null',
    '"a"',
    '{"a":1,"b":2}',
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '{"a":["a","a"]}',
    '{"a":"\\"a\\":1,\\"a\\":2","b":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":{"b":1},"b":{"b":1}}',
    '{"a\\\\":1,"a":2}',
    '{"A":1,"a":2}',
    '{"a":[{"b":1}],"c":[{"b":1}]}',
  ])('finds none in %s', (json) => {
    JSON.parse(json);
    expect(repeatsKey(json)).toBe(false);
  });

  it('agrees with what JSON.parse made of a thousand nested objects', () => {
    const deep = `${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`;
    expect(repeatsKey(deep)).toBe(false);
    expect(repeatsKey(deep.replace(/1}/, '1,"a":2}'))).toBe(true);
  });
});
