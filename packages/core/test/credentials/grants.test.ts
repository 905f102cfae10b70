import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { TenantIdentity } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { assumesOf, bucket, identityOf, localAws, machineFor, roleArn } from '../local-machine.ts';

const aws = localAws();

describe('options that are functions of the identity', () => {
  it('are called once for each verified identity, and different results get different entries', async () => {
    let calls = 0;
    const identity = Object.freeze({ ...identityOf('acme'), claims: Object.freeze({ plan: 'pro' }) });
    const other = Object.freeze({ ...identityOf('acme'), claims: Object.freeze({ plan: 'basic' }) });
    await using tvm = machineFor(aws, {
      permissions: ({ claims }) => {
        calls += 1;
        return claims['plan'] === 'pro' ? ['s3-folder-per-tenant'] : ['s3-folder-read-only'];
      },
    });

    const [pro, again, basic] = [await tvm.vend(identity), await tvm.vend(identity), await tvm.vend(other)];

    expect(calls).toBe(2);
    expect(again.accessKeyId).toBe(pro.accessKeyId);
    expect(basic.accessKeyId).not.toBe(pro.accessKeyId);
  });

  it('may be asynchronous, and are called again after a failure', async () => {
    const identity = Object.freeze({ ...identityOf('acme'), claims: Object.freeze({}) });
    let registry: () => Promise<string> = () => Promise.reject(new Error('the registry is down'));
    await using tvm = machineFor(aws, { roleArn: () => registry() });

    await expect(tvm.vend(identity)).rejects.toThrow('the registry is down');
    registry = async () => roleArn;

    expect((await tvm.vend(identity)).accessKeyId).toMatch(/^ASIA/);
  });

  it.each([
    ['roleArn', () => 'TenantAccess'],
    ['roleArn', () => undefined],
    ['permissions', () => undefined],
    ['permissions', () => 's3-folder-per-tenant'],
    ['permissions', () => []],
    ['variables', () => 'notes'],
    ['sessionName', () => 'a b'],
    ['sessionName', () => 'a'],
    ['sourceIdentity', () => 'aws:acme'],
    ['externalId', () => '?'],
    ['tags', () => ({ tenant: 'a*b' })],
    ['tags', () => ({ tenant: 1 })],
    ['tags', () => ({ Tenant: 'a', tenant: 'b' })],
    ['tags', () => ({ 'aws:tenant': 'a' })],
    ['transitiveTagKeys', () => ['tenant']],
  ])('are refused if `%s` returns an invalid value: %s', async (name, option) => {
    await using tvm = machineFor(aws, { [name]: option });

    await expect(tvm.vend(identityOf('acme'))).rejects.toMatchObject({ code: 'configuration_invalid', status: 500 });
    expect(aws.calls).toEqual([]);
  });

  it('report an unknown template and a hostile value by their own codes', async () => {
    await using tvm = machineFor(aws, { permissions: () => ['no-such-template'] });
    await expect(tvm.vend(identityOf('acme'))).rejects.toMatchObject({ code: 'template_not_found' });
    await using hostile = machineFor(aws, { variables: () => ({ bucket: 'notes/*' }) });
    await expect(hostile.vend(identityOf('acme'))).rejects.toMatchObject({ code: 'template_variable' });
    expect(aws.calls).toEqual([]);
  });

  it('get a frozen copy of the identity', async () => {
    const claims = { roles: ['reader'] };
    const given = { tenantId: 'acme', claims, source: 'claims' as const };
    await using tvm = machineFor(aws);
    const tenantAws = tvm.for(given);

    given.tenantId = 'globex';
    claims.roles.push('admin');

    expect(tenantAws.tenantId).toBe('acme');
    expect(tenantAws.identity).toEqual({ tenantId: 'acme', claims: { roles: ['reader'] }, source: 'claims' });
    expect(Object.isFrozen(tenantAws.identity.claims)).toBe(true);
    await tenantAws.credentials();
    expect(assumesOf(aws)).toHaveLength(1);
    expect((await tvm.vend(given)).accessKeyId).not.toBe((await tenantAws.credentials()).accessKeyId);
  });

  it('read a frozen identity once: a getter that changes its result has no effect', async () => {
    let reads = 0;
    const identity: TenantIdentity = Object.freeze({
      get tenantId() {
        reads += 1;
        return reads === 1 ? 'globex' : 'acme';
      },
      claims: Object.freeze({}),
      source: 'claims' as const,
    });
    await using tvm = machineFor(aws);
    const tenantAws = tvm.for(identity);

    expect(tenantAws.tenantId).toBe('globex');
    await expect(
      tenantAws.client(S3Client, { endpoint: aws.url }).send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/x', Body: 'x' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(aws.calls.at(-1)).toMatchObject({ service: 's3', tenantSession: 'globex' });
  });
});
