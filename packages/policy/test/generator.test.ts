import { PermissionSet, PolicyGenerator, shipped, TemplateLibrary, TenantIdSet } from '@tenant-aws/policy';
import { shippedTemplateNames } from '@tenant-aws/templates';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inCode, libraryOf, refusal, statement } from './fixtures.ts';
import { hostileTenantIds } from './hostile-values.ts';

const library = TemplateLibrary.from([
  shipped(),
  inCode({ 'send-jobs': statement({ Resource: 'arn:{{partition}}:sqs:{{region}}:{{account}}:{{queue}}_{{tenant}}' }) }),
]);

describe('PolicyGenerator', () => {
  afterEach(() => vi.restoreAllMocks());

  it("generates the policy of the article's example in one expression", () => {
    const policy = PolicyGenerator.generator()
      .s3FolderPerTenant({ bucket: 'notes' })
      .dynamodbLeadingKeys({ table: 'orders' })
      .in({ region: 'us-east-1', account: '123456789012' })
      .tenant('acme')
      .generatePolicy();
    expect(JSON.parse(policy)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
          Resource: 'arn:aws:s3:::notes/acme/*',
        },
        { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::notes', Condition: { StringLike: { 's3:prefix': 'acme/*' } } },
        {
          Effect: 'Allow',
          Action: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'ConditionCheckItem'].map(
            (action) => `dynamodb:${action}`,
          ),
          Resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders',
          Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': 'acme' }, Null: { 'dynamodb:LeadingKeys': 'false' } },
        },
      ],
    });
    expect(policy).not.toMatch(/\s/);
  });

  it('has a method for every shipped template that adds it as a permission', () => {
    expect(shippedTemplateNames.map((name) => name.replaceAll(/-./g, (hyphenated) => hyphenated.slice(1).toUpperCase()))).toEqual([
      'dynamodbLeadingKeys',
      's3FolderPerTenant',
      's3FolderReadOnly',
    ]);
    const [byMethod, byName] = [
      PolicyGenerator.generator().s3FolderReadOnly({ bucket: 'notes' }),
      PolicyGenerator.generator().permit('s3-folder-read-only', { bucket: 'notes' }),
    ];
    expect(byMethod.tenant('acme').generatePolicy()).toBe(byName.tenant('acme').generatePolicy());
  });

  it('never changes: every step returns a new generator', () => {
    const base = PolicyGenerator.generator(library).s3FolderReadOnly({ bucket: 'notes' });
    const before = base.tenant('acme').generatePolicy();
    base.dynamodbLeadingKeys({ table: 'orders' });
    base.in({ partition: 'aws-cn' });
    base.tenant('globex');
    expect(base.tenant('acme').generatePolicy()).toBe(before);
    expect(base.tenant('globex').generatePolicy()).toBe(before.replaceAll('acme', 'globex'));
    expect(() => Object.assign(base, { permit: () => base })).toThrow(TypeError);
  });

  it('resolves its permissions once for all tenants and built-in values', () => {
    const from = vi.spyOn(PermissionSet, 'from');
    const base = PolicyGenerator.generator(library).dynamodbLeadingKeys({ table: 'orders' });
    const [us, eu] = ['us-east-1', 'eu-central-1'].map((region) => base.in({ region, account: '123456789012' }));
    expect(from).not.toHaveBeenCalled();
    for (const tenant of ['acme', 'globex', 'acme']) {
      for (const [generator, region] of [
        [us, 'us-east-1'],
        [eu, 'eu-central-1'],
      ] as const) {
        const policy = generator?.tenant(tenant).generatePolicy();
        expect(policy).toContain(`:${region}:123456789012:table/orders`);
        expect(policy?.match(/acme|globex/g)).toEqual([tenant]);
      }
    }
    expect(from).toHaveBeenCalledTimes(1);
  });

  it('resolves its permissions again after one is added', () => {
    const base = PolicyGenerator.generator(library).s3FolderReadOnly({ bucket: 'notes' }).tenant('acme');
    const before = base.generatePolicy();
    const [archive, secrets] = ['archive', 'secrets'].map((bucket) => base.s3FolderReadOnly({ bucket }).generatePolicy());
    expect(before).not.toMatch(/archive|secrets/);
    expect(archive).toMatch(/notes.*archive/);
    expect(archive).not.toContain('secrets');
    expect(secrets).not.toContain('archive');
    expect(base.generatePolicy()).toBe(before);
  });

  it('checks the tenant against the narrower set of its templates in every call', () => {
    const narrow = libraryOf({ x: { variables: { tenant: { chars: 'a-z' } }, Statement: statement({ Resource: '{{tenant}}' }) } });
    const base = PolicyGenerator.generator(narrow).permit('x');
    expect(base.tenant('acme').generatePolicy()).toContain('"acme"');
    expect(refusal(() => base.tenant('ACME').generatePolicy()).code).toBe('tenant_invalid');
    expect(refusal(() => base.tenant('ACME').generate()).code).toBe('tenant_invalid');
  });

  it('reports the same faults in every call', () => {
    const missing = PolicyGenerator.generator(library).permit('s3-folder-read-only');
    const faults = refusal(() => missing.tenant('acme').generatePolicy());
    expect(faults.faults).toContain('needs the variable `bucket`');
    expect(refusal(() => missing.tenant('globex').generatePolicy())).toEqual(faults);
  });

  it('returns declarations that cannot be changed', () => {
    const [permission] = PolicyGenerator.generator().permit('s3-folder-read-only', { bucket: 'notes' }).declared.permissions;

    expect(() => Object.assign(permission ?? {}, { template: 's3-folder-per-tenant' })).toThrow(TypeError);
    expect(() => Object.assign(permission?.variables ?? {}, { bucket: 'secrets' })).toThrow(TypeError);
    expect(() => Array.prototype.push.call(PolicyGenerator.generator().declared.permissions, permission)).toThrow(TypeError);
  });

  it('ignores later changes of the given variables', () => {
    const variables = { bucket: 'notes' };
    const generator = PolicyGenerator.generator().permit('s3-folder-read-only', variables).tenant('acme');
    variables.bucket = 'secrets';
    expect(generator.generatePolicy()).not.toContain('secrets');
  });

  it('accepts any template of its library by name', () => {
    const policy = PolicyGenerator.generator(library)
      .permit('send-jobs', { queue: 'jobs' })
      .in({ region: 'us-east-1', account: '123456789012' })
      .tenant('acme')
      .generate();
    expect(policy.Statement).toEqual([
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:sqs:us-east-1:123456789012:jobs_acme' },
    ]);
  });

  it('accepts the tenant before or after the permissions', () => {
    const last = PolicyGenerator.generator().s3FolderReadOnly({ bucket: 'notes' }).tenant('acme').generatePolicy();
    expect(PolicyGenerator.generator().tenant('acme').s3FolderReadOnly({ bucket: 'notes' }).generatePolicy()).toBe(last);
  });

  it.each(hostileTenantIds)('rejects the tenant %j immediately', (id) => {
    expect(refusal(() => PolicyGenerator.generator().tenant(id)).code).toBe('tenant_invalid');
  });

  it.each([
    ['an unknown template', () => PolicyGenerator.generator().permit('send-jobs'), 'template_not_found'],
    ['a name that is undefined', () => PolicyGenerator.generator().permit(JSON.parse('{}').name), 'configuration_invalid'],
    [
      'an unknown variable',
      () => PolicyGenerator.generator(library).permit('send-jobs', { queue: 'jobs', bucket: 'notes' }),
      'template_variable',
    ],
    ['a hostile value', () => PolicyGenerator.generator(library).permit('send-jobs', { queue: '*' }), 'template_variable'],
    [
      'a typed method whose template the library does not have',
      () => PolicyGenerator.generator(libraryOf({ x: statement() })).s3FolderPerTenant({ bucket: 'notes' }),
      'template_not_found',
    ],
    ['an unknown option', () => PolicyGenerator.generator(library, { tenant: 'acme' } as object), 'configuration_invalid'],
    ['a tenantId that is not valid', () => PolicyGenerator.generator(library, { tenantId: { chars: '*' } }), 'configuration_invalid'],
  ])('rejects %s in the step that adds it', (_, step, code) => {
    expect(refusal(step).code).toBe(code);
  });

  it.each([
    [
      'no tenant',
      () => PolicyGenerator.generator().s3FolderReadOnly({ bucket: 'notes' }),
      'template_variable',
      'the generator has no tenant: set it by `.tenant(id)`',
    ],
    ['no permission', () => PolicyGenerator.generator().tenant('acme'), 'configuration_invalid', '`permissions` is empty'],
    [
      'a missing variable',
      () => PolicyGenerator.generator().permit('s3-folder-read-only').tenant('acme'),
      'template_variable',
      'needs the variable `bucket`',
    ],
    [
      'no region',
      () => PolicyGenerator.generator().dynamodbLeadingKeys({ table: 'orders' }).tenant('acme'),
      'template_variable',
      'needs `region`',
    ],
  ])('does not generate a policy with %s', (_, make, code, fault) => {
    const generator = make();
    expect(refusal(() => generator.generate())).toMatchObject({ code, faults: expect.stringContaining(fault) });
    expect(refusal(() => generator.generatePolicy()).code).toBe(code);
  });

  it('accepts a wider set of ids only if an option says so', () => {
    const tenantId = { chars: 'A-Za-z0-9.@-' };
    for (const wider of [
      PolicyGenerator.generator(library, { tenantId }),
      PolicyGenerator.generator(library, { tenantId: TenantIdSet.from(tenantId) }),
    ]) {
      expect(wider.s3FolderReadOnly({ bucket: 'notes' }).tenant('a@b.example').generatePolicy()).toContain('notes/a@b.example/*');
    }
    expect(
      PolicyGenerator.generator(TemplateLibrary.from(shipped(), { tenantId }))
        .s3FolderReadOnly({ bucket: 'notes' })
        .tenant('a@b.example')
        .generatePolicy(),
    ).toContain('a@b.example/*');
    expect(refusal(() => PolicyGenerator.generator(library).tenant('a@b.example')).code).toBe('tenant_invalid');
  });
});
