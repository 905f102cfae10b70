import { describe, expect, it } from 'vitest';
import { strictInteger } from '../src/strict-integer.ts';

describe('strictInteger', () => {
  it.each(['0', '1', '10', '999'])('reads %j', (text) => {
    expect(strictInteger(text, { min: 0, max: 1000 })).toBe(Number(text));
  });

  it.each([
    '',
    ' ',
    ' 1',
    '1 ',
    '1\n',
    '+1',
    '-1',
    '-0',
    '01',
    '1e1',
    '1E1',
    '0x10',
    '0b1',
    '0o7',
    '1.0',
    '60.5',
    '1_0',
    'NaN',
    'Infinity',
    '\u0661',
    '9999999999999999',
    '1000000000000000000000',
  ])('refuses %j', (text) => {
    expect(strictInteger(text, { min: -10, max: Number.MAX_SAFE_INTEGER })).toBeUndefined();
  });

  it('refuses a number out of range', () => {
    expect(strictInteger('0', { min: 1, max: 10 })).toBeUndefined();
    expect(strictInteger('11', { min: 1, max: 10 })).toBeUndefined();
    expect(strictInteger('10', { min: 1, max: 10 })).toBe(10);
  });
});
