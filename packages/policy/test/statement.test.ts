import { describe, expect, it } from 'vitest';
import { libraryOf, refusal, statement } from './fixtures.ts';

describe('a statement', () => {
  it.each([
    ['another Effect', { Effect: 'allow' }, 'Effect is not one of Allow, Deny'],
    ['no Effect', { Effect: undefined }, 'Effect is not one of Allow, Deny'],
    ['no Action', { Action: undefined }, 'must have either Action or NotAction'],
    ['Action and NotAction', { NotAction: 's3:PutObject' }, 'must have either Action or NotAction'],
    ['no Resource', { Resource: undefined }, 'must have either Resource or NotResource'],
    ['Resource and NotResource', { NotResource: 'arn:aws:s3:::b' }, 'must have either Resource or NotResource'],
    ['an empty list', { Action: [] }, 'Action is an empty list'],
    ['an empty Resource', { Resource: '' }, 'Resource is empty'],
    ['a Resource that is a number', { Resource: [1] }, 'Resource is not a string'],
    ['a Principal', { Principal: '*' }, 'has a Principal'],
    ['a NotPrincipal', { NotPrincipal: '*' }, 'has a Principal'],
    ['a Condition that is a list', { Condition: [] }, 'Condition is not an object'],
    ['an empty Condition', { Condition: {} }, 'Condition is empty'],
    ['an operator without keys', { Condition: { StringEquals: {} } }, 'Condition, StringEquals is empty'],
    ['a key without values', { Condition: { StringEquals: { 's3:prefix': [] } } }, 'Condition, StringEquals, s3:prefix is an empty list'],
    [
      'a value that is an object',
      { Condition: { StringEquals: { 's3:prefix': {} } } },
      'Condition, StringEquals, s3:prefix is not a string',
    ],
    [
      'a condition key twice in different case',
      { Condition: { StringLike: { 's3:prefix': '{{tenant}}/*', 'S3:Prefix': '*' } } },
      'Condition, StringLike has a key twice, in different case',
    ],
    [
      'an operator twice in different case',
      { Condition: { StringLike: { 's3:prefix': '{{tenant}}/*' }, stringLike: { 's3:prefix': '*' } } },
      'Condition has a key twice, in different case',
    ],
    ['a number that is not whole', { Condition: { NumericEquals: { k: 1.5 } } }, 'Condition, NumericEquals, k is not a string'],
    ['a Sid that is not a string', { Sid: 1 }, 'Sid is not a string'],
    ['a misspelt key', { Conditions: {} }, 'has the key "Conditions", which is not known here: did you mean "Condition"?'],
    ['__proto__', JSON.parse('{"__proto__":{}}') as Record<string, unknown>, 'has the key "__proto__"'],
  ])('is rejected with %s', (_, changes, why) => {
    const text = JSON.stringify(
      Object.fromEntries(
        Object.entries({ ...statement(), ...changes }).concat(Object.hasOwn(changes, '__proto__') ? [['__proto__', {}]] : []),
      ),
    );
    const { code, faults } = refusal(() => libraryOf({ x: text }));
    expect(code).toBe('template_syntax');
    expect(faults).toContain(`template \`x\` (code/x.json), statement 1`);
    expect(faults).toContain(why);
  });

  it('is identified in a fault by its number', () => {
    expect(refusal(() => libraryOf({ x: [statement(), statement({ Effect: 'Grant' })] })).faults).toContain('statement 2, Effect');
  });

  it('may have the values true, a number and an empty string, as IAM reads them', () => {
    const { Statement } = libraryOf({
      x: statement({
        Condition: {
          Bool: { 'aws:SecureTransport': true },
          NumericLessThan: { 's3:max-keys': [10] },
          StringEquals: { 's3:prefix': ['', '{{tenant}}/'] },
        },
      }),
    }).get('x');
    expect(Statement[0]?.Condition).toEqual({
      Bool: { 'aws:SecureTransport': 'true' },
      NumericLessThan: { 's3:max-keys': ['10'] },
      StringEquals: { 's3:prefix': ['', '{{tenant}}/'] },
    });
  });

  it('is parsed without its Sid', () => {
    expect(libraryOf({ x: statement({ Sid: 'ReadOwn' }) }).get('x').Statement).toEqual([statement()]);
    expect(libraryOf({ x: statement({ Sid: '' }) }).get('x').Statement).toEqual([statement()]);
  });
});
