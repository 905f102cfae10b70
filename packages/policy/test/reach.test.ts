import { PermissionSet, parseTenantId, PolicyGenerator, shipped, TemplateLibrary, TenantIdSet } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { libraryOf, refusal, statement } from './fixtures.ts';

const leadingKeys = (operator: string, value: string) =>
  statement({
    Action: 'dynamodb:GetItem',
    Resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders',
    Condition: { [operator]: { 'dynamodb:LeadingKeys': value } },
  });

const folders = { x: statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}/*' }) };

const secrets = (name: string) =>
  statement({ Action: 'secretsmanager:GetSecretValue', Resource: `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}` });

describe('a wildcard that an id can extend into', () => {
  it.each([
    ['directly after the tenant', statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}*' })],
    ['after a delimiter that ids may have', statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}-*' })],
    ['after text that ids may have', statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}_files-*/x' })],
    ['of one character', statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}?/x' })],
    ['after a fixed number of characters', secrets('{{tenant}}-??????*')],
    ['of a fixed number of characters, without a delimiter', secrets('{{tenant}}??????')],
    ['before the tenant', statement({ Resource: 'arn:aws:s3:::*{{tenant}}/x' })],
    ['before a delimiter that ids may have', statement({ Resource: 'arn:aws:s3:::*-{{tenant}}/x' })],
    ['after the account and the region', statement({ Resource: 'arn:aws:s3:::{{tenant}}-{{account}}-{{region}}-*' })],
    ['before the partition', statement({ Resource: 'arn:aws:s3:::*-{{partition}}-{{tenant}}/x' })],
    ['in one of several resources', statement({ Resource: ['arn:aws:s3:::notes/{{tenant}}/*', 'arn:aws:s3:::notes/{{tenant}}*'] })],
    ['after a session tag', statement({ Resource: 'arn:aws:s3:::notes/${aws:PrincipalTag/tenant}*' })],
    ['after a session tag and characters that ids may have', statement({ Resource: 'arn:aws:s3:::notes/${ aws:principaltag/Tenant }-x*' })],
    ['before a session tag', statement({ Resource: 'arn:aws:s3:::*${aws:PrincipalTag/tenant}/x' })],
    ['after the tenant and a session tag', statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}${aws:PrincipalTag/team}*' })],
    ['in a condition that takes patterns', leadingKeys('ForAllValues:StringLike', '{{tenant}}-*')],
    ['in a condition on ARNs', leadingKeys('ArnEquals', 'arn:aws:sns:us-east-1:123456789012:{{tenant}}*')],
  ])('is rejected %s', (_where, Statement) => {
    const { code, faults } = refusal(() => libraryOf({ x: Statement }));

    expect(code).toBe('template_syntax');
    expect(faults).toMatch(
      /statement 1 has a wildcard .* `(\{\{tenant\}\}|\$\{aws:PrincipalTag\/tenant\}|\$\{ aws:principaltag\/Tenant \})`.*: one tenant's id could reach into another's/,
    );
  });

  it.each([
    ['a character that no id may have is between', statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}#*' })],
    ['a character that no id may have is after a session tag', statement({ Resource: 'arn:aws:s3:::notes/${aws:PrincipalTag/tenant}/*' })],
    ['a fixed number of characters ends the string, as in the names of secrets', secrets('{{tenant}}-??????')],
    ['the operator does not take patterns', leadingKeys('ForAllValues:StringEquals', '{{tenant}}*')],
    ['it is the policy variable ${*}', statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}${*}' })],
    ['it is in a Deny', [statement(), statement({ Effect: 'Deny', Resource: 'arn:aws:s3:::notes/{{tenant}}*' })]],
    ['it is in a negated condition', [statement({ Condition: { StringNotLike: { 's3:prefix': '{{tenant}}*' } } })]],
  ])('is accepted when %s', (_why, Statement) => {
    expect(() => libraryOf({ x: Statement })).not.toThrow();
  });

  it('is accepted when all ids have one length, so that no id begins or ends with another', () => {
    const tenantId = { min: 36, max: 36 };

    expect(() => libraryOf({ x: statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}*' }) }, { tenantId })).not.toThrow();
  });

  it('is accepted when the template excludes the delimiter from the ids', () => {
    const template = {
      variables: { tenant: { chars: 'a-z0-9' } },
      Statement: statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}-*' }),
    };

    expect(() => libraryOf({ x: template })).not.toThrow();
  });

  it('is accepted when the account or the region has a character that no id has', () => {
    const ids = (chars: string) => ({ variables: { tenant: { chars } } });

    for (const [chars, Resource] of [
      ['a-z-', 'arn:aws:s3:::{{tenant}}-{{account}}-*'],
      ['a-z0-9', 'arn:aws:s3:::{{tenant}}{{region}}*'],
    ] as const)
      expect(() => libraryOf({ x: { ...ids(chars), Statement: statement({ Resource }) } })).not.toThrow();
  });

  it('is checked again with the values of variables', () => {
    const template = {
      variables: { delimiter: { pattern: '.*' } },
      Statement: statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}{{delimiter}}*' }),
    };
    const library = libraryOf({ x: template });
    const set = (delimiter: string) => PermissionSet.from([{ template: 'x', variables: { delimiter } }], { library });

    expect(refusal(() => set('-')).code).toBe('template_syntax');
    expect(() => set('.')).not.toThrow();
  });

  it('is checked again with the ids of the PermissionSet', () => {
    const library = libraryOf({ x: statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}-*' }) }, { tenantId: { chars: 'a-z' } });

    expect(() => PermissionSet.from(['x'], { library })).not.toThrow();
    expect(refusal(() => PermissionSet.from(['x'], { library, tenantId: TenantIdSet.from() })).code).toBe('template_syntax');
  });

  it('is rejected in a statement of a shared template that names the tenant', () => {
    const news = statement({ Resource: 'arn:aws:s3:::news/*' });
    const own = (name: string) => [news, statement({ Resource: `arn:aws:s3:::notes/${name}` })];

    expect(() => libraryOf({ x: own('{{tenant}}/*') }, { shared: ['x'] })).not.toThrow();
    expect(refusal(() => libraryOf({ x: own('{{tenant}}*') }, { shared: ['x'] })).faults).toContain('statement 2 has a wildcard after');
    expect(refusal(() => libraryOf({ x: own('{{tenant}}/*') }, { shared: ['x'], tenantId: { chars: 'a-z/' } })).faults).toContain(
      'statement 2 has `/` next to',
    );
  });

  it('is checked again in a shared template with variables and ids', () => {
    const template = {
      variables: { delimiter: { pattern: '.*' } },
      Statement: statement({ Resource: ['arn:aws:s3:::news/*', 'arn:aws:s3:::notes/{{tenant}}{{delimiter}}*'] }),
    };
    const library = libraryOf({ x: template }, { shared: ['x'] });
    const set = (delimiter: string, tenantId?: TenantIdSet) =>
      PermissionSet.from([{ template: 'x', variables: { delimiter } }], { library, ...(tenantId && { tenantId }) });

    expect(() => set('.')).not.toThrow();
    expect(refusal(() => set('-')).code).toBe('template_syntax');
    expect(refusal(() => set('.', TenantIdSet.from({ chars: 'a-z.' }))).code).toBe('template_syntax');
  });
});

