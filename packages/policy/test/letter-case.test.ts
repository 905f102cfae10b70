import { PermissionSet, TenantIdSet } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { libraryOf, refusal, statement } from './fixtures.ts';

function tagged(operator: string, value = '{{tenant}}'): Record<string, unknown> {
  return statement({ Resource: 'arn:aws:s3:::notes/*', Condition: { [operator]: { 's3:ExistingObjectTag/tenant': value } } });
}

describe('an operator that ignores case', () => {
  it('is rejected when two ids may differ only in case', () => {
    const { code, faults } = refusal(() => libraryOf({ x: tagged('StringEqualsIgnoreCase') }));

    expect(code).toBe('template_syntax');
    expect(faults).toBe(
      'template `x` (code/x.json), statement 1 compares the tenant by `StringEqualsIgnoreCase`, and two ids may differ only in case: ' +
        "one tenant's id would match another's. Use StringEquals, or allow letters of one case only by `variables.tenant`",
    );
  });

  it.each([
    ['with a session tag', tagged('StringEqualsIgnoreCase', '${aws:PrincipalTag/tenant}')],
    ['in lower case, after a set operator', tagged('ForAnyValue:stringequalsignorecase')],
    [
      'in addition to a resource that names the tenant',
      { ...tagged('StringEqualsIgnoreCase'), Resource: 'arn:aws:s3:::notes/{{tenant}}/*' },
    ],
  ])('is rejected %s', (_, template) => {
    expect(refusal(() => libraryOf({ x: template })).faults).toContain('ids may differ only in case');
    expect(refusal(() => libraryOf({ x: template }, { shared: ['x'] })).faults).toContain('ids may differ only in case');
  });

  it('is accepted when all letters of ids have one case', () => {
    const narrowing = { variables: { tenant: { chars: 'A-Z0-9' } }, Statement: tagged('StringEqualsIgnoreCase') };

    expect(() => libraryOf({ x: tagged('StringEqualsIgnoreCase') }, { tenantId: { chars: 'a-z0-9-' } })).not.toThrow();
    expect(() => libraryOf({ x: narrowing })).not.toThrow();
  });

  it.each([
    ['does not compare the tenant', { ...tagged('StringEqualsIgnoreCase', 'draft'), Resource: 'arn:aws:s3:::notes/{{tenant}}/*' }],
    ['denies', [statement(), { ...tagged('StringEqualsIgnoreCase'), Effect: 'Deny' }]],
    ['is negated', { ...tagged('StringNotEqualsIgnoreCase'), Resource: 'arn:aws:s3:::notes/{{tenant}}/*' }],
  ])('is accepted when it %s', (_, template) => {
    expect(() => libraryOf({ x: template })).not.toThrow();
  });

  it('is checked again with the ids of the PermissionSet', () => {
    const library = libraryOf({ x: tagged('StringEqualsIgnoreCase') }, { tenantId: { chars: 'a-z0-9-' } });

    expect(() => PermissionSet.from(['x'], { library })).not.toThrow();
    expect(refusal(() => PermissionSet.from(['x'], { library, tenantId: TenantIdSet.from() })).faults).toContain('differ only in case');
  });
});
