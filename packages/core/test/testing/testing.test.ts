import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { currentTenantAws, parseTenantId, TokenVendingMachine } from '@tenant-aws/core';
import { asTenant, fakeSts, hostileHeaders, hostileTenantIds } from '@tenant-aws/core/testing';
import { describe, expect, it } from 'vitest';

const assume = new AssumeRoleCommand({
  RoleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
  RoleSessionName: 'acme',
  DurationSeconds: 1000,
});

describe('fakeSts', () => {
  it('issues keys of the life that was asked for, and never the same twice', async () => {
    const sts = fakeSts();
    const [first, second] = [await sts.send(assume), await sts.send(assume)];

    const life = (first.Credentials?.Expiration?.getTime() ?? 0) - Date.now();
    expect(life).toBeGreaterThan(990_000);
    expect(life).toBeLessThanOrEqual(1_000_000);
    expect(first.AssumedRoleUser?.Arn).toBe('arn:aws:sts::000000000000:assumed-role/TenantAccess/acme');
    expect(first.Credentials?.AccessKeyId).not.toBe(second.Credentials?.AccessKeyId);
    expect(first.Credentials?.SecretAccessKey).not.toBe(second.Credentials?.SecretAccessKey);
  });

  it('answers AssumeRole and nothing else', async () => {
    await expect(fakeSts().send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'InvalidAction' });
  });

  it.each([
    ['AccessDenied', 'sts_rejected'],
    ['PackedPolicyTooLarge', 'policy_too_large'],
    ['Throttling', 'sts_unavailable'],
    ['ServiceUnavailable', 'sts_unavailable'],
    ['ExpiredToken', 'sts_unavailable'],
  ])('fails with %s where it is told to, which a machine takes for %s', async (fail, code) => {
    await using tvm = new TokenVendingMachine({
      roleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
      permissions: [{ template: 's3-folder-per-tenant', variables: { bucket: 'notes' } }],
      sts: fakeSts({ fail }),
    });

    await expect(tvm.vend({ tenantId: 'acme', claims: {}, source: 'claims' })).rejects.toMatchObject({ code });
  });
});

describe('asTenant', () => {
  it('runs a function as a tenant, with credentials that no AWS accepts', async () => {
    const credentials = await asTenant('acme', async (tenantAws) => {
      expect(currentTenantAws()).toBe(tenantAws);
      return currentTenantAws().credentials();
    });

    expect(credentials.accessKeyId).toMatch(/^ASIA/);
    expect(() => currentTenantAws()).toThrowError(expect.objectContaining({ code: 'no_tenant' }));
  });

  it('runs it over a machine of yours', async () => {
    await using tvm = new TokenVendingMachine({
      roleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
      permissions: [{ template: 's3-folder-per-tenant', variables: { bucket: 'notes' } }],
      sts: fakeSts(),
    });

    await asTenant('acme', () => currentTenantAws().credentials(), { tvm });

    expect(tvm.stats().entries).toBe(1);
  });

  it('refuses what is no tenant', () => {
    expect(() => asTenant('*', () => 1)).toThrowError(expect.objectContaining({ code: 'tenant_invalid' }));
  });
});

describe('the hostile tables', () => {
  it('hold tenant ids that are each refused, and that JSON can carry', () => {
    for (const id of hostileTenantIds) {
      expect(() => parseTenantId(id)).toThrowError(expect.objectContaining({ code: 'tenant_invalid' }));
      expect(JSON.parse(JSON.stringify({ id }))).toEqual({ id });
    }
  });

  it('hold what was asked for', () => {
    for (const id of [
      '*',
      '?',
      'a/../b',
      '${aws:username}',
      '","Resource":"*',
      '\\u002a',
      '__proto__',
      '',
      'a',
      'a'.repeat(10_000),
      'a\u0301cme',
    ]) {
      expect(hostileTenantIds).toContain(id);
    }
    expect(hostileTenantIds).toContainEqual(['acme']);
    expect(hostileTenantIds.some((id) => typeof id === 'number')).toBe(true);
    expect(Object.keys(hostileHeaders).length).toBeGreaterThan(20);
  });

  it('name nothing twice', () => {
    expect(new Set(hostileTenantIds.map((id) => JSON.stringify(id))).size).toBe(hostileTenantIds.length);
  });
});
