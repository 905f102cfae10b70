import { PermissionSet, parseTenantId, PolicyGenerator, shipped, TemplateLibrary, TenantIdSet } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { libraryOf, refusal, statement } from './fixtures.ts';

const folders = { x: statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}/*' }) };

describe('a set of ids wider than the default', () => {
  it('is refused when a template sets one of its characters next to the tenant', () => {
    const { code, faults } = refusal(() => TemplateLibrary.from(shipped(), { tenantId: { chars: 'A-Za-z0-9_/-' } }));
    expect(code).toBe('template_syntax');
    expect(faults).toContain(
      "s3-folder-per-tenant.json), statement 1 sets `/` next to `{{tenant}}`, and `tenantId` lets ids have it: one tenant's id could reach into another's",
    );
    expect(faults).toContain('s3-folder-per-tenant.json), statement 2 sets `/`');
    expect(faults).not.toContain('dynamodb-leading-keys');
  });

  it.each([
    ['after it', '{{tenant}}.idx', '.'],
    ['before it', 'app.{{tenant}}', '.'],
    ['in a condition', undefined, '#'],
  ])('is refused for a character %s', (_, resource, character) => {
    const template =
      resource === undefined
        ? statement({ Resource: 'arn:aws:s3:::b', Condition: { StringLike: { k: ['{{tenant}}#*'] } } })
        : statement({ Resource: resource });
    expect(refusal(() => libraryOf({ x: template }, { tenantId: { chars: `a-z${character}` } })).faults).toContain(
      `sets \`${character}\` next to \`{{tenant}}\``,
    );
    expect(() => libraryOf({ x: template })).not.toThrow();
  });

  it('is refused for a character next to a session tag', () => {
    const template = statement({ Resource: 'arn:aws:s3:::notes/${aws:PrincipalTag/tenant}/*' });

    expect(refusal(() => libraryOf({ x: template }, { tenantId: { chars: 'a-z/' } })).faults).toContain(
      'statement 1 sets `/` next to `${aws:PrincipalTag/tenant}`, and `tenantId` lets ids have it',
    );
    expect(() => libraryOf({ x: template }, { tenantId: { chars: 'a-z.' } })).not.toThrow();
  });

  it('is refused for a character that a variable brings', () => {
    const library = libraryOf({
      x: { variables: { before: { pattern: '.*' } }, Statement: statement({ Resource: 'arn:aws:s3:::{{before}}{{tenant}}/*' }) },
    });
    const tenantId = TenantIdSet.from({ chars: 'a-z.' });
    expect(refusal(() => PermissionSet.from([{ template: 'x', variables: { before: 'app.' } }], { library, tenantId })).faults).toContain(
      'sets `.` next to',
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
    expect(refusal(() => set('app.')).faults).toContain('sets `.` next to `${aws:PrincipalTag/tenant}`');
    expect(() => set('app-')).not.toThrow();
  });

  it('is refused where permissions are resolved, too', () => {
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

  it('is accepted where its characters stand nowhere next to the tenant', () => {
    const library = libraryOf(folders, { tenantId: { chars: 'A-Za-z0-9_.@-', max: 128 } });
    expect(PolicyGenerator.generator(library).permit('x').tenant('ops@acme.example').generatePolicy()).toContain(
      'notes/ops@acme.example/*',
    );
  });

  it('is accepted where the template narrows it', () => {
    const narrowing = { x: { variables: { tenant: { chars: 'a-z0-9-' } }, Statement: folders.x } };
    const library = libraryOf(narrowing, { tenantId: { chars: 'a-z0-9/-' } });
    const set = PermissionSet.from(['x'], { library });
    expect(set.tenantId.admits('ac-me')).toBe(true);
    expect(refusal(() => set.generate(parseTenantId('ac/me', library.tenantId), { partition: 'aws' })).code).toBe('tenant_invalid');
  });
});
