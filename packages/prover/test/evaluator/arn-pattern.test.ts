import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArnWildcards, arnPattern, OPERATOR_WILDCARDS, RESOURCE_WILDCARDS } from '../../src/evaluator/arn-pattern.ts';
import { RequestContext } from '../../src/evaluator/context.ts';
import { matchesTokens } from '../../src/evaluator/glob.ts';

function matches(pattern: string, arn: string, wildcards: ArnWildcards = RESOURCE_WILDCARDS): boolean {
  return matchesTokens(arnPattern([pattern], wildcards)(new RequestContext({})) ?? [], arn);
}

/** The same rule as a regular expression, which backtracks. */
function reference(pattern: string, { crossColons }: ArnWildcards): RegExp {
  let colons = 0;
  const source = Array.from(pattern, (character, at) => {
    if (character === ':') colons++;
    const last = colons >= 5;
    const next = pattern[at + 1];
    if (character === '*') return last || (crossColons && (next === ':' || next === undefined)) ? '[^]*' : '[^:]*';
    if (character === '?') return last ? '[^]' : '[^:]';
    return character;
  });
  return new RegExp(`^${source.join('')}$`);
}

describe('a Resource pattern', () => {
  it.each([
    ['*', 'arn:aws:s3:::b/k', true],
    ['*', '*', true],
    ['arn:aws:s3:::b/*', '*', false],
    ['arn:aws:s3:::b/a*z', 'arn:aws:s3:::b/a:/:z', true],
    ['arn:aws:s3:::b/a?z', 'arn:aws:s3:::b/a:z', true],
    ['arn:aws:s3:*', 'arn:aws:s3:::b/k', true],
    ['arn:aws:s3:::*', 'arn:aws:s3:::b/k', true],
    ['arn:aws:sqs:*:jobs', 'arn:aws:sqs:us-east-1:111122223333:jobs', true],
    ['arn:aws:sqs:us-*-1:111122223333:jobs', 'arn:aws:sqs:us-east-1:111122223333:jobs', true],
    ['arn:aws:sqs:us-*-1:111122223333:jobs', 'arn:aws:sqs:us-east-2:1:x-1:111122223333:jobs', false],
    ['arn:aws:sqs:us-east-?:111122223333:jobs', 'arn:aws:sqs:us-east-::111122223333:jobs', false],
    ['arn:aws:s3:::b/k', 'arn:aws:s3:::B/k', false],
    ['arn:aws:s3:::b/k', 'arn:aws:S3:::b/k', false],
    ['arn:aws:s3:::b', 'arn:aws:s3:::b/k', false],
  ])('compares %s with %s: %s', (pattern, arn, expected) => {
    expect(matches(pattern, arn)).toBe(expected);
  });

  it('has a star at the end of a part that also matches colons, as AWS documents', () => {
    expect(matches('arn:aws:s3:*:*:own/*', 'arn:aws:s3:::other/a:own/x')).toBe(true);
  });
});

describe('the pattern of an ARN operator', () => {
  it.each([
    ['arn:aws:someservice:*:111122223333:finance/*', 'arn:aws:someservice:us-east-2:111122223333:finance/a:b', true],
    // AWS's example of a value that StringLike matches and ArnLike does not.
    [
      'arn:aws:someservice:*:111122223333:finance/*',
      'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt',
      false,
    ],
    ['arn:aws:iam::1:*:y', 'arn:aws:iam::1:role/x:y', true],
    ['arn:aws:iam::*', 'arn:aws:iam::1:role/x', false],
  ])('compares %s with %s: %s', (pattern, arn, expected) => {
    expect(matches(pattern, arn, OPERATOR_WILDCARDS)).toBe(expected);
  });
});

it.each([
  ['a Resource', RESOURCE_WILDCARDS],
  ['an ARN operator', OPERATOR_WILDCARDS],
])('bounds the wildcards of %s by its rule', (_, wildcards) => {
  const pattern = fc.string({ unit: fc.constantFrom('a', ':', ':', '*', '?'), maxLength: 14 });
  const arn = fc.string({ unit: fc.constantFrom('a', 'a', ':'), maxLength: 14 });
  fc.assert(
    fc.property(pattern, arn, (pattern, arn) => {
      expect(matches(pattern, arn, wildcards)).toBe(reference(pattern, wildcards).test(arn));
    }),
    { numRuns: 20_000, seed: 2 },
  );
});