describe('a set of ids that is wider than the default', () => {
  it('is rejected when a template has one of its characters next to the tenant', () => {
    const { code, faults } = refusal(() => TemplateLibrary.from(shipped(), { tenantId: { chars: 'A-Za-z0-9_/-' } }));
    expect(code).toBe('template_syntax');
    expect(faults).toContain(
      "s3-folder-per-tenant.json), statement 1 has `/` next to `{{tenant}}`, and `tenantId` allows it in ids: one tenant's id could reach into another's",
    );
    expect(faults).toContain('s3-folder-per-tenant.json), statement 2 has `/`');
    expect(faults).not.toContain('dynamodb-leading-keys');
  });

  it.each([
    ['after it', '{{tenant}}.idx', '.'],
    ['before it', 'app.{{tenant}}', '.'],
    ['in a condition', undefined, '#'],
  ])('is rejected for a character %s', (_, resource, character) => {
    const template =
      resource === undefined
        ? statement({ Resource: 'arn:aws:s3:::b', Condition: { StringLike: { k: ['{{tenant}}#*'] } } })
        : statement({ Resource: resource });
    expect(refusal(() => libraryOf({ x: template }, { tenantId: { chars: `a-z${character}` } })).faults).toContain(
      `has \`${character}\` next to \`{{tenant}}\``,
    );
    expect(() => libraryOf({ x: template })).not.toThrow();
  });

  it('is rejected for a character next to a session tag', () => {
    const template = statement({ Resource: 'arn:aws:s3:::notes/${aws:PrincipalTag/tenant}/*' });

    expect(refusal(() => libraryOf({ x: template }, { tenantId: { chars: 'a-z/' } })).faults).toContain(
      'statement 1 has `/` next to `${aws:PrincipalTag/tenant}`, and `tenantId` allows it in ids',
    );
    expect(() => libraryOf({ x: template }, { tenantId: { chars: 'a-z.' } })).not.toThrow();
  });

  it('is rejected for a character in the value of a variable', () => {
    const library = libraryOf({
      x: { variables: { before: { pattern: '.*' } }, Statement: statement({ Resource: 'arn:aws:s3:::{{before}}{{tenant}}/*' }) },
    });
    const tenantId = TenantIdSet.from({ chars: 'a-z.' });
    expect(refusal(() => PermissionSet.from([{ template: 'x', variables: { before: 'app.' } }], { library, tenantId })).faults).toContain(
      'has `.` next to',
    );
    expect(() => PermissionSet.from([{ template: 'x', variables: { before: 'app-' } }], { library, tenantId })).not.toThrow();

    const tagged = libraryOf({
      x: {
        variables: { before: { pattern: '.*' } },
        Statement: statement({ Resource: 'arn:aws:s3:::{{before}}${aws:PrincipalTag/tenant}/*' }),
      },
    });
    const set = (before: string) =>
      PermissionSet.from([{ template: 'x', variables: { before } }], { library: tagged, tenantId, sessionTags: ['tenant'] });
    expect(refusal(() => set('app.')).faults).toContain('has `.` next to `${aws:PrincipalTag/tenant}`');
    expect(() => set('app-')).not.toThrow();
  });

  it('is rejected when permissions are resolved, too', () => {
    const library = libraryOf(folders);
    expect(refusal(() => PermissionSet.from(['x'], { library, tenantId: TenantIdSet.from({ chars: 'a-z/' }) })).code).toBe(
      'template_syntax',
    );
    expect(
      refusal(() =>
        PolicyGenerator.generator(library, { tenantId: { chars: 'a-z/' } })
          .permit('x')
          .tenant('a/b')
          .generate(),
      ).code,
    ).toBe('template_syntax');
  });

  it('is accepted when its characters are never next to the tenant', () => {
    const library = libraryOf(folders, { tenantId: { chars: 'A-Za-z0-9_.@-', max: 128 } });
    expect(PolicyGenerator.generator(library).permit('x').tenant('ops@acme.example').generatePolicy()).toContain(
      'notes/ops@acme.example/*',
    );
  });

  it('is accepted when the template narrows it', () => {
    const narrowing = { x: { variables: { tenant: { chars: 'a-z0-9-' } }, Statement: folders.x } };
    const library = libraryOf(narrowing, { tenantId: { chars: 'a-z0-9/-' } });
    const set = PermissionSet.from(['x'], { library });
    expect(set.tenantId.admits('ac-me')).toBe(true);
    expect(refusal(() => set.generate(parseTenantId('ac/me', library.tenantId), { partition: 'aws' })).code).toBe('tenant_invalid');
  });
});

it('accepts the shipped templates', () => {
  expect(() => TemplateLibrary.from(shipped())).not.toThrow();
});
