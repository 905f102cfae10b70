import { PermissionSet, parseTenantId, PolicyGenerator, shipped, TemplateLibrary } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { inCode, libraryOf, refusal, shippedFile, statement } from './fixtures.ts';

const anyTenant = { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::notes/*' };
const listNotes = { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::notes' };
const byTag = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::notes/${aws:PrincipalTag/tenant}/*' };

describe('an Allow statement without a tenant', () => {
  it('is rejected when the library is created, with the reason and the fix', () => {
    const { code, faults } = refusal(() => libraryOf({ x: [statement(), anyTenant] }));
    expect(code).toBe('template_syntax');
    expect(faults).toBe(
      'template `x` (code/x.json), statement 2 names no tenant: it allows s3:GetObject and 1 more without `{{tenant}}` in its Resource or Condition, ' +
        "so every tenant could reach every tenant's data. Put `{{tenant}}` into one of them; or, if all tenants may have this access, add `x` to `shared`",
    );
  });

  it.each([
    ['a tenant in NotResource', { Effect: 'Allow', Action: 's3:GetObject', NotResource: 'arn:aws:s3:::notes/{{tenant}}/*' }],
    ['NotAction', { Effect: 'Allow', NotAction: 's3:PutObject', Resource: 'arn:aws:s3:::notes/*' }],
    ['a variable with a similar name', { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::notes/{{tenant_path}}/*' }],
    ['the tenant as text', { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::notes/tenant/*' }],
    ['a session tag as the key of a condition', { ...anyTenant, Condition: { StringEquals: { 'aws:PrincipalTag/tenant': 'acme' } } }],
    ['another policy variable', { ...anyTenant, Resource: 'arn:aws:s3:::notes/${aws:username}/*' }],
    ...['StringNotEquals', 'stringnotlike', 'ForAllValues:StringNotEquals', 'StringNotLikeIfExists', 'ArnNotLike'].map(
      (operator): [string, object] => [
        `a tenant under ${operator} only, which matches every other tenant`,
        { ...anyTenant, Condition: { [operator]: { 's3:ExistingObjectTag/tenant': '{{tenant}}' } } },
      ],
    ),
    [
      'a session tag under a negated operator only',
      { ...anyTenant, Condition: { StringNotEquals: { 's3:ExistingObjectTag/tenant': '${aws:PrincipalTag/tenant}' } } },
    ],
    ...['aws:PrincipalTag/tenant', 'AWS:principaltag/Tenant', 'aws:PrincipalArn', 'aws:userid', 'aws:SourceIdentity'].map(
      (key): [string, object] => [
        `a tenant that is only compared with ${key}, which is the same for all data`,
        { ...anyTenant, Condition: { StringLike: { [key]: '*{{tenant}}' } } },
      ],
    ),
    ...['StringLikeIfExists', 'ForAllValues:StringEqualsIFEXISTS'].map((operator): [string, object] => [
      `a tenant under ${operator} only, which matches a request without the key`,
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::notes',
        Condition: { [operator]: { 's3:prefix': '{{tenant}}/*' } },
      },
    ]),
    ...['NumericEquals', 'DateEquals', 'Bool', 'BinaryEquals', 'IpAddress', 'Null'].map((operator): [string, object] => [
      `a tenant under ${operator} only, which does not compare names`,
      { ...anyTenant, Condition: { [operator]: { 's3:ExistingObjectTag/tenant': '{{tenant}}' } } },
    ]),
    ['a session tag with a default', { ...anyTenant, Resource: "arn:aws:s3:::notes/${aws:PrincipalTag/tenant, 'all'}/*" }],
  ])('is rejected with %s', (_, template) => {
    expect(refusal(() => libraryOf({ x: template })).faults).toContain('names no tenant');
  });

  it.each([
    [
      'a tenant in each of its resources, by id or by session tag',
      statement({ Resource: ['arn:aws:s3:::notes-{{tenant}}', 'arn:aws:s3:::notes/{{tenant}}/*', byTag.Resource] }),
    ],
    [
      'a tenant in its condition and not in all resources',
      statement({
        Action: ['s3:GetObject', 's3:ListBucket'],
        Resource: ['arn:aws:s3:::notes', 'arn:aws:s3:::notes/{{tenant}}/*'],
        Condition: { StringLike: { 's3:prefix': '{{tenant}}/*', 's3:delimiter': ['', '/'] } },
      }),
    ],
    [
      'a tenant in its resource and not in all values of its condition',
      statement({ Condition: { StringLike: { 's3:prefix': ['', '{{tenant}}/*'], 'aws:Referer': ['x', '{{tenant}}'] } } }),
    ],
    [
      'a key that is bound under one of two operators, both of which must match',
      { ...listNotes, Condition: { StringLike: { 's3:prefix': '{{tenant}}/*' }, StringEquals: { 's3:prefix': ['', 'acme/x'] } } },
    ],
    ['a tenant in its condition', { ...anyTenant, Condition: { StringLike: { 's3:prefix': ['{{tenant}}/*'] } } }],
    ['a session tag', byTag],
    [
      'a session tag in a different case',
      { ...anyTenant, Condition: { StringEquals: { 's3:ExistingObjectTag/t': '${AWS:principaltag/Tenant}' } } },
    ],
    ['a tenant in its resource and a negated operator', statement({ Condition: { StringNotEquals: { 's3:prefix': 'x' } } })],
    ['a Deny', { Effect: 'Deny', Action: 's3:*', NotResource: 'arn:aws:s3:::notes/*' }],
  ])('is accepted with %s', (_, template) => {
    expect(() => libraryOf({ x: template })).not.toThrow();
  });

  it('is rejected with the reason why a tenant does not separate data', () => {
    const why =
      'without `{{tenant}}` in its Resource or Condition (where it is named, it does not separate data: NotResource and negated operators exclude it, ' +
      'IfExists matches a request without the key, and keys such as `aws:PrincipalTag` describe the caller), so every';
    for (const template of [
      { Effect: 'Allow', Action: 's3:GetObject', NotResource: 'arn:aws:s3:::notes/{{tenant}}/*' },
      { ...anyTenant, Condition: { StringNotEquals: { 's3:ExistingObjectTag/tenant': '{{tenant}}' } } },
      { ...anyTenant, Condition: { StringEquals: { 'aws:PrincipalTag/tenant': '{{tenant}}' } } },
    ])
      expect(refusal(() => libraryOf({ x: template })).faults).toContain(why);
  });

  it.each([
    [
      { ...anyTenant, Resource: ['arn:aws:s3:::notes/{{tenant}}/*', 'arn:aws:s3:::notes/*'] },
      '"arn:aws:s3:::notes/*" of its Resource: IAM allows s3:GetObject and 1 more for',
    ],
    [{ ...listNotes, Condition: { StringLike: { 's3:prefix': ['', '{{tenant}}/*'] } } }, '"" of its Condition, StringLike, s3:prefix: IAM'],
    [
      {
        ...listNotes,
        Resource: ['arn:aws:s3:::notes', 'arn:aws:s3:::notes-{{tenant}}'],
        Condition: { 'ForAnyValue:StringLike': { 's3:prefix': ['{{tenant}}/*', 'a', 'b', 'c', 'd'] } },
      },
      '"arn:aws:s3:::notes" of its Resource, nor in "a" and "b" and "c" and 1 more of its Condition, ForAnyValue:StringLike, s3:prefix: IAM',
    ],
  ])('is rejected when a list also has values without the tenant: %j', (template, fault) => {
    const { code, faults } = refusal(() => libraryOf({ x: template }));
    expect(code).toBe('template_syntax');
    expect(faults).toContain(`template \`x\` (code/x.json), statement 1 names no tenant in ${fault}`);
    expect(faults).toContain(
      "for each value of a list by itself, so every tenant could reach every tenant's data. Put `{{tenant}}` into every value, " +
        'or split the statement so that each part names it; or, if all tenants may have this access, add `x` to `shared`',
    );
  });

  it('is accepted only if its template is in `shared`', () => {
    expect(() => libraryOf({ x: anyTenant }, { shared: ['x'] })).not.toThrow();
    expect(refusal(() => libraryOf({ x: anyTenant, y: anyTenant }, { shared: ['x'] })).faults).toContain('template `y`');
  });

  it('is reported for every template in one error', () => {
    expect(refusal(() => libraryOf({ x: anyTenant, y: [anyTenant, anyTenant] })).faults.split('\n')).toHaveLength(3);
  });

  it.each([
    [
      's3-folder-per-tenant',
      (text: string) => text.replaceAll('{{tenant}}/*', '*'),
      'statement 1 names no tenant: it allows s3:GetObject and 4 more',
    ],
    [
      's3-folder-per-tenant',
      (text: string) => text.replaceAll('{{tenant}}/*', '*'),
      'statement 2 names no tenant: it allows s3:ListBucket',
    ],
    [
      's3-folder-read-only',
      (text: string) => text.replaceAll('{{tenant}}/*', '*'),
      'statement 1 names no tenant: it allows s3:GetObject without',
    ],
    [
      'dynamodb-leading-keys',
      (text: string) => withoutCondition(text),
      'statement 1 names no tenant: it allows dynamodb:GetItem and 7 more',
    ],
    ['dynamodb-leading-keys', (text: string) => text.replace(/"ForAllValues:StringEquals": \{.*\},/, ''), 'statement 1 names no tenant'],
  ])('is found in the shipped %s without its tenant', (name, mutate, fault) => {
    const file = shippedFile(name);
    const mutant = mutate(file.text);
    expect(mutant).not.toBe(file.text);
    const { faults } = refusal(() => TemplateLibrary.from({ read: () => [{ ...file, text: mutant }] }));
    expect(faults).toContain(fault);
    expect(faults).toContain(`${name}.json)`);
  });
});

describe('a statement that only a session tag binds', () => {
  const library = libraryOf({ x: byTag, y: statement({ Resource: 'arn:aws:s3:::notes/{{tenant}}/${aws:PrincipalTag/team}/*' }) });

  it('is rejected when sessions do not have the tag', () => {
    const { code, faults } = refusal(() => PermissionSet.from(['x'], { library }));
    expect(code).toBe('template_syntax');
    expect(faults).toBe(
      'template `x` (code/x.json), statement 1 names the tenant only by the session tag `tenant`, which sessions do not have: add it to `tags`',
    );
    expect(refusal(() => PermissionSet.from(['x'], { library, sessionTags: ['team'] })).code).toBe('template_syntax');
  });

  it('is rejected as a Deny too, because it would deny nothing', () => {
    const fence = libraryOf({ x: { Effect: 'Deny', Action: 's3:*', NotResource: 'arn:aws:s3:::notes/${aws:PrincipalTag/tenant}/*' } });
    expect(refusal(() => PermissionSet.from(['x'], { library: fence })).faults).toContain('only by the session tag `tenant`');
    expect(() => PermissionSet.from(['x'], { library: fence, sessionTags: ['tenant'] })).not.toThrow();
  });

  it('is rejected as a Deny that also names the tenant, because a string with a tag without a value denies nothing', () => {
    const fence = libraryOf({
      x: {
        Effect: 'Deny',
        Action: 's3:*',
        NotResource: ['arn:aws:s3:::notes/{{tenant}}/*', 'arn:aws:s3:::teams/${aws:PrincipalTag/team}/*'],
      },
    });
    expect(refusal(() => PermissionSet.from(['x'], { library: fence, sessionTags: ['tenant'] })).faults).toBe(
      'template `x` (code/x.json), statement 1 denies by the session tag `team`, which sessions do not have: add it to `tags`',
    );
    expect(() => PermissionSet.from(['x'], { library: fence, sessionTags: ['Team'] })).not.toThrow();
  });

  it('is rejected as a Deny in a shared template too', () => {
    const news = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::news/*' };
    const fence = {
      Effect: 'Deny',
      Action: 's3:*',
      NotResource: ['arn:aws:s3:::news/*', 'arn:aws:s3:::notes/${aws:PrincipalTag/tenant}/*'],
    };
    const shared = libraryOf({ x: [news, fence] }, { shared: ['x'] });
    expect(refusal(() => PermissionSet.from(['x'], { library: shared })).faults).toContain(
      'statement 2 names the tenant only by the session tag',
    );
    expect(() => PermissionSet.from(['x'], { library: shared, sessionTags: ['tenant'] })).not.toThrow();
  });

  it('is rejected when only one of the values has the tag, unless another list binds the statement', () => {
    const mixed = statement({ Resource: ['arn:aws:s3:::notes/{{tenant}}/*', 'arn:aws:s3:::teams/${aws:PrincipalTag/team}/*'] });
    const both = { ...mixed, Condition: { StringEquals: { 's3:ExistingObjectTag/tenant': '{{tenant}}' } } };
    const lists = libraryOf({ mixed, both });
    expect(refusal(() => PermissionSet.from([{ template: 'mixed' }], { library: lists })).faults).toContain(
      'only by the session tag `team`',
    );
    expect(() => PermissionSet.from(['both'], { library: lists })).not.toThrow();
  });

  it('is rejected when sessions only have a tag whose key looks similar', () => {
    const kunde = libraryOf({ x: { ...byTag, Resource: 'arn:aws:s3:::notes/${aws:PrincipalTag/kunde}/*' } });
    expect(refusal(() => PermissionSet.from(['x'], { library: kunde, sessionTags: ['\u212aunde'] })).code).toBe('template_syntax');
    expect(() => PermissionSet.from(['x'], { library: kunde, sessionTags: ['KUNDE'] })).not.toThrow();
  });

  it.each(['tenant', 'Tenant', 'TENANT'])('is accepted when sessions have the tag %s', (tag) => {
    expect(() => PermissionSet.from(['x'], { library, sessionTags: [tag] })).not.toThrow();
  });

  it('is accepted in a template that also names the tenant, or is shared', () => {
    expect(() => PermissionSet.from(['y'], { library })).not.toThrow();
    const shared = TemplateLibrary.from(inCode({ x: byTag }), { shared: ['x'] });
    expect(() => PermissionSet.from(['x'], { library: shared })).not.toThrow();
  });

  it('keeps the session tag, which IAM fills', () => {
    const policy = PermissionSet.from(['x'], { library, sessionTags: ['tenant'] }).generatePolicy(parseTenantId('acme'), {
      partition: 'aws',
    });
    expect(policy).toContain('notes/${aws:PrincipalTag/tenant}/*');
    expect(PolicyGenerator.generator(library).permit('x').tenant('acme').generatePolicy()).toBe(policy);
  });
});

it.each([
  ['dynamodb-leading-keys', /\["\{\{tenant\}\}"\]/, '["{{tenant}}", "globex"]', '"globex" of its Condition, ForAllValues:StringEquals'],
  [
    's3-folder-per-tenant',
    /"Resource": ("arn:\{\{partition\}\}:s3:::\{\{bucket\}\}\/)\{\{tenant\}\}\/\*"/,
    '"Resource": [$1{{tenant}}/*", $1*"]',
    '"arn:{{partition}}:s3:::{{bucket}}/*" of its Resource',
  ],
  ['s3-folder-read-only', /("s3:prefix": )("[^"]*")/, '$1[$2, ""]', '"" of its Condition, StringLike, s3:prefix'],
])('refuses the shipped %s with a further value without the tenant', (name, find, put, fault) => {
  const { text } = shippedFile(name);
  const mutant = text.replace(find, put);
  expect(mutant).not.toBe(text);
  expect(refusal(() => libraryOf({ [name]: mutant })).faults).toContain(`names no tenant in ${fault}`);
});

it('accepts the shipped templates, and mutants that only the proof can find', () => {
  expect(() => TemplateLibrary.from(shipped())).not.toThrow();
  for (const [name, find, put] of [
    ['s3-folder-per-tenant', '"s3:prefix": "{{tenant}}/*"', '"s3:prefix": "{{tenant}}"'],
    ['dynamodb-leading-keys', '"dynamodb:Query"', '"dynamodb:Query*"'],
  ] as const) {
    const { text } = shippedFile(name);
    expect(text).toContain(find);
    expect(() => libraryOf({ [name]: text.replace(find, put) })).not.toThrow();
  }
});

function withoutCondition(text: string): string {
  const manifest = JSON.parse(text) as { Statement: { Condition?: unknown }[] };
  for (const item of manifest.Statement) delete item.Condition;
  return JSON.stringify(manifest);
}
