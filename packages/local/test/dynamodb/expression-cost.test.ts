import { describe, expect, it } from 'vitest';
import { refuseCostlyExpressions } from '../../src/services/dynamodb/expression-cost.ts';

const refuse = (FilterExpression: string) => () => refuseCostlyExpressions({ FilterExpression });

describe('refuseCostlyExpressions', () => {
  it.each([
    'a = :a AND (b = :b OR (c = :c AND (d = :d OR (e = :e AND (f = :f OR g = :g)))))',
    Array.from({ length: 60 }, (_, i) => `(NOT contains(a${i}, :v))`).join(' AND '),
    'NOT (a = :a AND NOT (b = :b OR c IN (:c, :d, :e)))',
    `a IN (${Array.from({ length: 100 }, (_, i) => `:v${i}`).join(', ')})`,
    'attribute_exists(a) AND NOT attribute_exists(b) AND NOT attribute_exists(c) AND NOT attribute_exists(d)',
  ])('accepts %s', (expression) => {
    expect(refuse(expression)).not.toThrow();
  });

  it.each([
    `${'('.repeat(9)}a = :a${')'.repeat(9)}`,
    `${'NOT ('.repeat(5)}a = :a${')'.repeat(5)}`,
    `${'not '.repeat(9)}a = :a`,
    Array(40).fill('(((((((a = :a)))))))').join(' OR '),
    `a = :${'a'.repeat(4096)}`,
  ])('rejects %s', (expression) => {
    expect(refuse(expression)).toThrow(expect.objectContaining({ code: 'ValidationException', status: 400 }));
  });

  it('rejects an index beyond any list: dynalite would visit every index before it', () => {
    const refuse = (UpdateExpression: string) => () => refuseCostlyExpressions({ UpdateExpression });
    expect(refuse('SET l[0] = :v, l[399999] = :v, m.l[ 12 ].x = :v')).not.toThrow();
    for (const index of ['4294967290', '400001', ' 99999999 ', '00000000000400001']) {
      expect(refuse(`SET m.l[${index}] = :v`)).toThrow(expect.objectContaining({ code: 'ValidationException', status: 400 }));
    }
  });

  it('checks every kind of expression', () => {
    for (const name of ['ConditionExpression', 'FilterExpression', 'KeyConditionExpression', 'ProjectionExpression', 'UpdateExpression']) {
      expect(() => refuseCostlyExpressions({ [name]: '('.repeat(30) })).toThrow(name);
    }
  });
});
