import { type Permissions, PolicyGenerator, type TemplateMethods, type TenantId, parseTenantId } from '@tenant-aws/policy';
import { expectTypeOf, it } from 'vitest';

// The compiler checks this file. Running it only shows that the methods exist.

it('types a method for each shipped template by its manifest', () => {
  expectTypeOf<keyof TemplateMethods>().toEqualTypeOf<'dynamodbLeadingKeys' | 's3FolderPerTenant' | 's3FolderReadOnly'>();
  const generator = PolicyGenerator.generator();
  expectTypeOf(generator.s3FolderPerTenant).parameters.toEqualTypeOf<[variables: { readonly bucket: string }]>();
  expectTypeOf(generator.dynamodbLeadingKeys).returns.toEqualTypeOf<PolicyGenerator>();
  expectTypeOf(generator.permit('s3-folder-per-tenant').tenant('acme').in({ region: 'us-east-1' })).toEqualTypeOf<PolicyGenerator>();
  expectTypeOf<ReturnType<PolicyGenerator['generatePolicy']>>().toEqualTypeOf<string>();
});

it('rejects wrong variables of a shipped template at compile time', () => {
  const generator = PolicyGenerator.generator();
  const wrong = [
    // @ts-expect-error the bucket is missing
    () => generator.s3FolderPerTenant({}),
    // @ts-expect-error the variables are missing
    () => generator.s3FolderPerTenant(),
    // @ts-expect-error the template has no variable `table`
    () => generator.s3FolderPerTenant({ bucket: 'notes', table: 'orders' }),
    // @ts-expect-error a number is not a valid value
    () => generator.dynamodbLeadingKeys({ table: 1 }),
    // @ts-expect-error no such template is shipped
    () => generator.s3Folder({ bucket: 'notes' }),
    // @ts-expect-error `in()` does not accept the tenant
    () => generator.in({ tenant: 'acme' }),
  ];
  expectTypeOf(wrong).toBeArray();
});

it('accepts names, objects and generators as permissions', () => {
  expectTypeOf(['s3-folder-per-tenant', { template: 'x', variables: { queue: 'jobs' } }]).toExtend<Permissions>();
  expectTypeOf<PolicyGenerator>().toExtend<Permissions>();
  expectTypeOf<{ template: string }>().not.toExtend<Permissions>();
});

it('creates a tenant id only by parsing', () => {
  expectTypeOf(parseTenantId('acme')).toEqualTypeOf<TenantId>();
  expectTypeOf<string>().not.toExtend<TenantId>();
});
