import { describe, expect, it } from 'vitest';
import { parseTokenObject } from '../../src/identity/token-json.ts';

const parse = (json: string): unknown => parseTokenObject('payload', Buffer.from(json));
const refusal = (reason: string): unknown =>
  expect.objectContaining({ code: 'token_invalid', detail: { reason: `the payload ${reason}` } });
const inObject = (json: string): string => `{"claim":${json}}`;
const nested = (levels: number, open: string, close: string, inside = ''): string =>
  `${open.repeat(levels)}${inside}${close.repeat(levels)}`;
const list = (members: number, member: string): string => `[${Array.from({ length: members }, () => member).join(',')}]`;

describe('a key that is twice in one object', () => {
  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"a":2}',
    '{"a\\/b":1,"a/b":2}',
    '{"x":{"a":1,"b":2,"a":3}}',
    '{"x":[{"a":1},{"a":1,"a":1}]}',
    '{"a" : 1 ,\n\t"a"\r\n: 2}',
    '{"__proto__":1,"__proto__":2}',
    '{"constructor":1,"constructor":2}',
    '{"":1,"":2}',
    '{"1":1,"1":2}',
    '{"a":{"b":1},"a":{}}',
    '{"a":{},"a":{"b":1}}',
    '{"a":[1,2,3],"a":[4,5,6]}',
    '{"a":[{"a":"}"}],"a":0}',
    '{"\\"":1,"\\"":2}',
  ])('is rejected in %s', (json) => {
    JSON.parse(json);
    expect(() => parse(json)).toThrow(refusal('has a key twice in one object'));
  });

  it.each([
    '{}',
    '{ }',
    '{"a":1,"b":2}',
    '{"a":{"a":{"a":1}}}',
    '{"x":[{"a":1},{"a":1}]}',
    '{"a":"a","b":"a"}',
    '{"a":["a","a"]}',
    '{"a":"\\"a\\":1,\\"a\\":2","b":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":{"b":1},"b":{"b":1}}',
    '{"a\\\\":1,"a":2}',
    '{"A":1,"a":2}',
    '{"1":1,"01":2}',
    '{"a":[{"b":1}],"c":[{"b":1}]}',
    '{"a":[],"b":{},"c":[ ],"d":{\n}}',
    '{"a":[[],[[]],{},[{}]],"b":{"c":{}}}',
    '{"a,b":"[{,}]","c":",,,","d":"}"}',
    '{"__proto__":{"a":1},"toString":2}',
    '{"a":null,"b":true,"c":-1.5e3}',
  ])('is not found in %s', (json) => {
    expect(parse(json)).toEqual(Object.assign(Object.create(null), JSON.parse(json)));
  });
});

describe('depth', () => {
  it.each([
    ['arrays', nested(15, '[', ']'), nested(16, '[', ']')],
    ['objects', nested(15, '{"a":', '}', '1'), nested(16, '{"a":', '}', '1')],
    ['arrays and objects', nested(7, '[{"a":', '}]', '[]'), nested(8, '[{"a":', '}]', '1')],
  ])('of %s is at most 16', (_, deepest, deeper) => {
    expect(parse(inObject(deepest))).toEqual({ claim: JSON.parse(deepest) });
    expect(() => parse(inObject(deeper))).toThrow(refusal('is nested more than 16 levels deep'));
  });

  it('is counted for each value, not for the whole text', () => {
    expect(parse(inObject(list(20, nested(14, '[', ']'))))).toHaveProperty('claim.19');
  });

  it('does not include brackets in strings', () => {
    expect(parse(inObject(JSON.stringify('[{"'.repeat(500))))).toEqual({ claim: '[{"'.repeat(500) });
  });
});

describe('members', () => {
  it.each([
    ['numbers', '1'],
    ['empty arrays', '[]'],
    ['empty objects with a blank', '{ }'],
    ['strings with commas', '","'],
  ])('that are %s are at most 1,000', (_, member) => {
    expect(parse(inObject(list(999, member)))).toHaveProperty('claim.998');
    expect(() => parse(inObject(list(1_000, member)))).toThrow(refusal('has more than 1000 members'));
  });

  it('of objects count like elements of arrays', () => {
    expect(parse(inObject(list(499, '{"a":1}')))).toHaveProperty('claim.498.a', 1);
    expect(() => parse(inObject(list(500, '{"a":1}')))).toThrow(refusal('has more than 1000 members'));
  });
});

describe('text that is not JSON', () => {
  it.each([
    '',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":"',
    '{"a\\',
    '{"a":1}}',
    '{"a":1]',
    '}{',
    '{"a":1,}',
    '{"a":1,,"b":2}',
    '{,}',
    "{'a':1}",
    '{"a":1}{"b":2}',
    '{"a":"\n"}',
    '{"a":"\\x"}',
    '{"\\x":1}',
    '{"a":01}',
    '{"a":NaN}',
    '\ufeff{}',
    '{"a":1}\0',
    '{"a":1}//',
  ])('is rejected: %j', (text) => {
    expect(() => parse(text)).toThrow(refusal('is not JSON'));
  });

  it('is rejected if its bytes are not UTF-8', () => {
    expect(() => parseTokenObject('header', Buffer.from('{"a":"\u00ff"}', 'latin1'))).toThrow(
      expect.objectContaining({ detail: { reason: 'the header is not UTF-8' } }),
    );
  });
});

it.each(['null', '1', '"text"', '[]', '[{"a":1}]', 'true'])('rejects %s, which is not an object', (json) => {
  expect(() => parse(json)).toThrow(refusal('is not an object'));
});
