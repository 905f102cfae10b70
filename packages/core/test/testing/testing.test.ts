import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { currentTenantAws, parseTenantId, tenantGate, TokenVendingMachine } from '@tenant-aws/core';
import { asTenant, fakeSts, fakeTenant, hostileHeaders, hostileTenantIds } from '@tenant-aws/core/testing';
import { describe, expect, it } from 'vitest';

const assume = new AssumeRoleCommand({
  RoleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
  RoleSessionName: 'acme',
  DurationSeconds: 1000,
});

describe('fakeSts', () => {
  it('issues different credentials each time, with the requested lifetime', async () => {
    const sts = fakeSts();
    const [first, second] = [await sts.send(assume), await sts.send(assume)];

    const lifetime = (first.Credentials?.Expiration?.getTime() ?? 0) - Date.now();
    expect(lifetime).toBeGreaterThan(990_000);
    expect(lifetime).toBeLessThanOrEqual(1_000_000);
    expect(first.AssumedRoleUser?.Arn).toBe('arn:aws:sts::000000000000:assumed-role/TenantAccess/acme');
    expect(first.Credentials?.AccessKeyId).not.toBe(second.Credentials?.AccessKeyId);
    expect(first.Credentials?.SecretAccessKey).not.toBe(second.Credentials?.SecretAccessKey);
  });

  it('refuses every operation except AssumeRole', async () => {
    await expect(fakeSts().send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'InvalidAction' });
  });

  it.each([
    ['AccessDenied', 'sts_rejected'],
    ['PackedPolicyTooLarge', 'policy_too_large'],
    ['Throttling', 'sts_unavailable'],
    ['ServiceUnavailable', 'sts_unavailable'],
    ['ExpiredToken', 'sts_unavailable'],
  ])('fails with %s if configured so, for which a machine throws %s', async (fail, code) => {
    await using tvm = new TokenVendingMachine({
      roleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
      permissions: [{ template: 's3-folder-per-tenant', variables: { bucket: 'notes' } }],
      sts: fakeSts({ fail }),
    });

    await expect(tvm.vend({ tenantId: 'acme', claims: {}, source: 'claims' })).rejects.toMatchObject({ code });
  });
});

describe('asTenant', () => {
  it('runs a function as a tenant, with fake credentials', async () => {
    const credentials = await asTenant('acme', async (tenantAws) => {
      expect(currentTenantAws()).toBe(tenantAws);
      return currentTenantAws().credentials();
    });

    expect(credentials.accessKeyId).toMatch(/^ASIA/);
    expect(() => currentTenantAws()).toThrowError(expect.objectContaining({ code: 'no_tenant' }));
  });

  it('runs it with the given machine', async () => {
    await using tvm = new TokenVendingMachine({
      roleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
      permissions: [{ template: 's3-folder-per-tenant', variables: { bucket: 'notes' } }],
      sts: fakeSts(),
    });

    await asTenant('acme', () => currentTenantAws().credentials(), { tvm });

    expect(tvm.stats().entries).toBe(1);
  });

  it('refuses an invalid tenant id', () => {
    expect(() => asTenant('*', () => 1)).toThrowError(expect.objectContaining({ code: 'tenant_invalid' }));
  });
});

describe('fakeTenant', () => {
  const request = { headersDistinct: {}, remoteAddress: '127.0.0.1', raw: {} };

  it('admits every request as the tenant, with its claims and with fake credentials', async () => {
    const tenantAws = await tenantGate(fakeTenant('acme', { plan: 'pro' }))(request);

    expect(tenantAws).toMatchObject({ tenantId: 'acme', identity: { claims: { plan: 'pro' } } });
    expect((await tenantAws?.credentials())?.accessKeyId).toMatch(/^ASIA/);
  });

  it('gives each tenant its own credentials', async () => {
    const keyOf = async (tenantId: string) => (await (await tenantGate(fakeTenant(tenantId))(request))?.credentials())?.accessKeyId;
    expect(await keyOf('acme')).not.toBe(await keyOf('globex'));
  });

  it('admits no request as an invalid tenant', async () => {
    const admit = async () => tenantGate(fakeTenant('*'))(request);
    await expect(admit()).rejects.toMatchObject({ code: 'tenant_invalid' });
  });
});

describe('the hostile tables', () => {
  it('have tenant ids that are refused and can be written as JSON', () => {
    for (const id of hostileTenantIds) {
      expect(() => parseTenantId(id)).toThrowError(expect.objectContaining({ code: 'tenant_invalid' }));
      expect(JSON.parse(JSON.stringify({ id }))).toEqual({ id });
    }
  });

  it('have the well-known cases', () => {
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

  it('have no entry twice', () => {
    expect(new Set(hostileTenantIds.map((id) => JSON.stringify(id))).size).toBe(hostileTenantIds.length);
  });
});
