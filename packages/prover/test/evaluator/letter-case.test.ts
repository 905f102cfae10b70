import { describe, expect, it } from 'vitest';
import { decide } from '../../src/evaluator/index.ts';
import { foldCase } from '../../src/evaluator/letter-case.ts';
import { allow, decision, matches, policy, request } from './iam.ts';

const DOTLESS_I = '\u0131';
const DOTTED_I = '\u0130';
const KELVIN = '\u212a';
const LONG_S = '\u017f';

/** Pairs that are equal after converting the whole strings, although they have different characters, or a different number of them. */
const lookAlikes: readonly (readonly [string, string])[] = [
  ['stra\u00dfe', 'STRASSE'],
  ['stra\u00dfe', 'strasse'],
  ['\ufb01le', 'FILE'],
  [`${DOTLESS_I}nitech`, 'initech'],
  [`${DOTLESS_I}nitech`, 'INITECH'],
  [`${DOTTED_I}nitech`, 'initech'],
  [`${DOTTED_I}nitech`, 'i\u0307nitech'],
  [`${KELVIN}unde`, 'kunde'],
  [`${KELVIN}unde`, 'KUNDE'],
  [`${LONG_S}hop`, 'shop'],
  [`${LONG_S}hop`, 'SHOP'],
  ['\u212b', '\u00e5'],
  ['\u00b5', '\u03bc'],
  ['\u1e9e', 'ss'],
];

/** Pairs that differ only in case. */
const pairs: readonly (readonly [string, string])[] = [
  ['acme', 'ACME'],
  ['aCmE-2', 'AcMe-2'],
  ['caf\u00e9', 'CAF\u00c9'],
  ['\u03b1\u03c3', '\u0391\u03a3'],
  ['\u{10428}', '\u{10400}'],
];

describe('StringEqualsIgnoreCase', () => {
  it.each(lookAlikes)('distinguishes %j and %j', (a, b) => {
    for (const [wanted, given] of [
      [a, b],
      [b, a],
    ] as const) {
      expect(matches({ StringEqualsIgnoreCase: { 'aws:x': wanted } }, { 'aws:x': given })).toBe(false);
      expect(matches({ StringNotEqualsIgnoreCase: { 'aws:x': wanted } }, { 'aws:x': given })).toBe(true);
    }
  });

  it.each(pairs)('does not distinguish %j and %j', (a, b) => {
    expect(matches({ StringEqualsIgnoreCase: { 'aws:x': a } }, { 'aws:x': b })).toBe(true);
    expect(matches({ StringNotEqualsIgnoreCase: { 'aws:x': b } }, { 'aws:x': a })).toBe(false);
  });

  it('makes a character equal only to its other case, in all of Unicode', () => {
    const others = new Map<string, string>();
    for (let point = 0; point <= 0x10ffff; point += 1) {
      const character = String.fromCodePoint(point);
      const folded = foldCase(character);
      if (folded === character) continue;
      if (others.has(folded) || foldCase(folded) !== folded || Array.from(folded).length !== 1) throw new Error(character);
      if (point < 0x80 !== folded < '\u0080') throw new Error(character);
      others.set(folded, character);
    }

    expect(others.size).toBeGreaterThan(1000);
    expect(others.get('k')).toBe('K');
  });
});

describe('a name in which case is ignored', () => {
  it('is not a key of the policy if a character only looks similar', () => {
    const condition = { StringEquals: { 'aws:PrincipalTag/kunde': 'acme' } };

    expect(matches(condition, { 'AWS:principaltag/KUNDE': 'acme' })).toBe(true);
    expect(matches(condition, { [`aws:PrincipalTag/${KELVIN}unde`]: 'acme' })).toBe(false);
    expect(matches({ Null: { 'aws:PrincipalTag/kunde': 'false' } }, { [`aws:PrincipalTag/${KELVIN}unde`]: 'acme' })).toBe(false);
  });

  it('does not fill a policy variable if a character only looks similar', () => {
    const own = policy(allow('s3:GetObject', 'arn:aws:s3:::notes/${aws:PrincipalTag/kunde}/*'));
    const iamRequest = (key: string) => request('s3:GetObject', 'arn:aws:s3:::notes/acme/plan', { [`aws:PrincipalTag/${key}`]: 'acme' });

    expect(decide(iamRequest('Kunde'), { role: [own] }).decision).toBe('allow');
    expect(decide(iamRequest(`${KELVIN}unde`), { role: [own] }).decision).toBe('implicit-deny');
  });

  it('is a second key of a request if a character only looks similar, and a duplicate if only case differs', () => {
    const both = { 'aws:PrincipalTag/kunde': 'acme', [`aws:PrincipalTag/${KELVIN}unde`]: 'globex' };

    expect(matches({ StringEquals: { 'aws:PrincipalTag/kunde': 'acme' } }, both)).toBe(true);
    expect(matches({ StringEquals: { 'aws:PrincipalTag/kunde': 'globex' } }, both)).toBe(false);
    expect(() => matches({}, { 'aws:PrincipalTag/\u0391\u03a3': 'acme', 'aws:PrincipalTag/\u03b1\u03c3': 'globex' })).toThrow(
      'is given twice',
    );
  });

  it('is not an action of the policy if a character only looks similar', () => {
    const listed = (action: string) => decision(request(action, '*'), allow('dynamodb:ListBackups'));

    expect(listed('DynamoDB:listBACKUPS')).toBe('allow');
    expect(listed(`dynamodb:ListBac${KELVIN}ups`)).toBe('implicit-deny');
  });
});
