import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonError } from '@tenant-aws/policy/json';
import { parseStrictJson } from '../src/strict-json.ts';

const parse = (text: string) => parseStrictJson(Buffer.from(text));

describe('parseStrictJson', () => {
  it('parses the output of JSON.stringify, with and without white space', () => {
    const json = fc.json({ maxDepth: 6 }).filter((text) => !text.includes('__proto__') && text.isWellFormed());
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2, '\t'), (text, indent) => {
        const value: unknown = JSON.parse(text);
        expect(parse(JSON.stringify(value, undefined, indent))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('accepts only text that JSON.parse accepts, with the same value', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '0',
      '.',
      'e',
      '+',
      'true',
      'null',
      ' ',
      '\n',
      '\u00a0',
      '/',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (tokens) => {
        const text = tokens.join('');
        const ours = attempt(() => parse(text));
        const theirs = attempt(() => JSON.parse(text) as unknown);
        if (ours.read) expect(ours).toEqual(theirs);
      }),
      { numRuns: 5000 },
    );
  });

  it('returns objects without a prototype', () => {
    expect(Object.getPrototypeOf(parse('{"constructor":1}'))).toBeNull();
  });

  it('parses a long string and a long array', () => {
    const long = 'x"\\\n\u{1f600}'.repeat(200_000);
    expect(parse(JSON.stringify([long, { [long]: long }]))).toEqual([long, { [long]: long }]);
    expect(parse(`[${'1,'.repeat(200_000)}1]`)).toHaveLength(200_001);
  });

  it('parses a string of escapes that is as long as a body may be', () => {
    const escapes = '\\"'.repeat(4_000_000);
    expect(parse(`["${escapes}"]`)).toEqual(['"'.repeat(4_000_000)]);
    expect(() => parse(`["${escapes}]`)).toThrow(JsonError);
  });

  it.each(['"\\\\"', '"\\\\\\""', '"a\\\\","b"', '"\\"', '"\\\\\\"', '"', '"\\'])(
    'finds the end of the string %s as JSON.parse does',
    (text) => {
      expect(attempt(() => parse(`[${text}]`))).toEqual(attempt(() => JSON.parse(`[${text}]`)));
    },
  );

  it.each([
    '',
    ' ',
    '01',
    '1.',
    '.5',
    '+1',
    '-',
    '1e',
    '0x1',
    'NaN',
    'Infinity',
    "'a'",
    '"a',
    '[1,]',
    '[,1]',
    '{a:1}',
    '{"a"}',
    '{"a":1,}',
    '[1 2]',
    'nul',
    'truefalse',
    '1 2',
    '"\t"',
    '"\\x41"',
    '"\\u12"',
    '\u00a01',
  ])('rejects %j', (text) => {
    expect(() => parse(text)).toThrow(JsonError);
  });
});

function attempt(read: () => unknown): { readonly read: boolean; readonly value?: unknown } {
  try {
    return { read: true, value: read() };
  } catch {
    return { read: false };
  }
}
