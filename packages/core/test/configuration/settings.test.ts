import { PolicyGenerator, shipped, TemplateLibrary, TokenVendingMachine, type TokenVendingMachineOptions } from '@tenant-aws/core';
import { fakeSts } from '@tenant-aws/core/testing';
import { describe, expect, it } from 'vitest';
import { faultsIn } from './faults-in.ts';

const good: TokenVendingMachineOptions = {
  roleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
  permissions: ['s3-folder-per-tenant'],
  variables: { bucket: 'notes' },
  sts: fakeSts(),
};

/** The faults of a machine with these options. */
function faultsOf(options: unknown): readonly string[] {
  return faultsIn(() => void new TokenVendingMachine(options as TokenVendingMachineOptions).close());
}

describe('the options of a machine', () => {
  it.each<[string, object]>([
    ['a role by function', { roleArn: async () => good.roleArn }],
    [
      'everything at its bounds',
      {
        durationSeconds: 3600,
        assumeTimeoutMs: 1,
        maxConcurrentAssumes: 1,
        maxSessionSeconds: 31_536_000,
        deniedEventsPerMinute: 0,
        authorizeTenant: () => true,
        cache: { max: 1, minimumRemainingMs: 0, errorTtlMs: 0 },
        clients: { max: 1, maxSockets: 1 },
      },
    ],
    ['half of the duration as the minimum remaining lifetime', { durationSeconds: 900, cache: { minimumRemainingMs: 450_000 } }],
    [
      'undefined for what is not given',
      { variables: { bucket: 'notes' }, library: undefined, cache: undefined, tags: undefined, shared: undefined },
    ],
    ['a library', { library: TemplateLibrary.from(shipped()) }],
    ['a generator', { permissions: PolicyGenerator.generator().s3FolderPerTenant({ bucket: 'notes' }) }],
    ['tags', { tags: { tenant: 'acme' }, transitiveTagKeys: ['tenant'], externalId: 'ab', sourceIdentity: 'ab', sessionName: 'ab' }],
    ['a wider set of tenant ids', { tenantId: { chars: 'a-z0-9.', min: 1 } }],
  ])('accept %s', (_what, options) => {
    expect(faultsOf({ ...good, ...options })).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['no role', { roleArn: undefined }, '`roleArn`'],
    ['a role that is not an ARN', { roleArn: 'TenantAccess' }, '`roleArn`'],
    ['no permissions', { permissions: undefined }, '`permissions`'],
    ['empty permissions', { permissions: [] }, '`permissions`'],
    ['a name in place of a list', { permissions: 's3-folder-per-tenant' }, '`permissions`'],
    ['an unknown template', { permissions: ['s3-folder-per-tenent'] }, 's3-folder-per-tenant'],
    ['a missing variable', { variables: {} }, '`bucket`'],
    ['an unknown variable', { variables: { bucket: 'notes', buckett: 'notes' } }, 'buckett'],
    ['a hostile variable', { variables: { bucket: 'notes*' } }, '`variables.bucket`'],
    ['variables that are a list', { variables: ['notes'] }, '`variables`'],
    ['an unknown option', { roleARN: good.roleArn }, '`roleArn`'],
    ['a short duration', { durationSeconds: 899 }, '`durationSeconds`'],
    ['a long duration', { durationSeconds: 3601 }, '`durationSeconds`'],
    ['a duration that is a string', { durationSeconds: '900' }, '`durationSeconds`'],
    ['a duration that is NaN', { durationSeconds: Number.NaN }, '`durationSeconds`'],
    ['a timeout of 0', { assumeTimeoutMs: 0 }, '`assumeTimeoutMs`'],
    ['no concurrent calls', { maxConcurrentAssumes: 0 }, '`maxConcurrentAssumes`'],
    ['a session without an end', { maxSessionSeconds: Number.POSITIVE_INFINITY }, '`maxSessionSeconds`'],
    ['a negative session', { maxSessionSeconds: -1 }, '`maxSessionSeconds`'],
    ['half an event', { deniedEventsPerMinute: 0.5 }, '`deniedEventsPerMinute`'],
    ['an authorizeTenant that is not a function', { authorizeTenant: true }, '`authorizeTenant`'],
    ['a cache without entries', { cache: { max: 0 } }, '`cache.max`'],
    ['a negative minimum remaining lifetime', { cache: { minimumRemainingMs: -1 } }, '`cache.minimumRemainingMs`'],
    ['a minimum remaining lifetime over half of the duration', { cache: { minimumRemainingMs: 450_001 } }, '`cache.minimumRemainingMs`'],
    ['a negative time', { cache: { errorTtlMs: -1 } }, '`cache.errorTtlMs`'],
    ['an unknown member', { cache: { maximum: 1 } }, '`cache.maximum`'],
    ['a cache that is a number', { cache: 100 }, '`cache`'],
    ['no clients', { clients: { max: 0 } }, '`clients.max`'],
    ['no sockets', { clients: { maxSockets: 0 } }, '`clients.maxSockets`'],
    ['an illegal session name', { sessionName: 'a b' }, '`sessionName`'],
    ['an illegal source identity', { sourceIdentity: 'a' }, '`sourceIdentity`'],
    ['an illegal external id', { externalId: 'a b' }, '`externalId`'],
    ['illegal tags', { tags: { tenant: '*' } }, '`tags`'],
    ['a transitive key without its tag', { tags: { tenant: 'acme' }, transitiveTagKeys: ['tier'] }, '`tier`'],
    ['an STS client that is not one', { sts: {} }, '`sts`'],
    ['a library that is not one', { library: {} }, '`library`'],
    ['shared templates beside a library', { library: TemplateLibrary.from(shipped()), shared: [] }, '`shared`'],
    ['shared templates that do not exist', { shared: ['no-such-template'] }, 'no-such-template'],
    ['a set of tenant ids that admits wildcards', { tenantId: { chars: 'a-z*' } }, '`tenantId.chars`'],
    [
      'a generator of another library',
      {
        library: TemplateLibrary.from({ read: () => [] }),
        permissions: PolicyGenerator.generator().s3FolderPerTenant({ bucket: 'notes' }),
      },
      'library',
    ],
  ])('refuse %s', (_what, options, name) => {
    const faults = faultsOf({ ...good, ...options });
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.filter((fault) => fault.includes(name))).not.toEqual([]);
  });

  it('are refused where they are not an object', () => {
    for (const none of [undefined, null, 7, 'x']) expect(faultsOf(none)).toHaveLength(1);
  });

  it('are all reported in one error', () => {
    const faults = faultsOf({
      roleArn: 7,
      permissions: ['no-such-template', 's3-folder-per-tenant'],
      durationSeconds: 1,
      cache: { max: 0 },
      colour: 'red',
      sts: fakeSts(),
    });

    for (const name of ['roleArn', 'no-such-template', 'bucket', 'durationSeconds', 'cache.max', 'colour'])
      expect(faults.join('\n')).toContain(name);
  });

  it('are copied: a later change has no effect', async () => {
    const permissions = ['s3-folder-read-only'];
    const tvm = new TokenVendingMachine({ ...good, permissions });
    const identity = { tenantId: 'acme', claims: {}, source: 'claims' as const };
    const before = await tvm.vend(identity);

    permissions[0] = 's3-folder-per-tenant';

    expect((await tvm.vend(identity)).accessKeyId).toBe(before.accessKeyId);
    await tvm.close();
  });
});
