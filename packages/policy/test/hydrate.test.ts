import { PermissionSet, parseTenantId, shipped, TemplateLibrary, TenantAwsError } from '@tenant-aws/policy';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { libraryOf } from './fixtures.ts';
import { hostileTenantIds, hostileValues } from './hostile-values.ts';

/** Tags in every allowed position, twice in one string and next to each other. The patterns accept any value. */
const everywhere = libraryOf({
  x: {
    variables: { a: { pattern: '[^]*' }, b: { pattern: '[^]*' } },
    Statement: [
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: ['arn:aws:s3:::{{a}}/{{tenant}}/{{a}}{{b}}/*', '{{tenant}}'] },
      {
        Effect: 'Deny',
        NotAction: 's3:*',
        NotResource: '{{b}}',
        Condition: { StringLike: { 's3:prefix': ['{{tenant}}/*', '{{a}}'] }, Null: { k: 'false' } },
      },
    ],
  },
});

/** Any text, with much syntax of JSON, Mustache and IAM. */
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '$', '*', '?', ',', '[', ']', ':', 'a', 'u', '0', ' ', '\n'), maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('a', 'B', '9', '_', '-', '.', '/', '#', '@', '&', '<', "'", '`', '=', '%'),
    minLength: 1,
    maxLength: 12,
  }),
  fc.constantFrom(...hostileValues, ...hostileTenantIds),
);

describe('hydration', () => {
  it('puts values only in place of tags: the structure of the document does not change', () => {
    let made = 0;
    fc.assert(
      fc.property(anything, anything, fc.oneof(anything, fc.constantFrom('acme', 'Org_1-x')), (a, b, tenant) => {
        const filled = attempt(() =>
          PermissionSet.from([{ template: 'x', variables: { a, b } }], { library: everywhere }).generatePolicy(parseTenantId(tenant), {
            partition: 'aws',
          }),
        );
        if (filled === undefined) return;
        made += 1;
        const few = (first: string, second: string) => (first === second ? first : [first, second]);
        expect(JSON.parse(filled)).toEqual({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: few(`arn:aws:s3:::${a}/${tenant}/${a}${b}/*`, tenant) },
            {
              Effect: 'Deny',
              NotAction: 's3:*',
              NotResource: b,
              Condition: { StringLike: { 's3:prefix': few(`${tenant}/*`, a) }, Null: { k: 'false' } },
            },
          ],
        });
        expect(`${a}${b}${tenant}`).toMatch(/^[!-~]+$/);
        expect(`${a}${b}${tenant}`).not.toMatch(/[*?${}"\\]/);
      }),
      { numRuns: 3000 },
    );
    expect(made).toBeGreaterThan(20);
  });

  it('adds no tag, wildcard or policy variable to the policy', () => {
    const library = TemplateLibrary.from(shipped());
    const skeleton = (policy: string) => policy.replaceAll(/[^*?${}"\\[\]:,]/g, '');
    const policyOf = (tenant: string, table: string) =>
      attempt(() =>
        PermissionSet.from([{ template: 'dynamodb-leading-keys', variables: { table } }], { library }).generatePolicy(
          parseTenantId(tenant),
          {
            partition: 'aws',
            region: 'us-east-1',
            account: '123456789012',
          },
        ),
      );
    const expected = skeleton(policyOf('acme', 'orders') ?? '');
    fc.assert(
      fc.property(fc.oneof(anything, fc.constant('acme')), fc.oneof(anything, fc.constant('orders')), (tenant, table) => {
        const policy = policyOf(tenant, table);
        if (policy !== undefined) expect(skeleton(policy)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('does not fill a tag in a value', () => {
    expect(
      attempt(() => PermissionSet.from([{ template: 'x', variables: { a: '{{tenant}}', b: 'b' } }], { library: everywhere })),
    ).toBeUndefined();
  });
});

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    expect(error).toBeInstanceOf(TenantAwsError);
    if (error instanceof TenantAwsError) expect(['template_variable', 'tenant_invalid', 'policy_too_large']).toContain(error.code);
    return undefined;
  }
}
