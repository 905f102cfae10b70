import { describe, expect, it } from 'vitest';
import { matches } from './iam.ts';

const KEY = 'dynamodb:LeadingKeys';

type Values = undefined | string | string[];

function context(values: Values): Record<string, string | string[]> {
  return values === undefined ? {} : { [KEY]: values };
}

function under(operator: string, values: Values, policy: string | string[] = 'acme'): boolean {
  return matches({ [operator]: { [KEY]: policy } }, context(values));
}

describe('ForAllValues', () => {
  it.each<[string, Values, boolean]>([
    ['StringEquals', ['acme'], true],
    ['StringEquals', ['acme', 'globex'], false],
    ['StringEquals', ['acme', ''], false],
    ['StringEquals', 'acme', true],
    ['StringNotEquals', ['globex', 'initech'], true],
    ['StringNotEquals', ['globex', 'acme'], false],
    ['StringLike', ['acme', 'ACME'], false],
    // Without values it is true, negated or not.
    ['StringEquals', undefined, true],
    ['StringEquals', [], true],
    ['StringEquals', [''], true],
    ['StringEquals', '', true],
    ['StringNotEquals', undefined, true],
    ['StringNotEquals', [], true],
  ])('%s "acme" of %j: %s', (operator, values, expected) => {
    expect(under(`ForAllValues:${operator}`, values)).toBe(expected);
  });

  it('accepts values that match different values of the policy', () => {
    expect(under('ForAllValues:StringEquals', ['a', 'b'], ['a', 'b', 'c'])).toBe(true);
    expect(under('ForAllValues:StringEquals', ['a', 'd'], ['a', 'b', 'c'])).toBe(false);
  });

  it('is false for every value if the list of the policy is empty', () => {
    expect(under('ForAllValues:StringEquals', ['a'], [])).toBe(false);
    expect(under('ForAllValues:StringEquals', undefined, [])).toBe(true);
  });

  it('accepts every type of value', () => {
    expect(matches({ 'ForAllValues:Bool': { 'x:k': 'true' } }, { 'x:k': ['true', 'false'] })).toBe(false);
    expect(matches({ 'ForAllValues:NumericLessThan': { 'x:k': '3' } }, { 'x:k': ['1', '2'] })).toBe(true);
    expect(
      matches(
        { 'ForAllValues:ArnLike': { 'x:k': 'arn:aws:iam::1:role/*' } },
        { 'x:k': ['arn:aws:iam::1:role/a', 'arn:aws:iam::2:role/a'] },
      ),
    ).toBe(false);
  });
});

describe('ForAnyValue', () => {
  it.each<[string, Values, boolean]>([
    ['StringEquals', ['globex', 'acme'], true],
    ['StringEquals', ['globex'], false],
    ['StringNotEquals', ['globex', 'acme'], true],
    ['StringNotEquals', ['acme'], false],
    // Without values it is false, negated or not.
    ['StringEquals', undefined, false],
    ['StringEquals', [], false],
    ['StringEquals', [''], false],
    ['StringEquals', '', false],
    ['StringNotEquals', undefined, false],
    ['StringNotEquals', [], false],
    ['StringNotEquals', [''], false],
  ])('%s "acme" of %j: %s', (operator, values, expected) => {
    expect(under(`ForAnyValue:${operator}`, values)).toBe(expected);
  });
});

describe('no set operator', () => {
  it.each<[string, Values, boolean]>([
    ['StringEquals', ['globex', 'acme'], true],
    ['StringEquals', ['globex'], false],
    ['StringNotEquals', ['globex', 'acme'], false],
    ['StringNotEquals', ['globex', 'initech'], true],
    ['StringEquals', [], false],
    ['StringNotEquals', [], true],
  ])('%s "acme" of the multivalued %j: %s; a negated operator is the opposite of the positive one', (operator, values, expected) => {
    expect(under(operator, values)).toBe(expected);
  });

  it('is false if a value does not have the type of the operator', () => {
    expect(matches({ NumericNotEquals: { 'x:k': '1' } }, { 'x:k': ['2', 'two'] })).toBe(false);
    expect(matches({ 'ForAnyValue:NumericEquals': { 'x:k': '1' } }, { 'x:k': ['1', 'two'] })).toBe(false);
  });
});

describe('IfExists', () => {
  it.each(['StringEquals', 'StringNotEquals', 'ForAllValues:StringEquals', 'ForAnyValue:StringEquals', 'ForAnyValue:StringNotEquals'])(
    'makes %s true without the key',
    (operator) => {
      expect(under(`${operator}IfExists`, undefined)).toBe(true);
      expect(under(`${operator}IfExists`, [])).toBe(true);
    },
  );

  it('is false for a value that does not match', () => {
    expect(under('StringEqualsIfExists', 'globex')).toBe(false);
    expect(under('StringEqualsIfExists', '')).toBe(false);
    expect(under('ForAllValues:StringEqualsIfExists', ['acme', 'globex'])).toBe(false);
  });
});

describe('Null', () => {
  it.each<[Values, string | string[], boolean]>([
    [undefined, 'true', true],
    [undefined, 'false', false],
    ['acme', 'true', false],
    ['acme', 'false', true],
    ['', 'false', true],
    [['acme'], 'FALSE', true],
    [[], 'true', true],
    [[], 'false', false],
    [[''], 'false', false],
    [['', 'acme'], 'false', true],
    ['acme', ['true', 'false'], true],
    ['acme', [], false],
    [undefined, [], false],
  ])('of %j, %j: %s', (values, wanted, expected) => {
    expect(under('Null', values, wanted)).toBe(expected);
  });
});

describe('a Condition', () => {
  it('requires all its operators and keys', () => {
    const condition = { StringEquals: { 'x:a': '1', 'x:b': '2' }, StringLike: { 'x:c': '3*' } };
    expect(matches(condition, { 'x:a': '1', 'x:b': '2', 'x:c': '33' })).toBe(true);
    expect(matches(condition, { 'x:a': '0', 'x:b': '2', 'x:c': '33' })).toBe(false);
    expect(matches(condition, { 'x:a': '1', 'x:c': '33' })).toBe(false);
    expect(matches(condition, { 'x:a': '1', 'x:b': '2', 'x:c': '4' })).toBe(false);
  });

  it('is true if it is empty', () => {
    expect(matches({}, {})).toBe(true);
    expect(matches({ StringEquals: {} }, {})).toBe(true);
  });

  it('ignores case in names of keys and operators', () => {
    expect(matches({ 'forallvalues:STRINGequalsIFEXISTS': { 'DynamoDB:leadingKEYS': 'acme' } }, { [KEY]: ['acme'] })).toBe(true);
    expect(matches({ StringEquals: { 'aws:principaltag/TENANT': 'acme' } }, { 'AWS:PrincipalTag/tenant': 'acme' })).toBe(true);
  });

  it('reads only own properties of the context', () => {
    expect(matches({ Null: { constructor: 'true', __proto__: 'true', toString: 'true' } }, {})).toBe(true);
    expect(matches({ StringEquals: { ['__proto__']: 'x' } }, {})).toBe(false);
  });
});
