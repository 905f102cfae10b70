import { PermissionSet, TenantIdSet } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { libraryOf, refusal, statement } from './fixtures.ts';

function tagged(operator: string, value = '{{tenant}}'): Record<string, unknown> {
  return statement({ Resource: 'arn:aws:s3:::notes/*', Condition: { [operator]: { 's3:ExistingObjectTag/tenant': value } } });
}

describe('an operator that ignores case', () => {
  it('is refused where ids may differ in case alone', () => {
    const { code, faults } = refusal(() => libraryOf({ x: tagged('StringEqualsIgnoreCase') }));

    expect(code).toBe('template_syntax');
    expect(faults).toBe(
      'template `x` (code/x.json), statement 1 compares the tenant by `StringEqualsIgnoreCase`, and ids may differ in case alone: ' +
        "one tenant's id would stand for another's. Use StringEquals; or leave the ids letters of one case by `variables.tenant`",
    );
  });

  it.each([
    ['with a session tag', tagged('StringEqualsIgnoreCase', '${aws:PrincipalTag/tenant}')],
    ['in other letters, before a set', tagged('ForAnyValue:stringequalsignorecase')],
    ['beside a resource that names the tenant', { ...tagged('StringEqualsIgnoreCase'), Resource: 'arn:aws:s3:::notes/{{tenant}}/*' }],
  ])('is refused %s', (_, template) => {
    expect(refusal(() => libraryOf({ x: template })).faults).toContain('ids may differ in case alone');
    expect(refusal(() => libraryOf({ x: template }, { shared: ['x'] })).faults).toContain('ids may differ in case alone');
  });

  it('is accepted where all letters of ids are of one case', () => {
    const narrowing = { variables: { tenant: { chars: 'A-Z0-9' } }, Statement: tagged('StringEqualsIgnoreCase') };

    expect(() => libraryOf({ x: tagged('StringEqualsIgnoreCase') }, { tenantId: { chars: 'a-z0-9-' } })).not.toThrow();
    expect(() => libraryOf({ x: narrowing })).not.toThrow();
  });

  it.each([
    ['compares no tenant', { ...tagged('StringEqualsIgnoreCase', 'draft'), Resource: 'arn:aws:s3:::notes/{{tenant}}/*' }],
    ['denies', [statement(), { ...tagged('StringEqualsIgnoreCase'), Effect: 'Deny' }]],
    ['leaves out what it names', { ...tagged('StringNotEqualsIgnoreCase'), Resource: 'arn:aws:s3:::notes/{{tenant}}/*' }],
  ])('is accepted where it %s', (_, template) => {
    expect(() => libraryOf({ x: template })).not.toThrow();
  });

  it('is judged again with the ids of whoever resolves the permissions', () => {
    const library = libraryOf({ x: tagged('StringEqualsIgnoreCase') }, { tenantId: { chars: 'a-z0-9-' } });

    expect(() => PermissionSet.from(['x'], { library })).not.toThrow();
    expect(refusal(() => PermissionSet.from(['x'], { library, tenantId: TenantIdSet.from() })).faults).toContain('differ in case alone');
  });
});
