import { describe, expect, it } from 'vitest';
import { operatorText } from '../src/operator-text.ts';

describe('operatorText', () => {
  it.each([
    ['eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.', '[redacted]'],
    ['a token abcdefghijklmnopqrst.abcdefghijklmnopqrst.abcdefghij', 'a token [redacted]'],
    ['Authorization: Bearer short', 'Authorization: [redacted]'],
    ['key ASIAIOSFODNN7EXAMPLE', 'key [redacted]'],
    ['secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY.', 'secret [redacted].'],
    [`session ${'IQoJb3JpZ2lu+/'.repeat(20)}==`, 'session [redacted]'],
    ['a\r\nb\u0000c\u001b[31md\u0085e\u2028f\u2029g\u202eh\u200bi', 'a b c [31md e f g h i'],
    ['100%s %o', '100\\x25s \\x25o'],
    ['Could not resolve credentials using profile: [staging] in configuration/credentials file(s).', undefined],
    ['https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_example/.well-known/jwks.json responded with status 500', undefined],
  ])('returns one line without secrets: %j', (text, expected = text) => {
    expect(operatorText(text)).toBe(expected);
  });

  it('is at most `max` characters long, and takes linear time for a text of any length', () => {
    expect(operatorText('word '.repeat(100), 20)).toHaveLength(21);
    for (const text of ['x', 'x.', 'eyJ', 'Bearer ', 'A/', '\n', 'ASIA'])
      expect(operatorText(text.repeat(1_000_000), 50).length).toBeLessThan(60);
  });
});
