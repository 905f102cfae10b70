import {
  ConfigurationError,
  PermissionSet,
  type Permissions,
  PolicyGenerator,
  parseTenantId,
  shipped,
  TemplateLibrary,
  TenantIdSet,
} from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { inCode, libraryOf, refusal, statement } from './fixtures.ts';

const library = TemplateLibrary.from(shipped());
const aws = { partition: 'aws', region: 'us-east-1', account: '123456789012' };
const acme = parseTenantId('acme');

function policy(permissions: Permissions, variables: Record<string, string> = {}): string {
  return PermissionSet.from(permissions, { library, variables }).generatePolicy(acme, aws);
}

describe('a permission', () => {
  it('may be only a name, with shared variables', () => {
    expect(policy(['s3-folder-per-tenant'], { bucket: 'notes' })).toContain('arn:aws:s3:::notes/acme/*');
  });

  it('prefers its own variables to the shared ones', () => {
    const set = policy([{ template: 's3-folder-read-only', variables: { bucket: 'archive' } }, 's3-folder-per-tenant'], {
      bucket: 'notes',
    });
    expect(set).toContain('archive/acme/*');
    expect(set).toContain('notes/acme/*');
  });

  it('may be given twice, for two tables', () => {
    const both = policy(['orders', 'invoices'].map((table) => ({ template: 'dynamodb-leading-keys', variables: { table } })));
    expect(JSON.parse(both)).toMatchObject({
      Statement: [{ Resource: expect.stringContaining('table/orders') }, { Resource: expect.stringContaining('table/invoices') }],
    });
  });

  it.each([
    ['nothing', [], '`permissions` is empty'],
    ['an object', {}, '`permissions` must be a list of template names or a PolicyGenerator, not an object'],
    ['a name that is not in a list', 's3-folder-per-tenant', 'not a string'],
    ['undefined', undefined, 'not undefined'],
    ['a number', [1], '`permissions[0]` must be a template name or { template, variables }, not a number'],
    ['a list in the list', [['s3-folder-per-tenant']], 'not an array'],
    [
      'a misspelt key',
      [{ template: 's3-folder-per-tenant', variable: {} }],
      '`permissions[0].variable` is not an option: did you mean `permissions[0].variables`?',
    ],
    [
      'a variable beside the template',
      [{ template: 's3-folder-per-tenant', bucket: 'notes' }],
      '`permissions[0].bucket` is not an option here: it belongs to `permissions[0].variables`',
    ],
    ['no template', [{ variables: {} }], '`permissions[0].template` must be a template name, not undefined'],
    [
      'variables that are a list',
      [{ template: 's3-folder-per-tenant', variables: ['notes'] }],
      '`permissions[0].variables` must be an object of strings, not an array',
    ],
  ])('is rejected as %s', (_, permissions, fault) => {
    expect(refusal(() => policy(permissions as Permissions))).toMatchObject({
      code: 'configuration_invalid',
      faults: expect.stringContaining(fault),
    });
  });

  it.each([
    [
      'an unknown template',
      ['s3-folder-pertenant'],
      {},
      'template_not_found',
      'there is no template "s3-folder-pertenant": did you mean "s3-folder-per-tenant"?',
    ],
    [
      'a name in the form of the environment variable',
      ['s3-folder-per-tenant?bucket=notes'],
      {},
      'template_not_found',
      'there is no template',
    ],
    ['a path out of the folder', ['../package'], {}, 'template_not_found', 'there is no template'],
    ['a name of a property of all objects', ['constructor'], {}, 'template_not_found', 'there is no template "constructor"'],
    ['a missing variable', ['s3-folder-per-tenant'], {}, 'template_variable', 'needs the variable `bucket`'],
    ['an empty variable', ['s3-folder-per-tenant'], { bucket: '' }, 'template_variable', '`variables.bucket` is empty'],
    [
      "another template's variable",
      [{ template: 's3-folder-per-tenant', variables: { bucket: 'notes', table: 'orders' } }],
      {},
      'template_variable',
      '`table` is not a variable of template `s3-folder-per-tenant`',
    ],
    [
      'a misspelt variable',
      [{ template: 's3-folder-per-tenant', variables: { bukcet: 'notes' } }],
      {},
      'template_variable',
      'did you mean `bucket`?',
    ],
    [
      'a misspelt shared variable',
      ['s3-folder-per-tenant'],
      { bucket: 'notes', tabel: 'orders' },
      'template_variable',
      '`variables.tabel` is not a variable of any template of the library: did you mean `table`?',
    ],
    [
      'a hostile shared variable that no permission uses',
      [{ template: 's3-folder-per-tenant', variables: { bucket: 'notes' } }],
      { table: '*' },
      'template_variable',
      '`variables.table` has a character',
    ],
    [
      'a variable with the name of a property of all objects',
      [{ template: 's3-folder-per-tenant', variables: { bucket: 'notes', constructor: 'x' } }],
      {},
      'template_variable',
      '`constructor` is not a variable',
    ],
    [
      '__proto__',
      [{ template: 's3-folder-per-tenant', variables: JSON.parse('{"bucket":"notes","__proto__":"x"}') }],
      {},
      'template_variable',
      '`"__proto__"` is not a variable',
    ],
    [
      'variables only in the prototype',
      [{ template: 's3-folder-per-tenant', variables: Object.create({ bucket: 'notes' }) }],
      {},
      'template_variable',
      'needs the variable `bucket`',
    ],
  ])('is rejected for %s', (_, permissions, variables, code, fault) => {
    expect(refusal(() => policy(permissions as Permissions, variables))).toMatchObject({ code, faults: expect.stringContaining(fault) });
  });

  it('accepts a shared variable that only another template of the library has', () => {
    expect(() => policy(['s3-folder-per-tenant'], { bucket: 'notes', table: 'orders' })).not.toThrow();
  });

  it('is rejected with all faults, in the error class of the first one', () => {
    const { code, faults } = refusal(() =>
      policy(['s3-folder', 's3-folder-per-tenant', { template: 'dynamodb-leading-keys', variables: { tabel: '*' } }], { bukcet: 'x' }),
    );
    expect(code).toBe('template_variable');
    expect(faults.split('\n')).toEqual([
      '`variables.bukcet` is not a variable of any template of the library: did you mean `bucket`?',
      'there is no template "s3-folder": the library has dynamodb-leading-keys, s3-folder-per-tenant, s3-folder-read-only',
      '`variables.bucket` is missing: template `s3-folder-per-tenant` needs the variable `bucket`',
      '`tabel` is not a variable of template `dynamodb-leading-keys`: did you mean `table`?',
      '`variables.table` is missing: template `dynamodb-leading-keys` needs the variable `table`',
    ]);
  });

  it('is rejected with a message that is safe for a client', () => {
    for (const permissions of [['s3-folder'], ['s3-folder-per-tenant']]) {
      const { message } = refusal(() => policy(permissions));
      expect(message).not.toMatch(/s3-folder|bucket|\//);
    }
  });
});

describe('a PermissionSet', () => {
  it('lists its templates with their versions', () => {
    const named = PermissionSet.from(['x', 's3-folder-read-only'], {
      library: TemplateLibrary.from([shipped(), inCode({ x: statement() })]),
      variables: { bucket: 'notes' },
    });
    expect(named.templates).toEqual([{ name: 'x' }, { name: 's3-folder-read-only', version: '1.0.0' }]);
  });

  it('has a key that depends only on what it permits', () => {
    const key = (permissions: Permissions, variables = {}) => PermissionSet.from(permissions, { library, variables }).key;
    const one = key([
      { template: 's3-folder-per-tenant', variables: { bucket: 'notes' } },
      { template: 'dynamodb-leading-keys', variables: { table: 'orders' } },
    ]);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(key(['dynamodb-leading-keys', 's3-folder-per-tenant'], { table: 'orders', bucket: 'notes' })).toBe(one);
    expect(key(PolicyGenerator.generator(library).dynamodbLeadingKeys({ table: 'orders' }).s3FolderPerTenant({ bucket: 'notes' }))).toBe(
      one,
    );
    expect(key(['dynamodb-leading-keys', 's3-folder-per-tenant'], { table: 'orders', bucket: 'note' })).not.toBe(one);
    expect(key(['dynamodb-leading-keys', 's3-folder-read-only'], { table: 'orders', bucket: 'notes' })).not.toBe(one);
    expect(key(['dynamodb-leading-keys'], { table: 'orders' })).not.toBe(one);
  });

  it('has another key after a template of the library has changed', () => {
    const key = (action: string) =>
      PermissionSet.from(['x'], { library: libraryOf({ x: statement({ Action: action, Resource: '{{tenant}}' }) }) }).key;
    expect(key('s3:GetObject')).not.toBe(key('s3:PutObject'));
  });

  it('has different keys for values whose concatenation is equal', () => {
    const two = libraryOf({ x: statement({ Resource: 'arn:aws:s3:::{{a}}/{{b}}/{{tenant}}' }) });
    const key = (a: string, b: string) => PermissionSet.from([{ template: 'x', variables: { a, b } }], { library: two }).key;
    expect(key('ab', 'c')).not.toBe(key('a', 'bc'));
    expect(key('a', 'b')).not.toBe(key('b', 'a'));
  });

  it('accepts the given ids that all its templates accept', () => {
    const narrowing = libraryOf({
      x: { variables: { tenant: { chars: 'a-z0-9-' } }, Statement: statement({ Resource: '{{tenant}}' }) },
      y: { variables: { tenant: { max: 10 } }, Statement: statement({ Resource: '{{tenant}}/y' }) },
    });
    const set = PermissionSet.from(['x', 'y'], { library: narrowing, tenantId: TenantIdSet.from({ min: 4 }) });
    expect(['acme', 'acme-2', 'ac', 'Acme', 'ac_me', 'acme-acme-acme'].filter((id) => set.tenantId.admits(id))).toEqual(['acme', 'acme-2']);
    expect(refusal(() => set.generate(parseTenantId('ac_me'), aws)).code).toBe('tenant_invalid');
    expect(refusal(() => PolicyGenerator.generator(narrowing).permit('x').tenant('Acme').generatePolicy()).code).toBe('tenant_invalid');
  });

  it('is rejected when no id is accepted by all its templates', () => {
    const apart = libraryOf({
      x: { variables: { tenant: { chars: 'a-z' } }, Statement: statement({ Resource: '{{tenant}}' }) },
      y: { variables: { tenant: { chars: '0-9' } }, Statement: statement({ Resource: '{{tenant}}' }) },
    });
    expect(refusal(() => PermissionSet.from(['x', 'y'], { library: apart }))).toMatchObject({
      code: 'configuration_invalid',
      faults: expect.stringContaining('template `y` (code/y.json) excludes every accepted tenant id'),
    });
  });
});

describe('a generator as permissions', () => {
  const generator = PolicyGenerator.generator(library).s3FolderPerTenant({ bucket: 'notes' });

  it('has the same result as the list of its permissions', () => {
    expect(policy(generator)).toBe(policy([{ template: 's3-folder-per-tenant', variables: { bucket: 'notes' } }]));
  });

  it('takes missing variables from the shared ones', () => {
    expect(policy(PolicyGenerator.generator(library).permit('s3-folder-per-tenant'), { bucket: 'notes' })).toBe(policy(generator));
  });

  it.each([
    ['a tenant', generator.tenant('acme'), 'already has a tenant'],
    ['an .in()', generator.in({ region: 'us-east-1' }), 'already has an `.in()`'],
    [
      'another library',
      PolicyGenerator.generator(libraryOf({ x: statement() })).permit('x', { bucket: 'notes' }),
      'a generator of another library',
    ],
    [
      'its own tenantId',
      PolicyGenerator.generator(library, { tenantId: { min: 3 } }).s3FolderPerTenant({ bucket: 'notes' }),
      'already has a `tenantId`',
    ],
    ['no permission', PolicyGenerator.generator(library), '`permissions` is empty'],
  ])('is rejected with %s', (_, permissions, fault) => {
    expect(() => policy(permissions)).toThrow(ConfigurationError);
    expect(refusal(() => policy(permissions)).faults).toContain(fault);
  });

  it('may come from an equal library that was read at another time', () => {
    expect(policy(PolicyGenerator.generator().s3FolderPerTenant({ bucket: 'notes' }))).toBe(policy(generator));
  });
});
