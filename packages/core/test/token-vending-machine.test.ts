import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PolicyGenerator, TokenVendingMachine, tenantGate } from '@tenant-aws/core';
import { fakeSts, hostileTenantIds } from '@tenant-aws/core/testing';
import { describe, expect, it } from 'vitest';
import { assumesOf, bucket, identityOf, localAws, machineFor, optionsFor, stsOf } from './local-machine.ts';

const aws = localAws();

describe('vend', () => {
  it('vends keys for the folder of the tenant only', async () => {
    await using tvm = machineFor(aws);
    const credentials = await tvm.vend(identityOf('acme'));
    const s3 = new S3Client({ endpoint: aws.url, region: 'us-east-1', credentials: { ...credentials } });

    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'text' }));
    await expect(s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/note' }))).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(credentials.accessKeyId).toMatch(/^ASIA/);
    expect(credentials.expiration.getTime()).toBeGreaterThan(Date.now() + 890_000);
    expect(aws.calls.filter(({ service }) => service === 's3').map(({ tenantSession }) => tenantSession)).toEqual(['acme', 'acme']);
  });

  it('makes one AssumeRole for 1,000 concurrent callers of one tenant, and none for a later caller', async () => {
    await using tvm = machineFor(aws);

    const vended = await Promise.all(Array.from({ length: 1_000 }, () => tvm.vend(identityOf('acme'))));
    await tvm.vend(identityOf('acme'));

    expect(new Set(vended.map(({ accessKeyId }) => accessKeyId)).size).toBe(1);
    expect(new Set(vended).size).toBe(1_000);
    expect(assumesOf(aws)).toHaveLength(1);
    expect(tvm.stats()).toMatchObject({ entries: 1, assumes: 1, shared: 999, hits: 1, failures: 0 });
  });

  it('returns a separate object to every caller, which the SDK may change', async () => {
    await using tvm = machineFor(aws);
    const first = await tvm.vend(identityOf('acme'));
    const whole = { ...first };
    first.accessKeyId = 'changed';
    first.expiration.setTime(0);

    const second = await tvm.vend(identityOf('acme'));

    expect(second).toMatchObject({
      accessKeyId: whole.accessKeyId,
      secretAccessKey: whole.secretAccessKey,
      sessionToken: whole.sessionToken,
    });
    expect(second.expiration.getTime()).toBeGreaterThan(Date.now());
    expect(Object.isFrozen(second)).toBe(false);
  });

  it.each(hostileTenantIds.map((tenantId) => [tenantId]))('refuses the tenant id %j before any call to STS', async (tenantId) => {
    await using tvm = machineFor(aws);
    const identity = { ...identityOf('acme'), tenantId: tenantId as string };

    await expect(tvm.vend(identity)).rejects.toMatchObject({ code: 'tenant_invalid', status: 403 });
    expect(() => tvm.for(identity)).toThrowError(expect.objectContaining({ code: 'tenant_invalid' }));
    expect(aws.calls).toEqual([]);
  });

  it.each([[undefined], [null], ['acme'], [42]])('refuses %j in place of an identity', async (identity) => {
    await using tvm = machineFor(aws);

    await expect(tvm.vend(identity as never)).rejects.toMatchObject({ code: 'tenant_invalid' });
    expect(() => tvm.for(identity as never)).toThrowError(expect.objectContaining({ code: 'tenant_invalid' }));
  });

  it.each([[new Date()], [Number.NaN], [Number.POSITIVE_INFINITY], ['2026-01-01'], [null], [Math.floor(Date.now() / 1_000)]])(
    'refuses an identity with the expiry %s, from every source, without calling AWS or function options',
    async (expiresAt) => {
      await using tvm = machineFor(aws);
      const identity = { ...identityOf('acme'), expiresAt: expiresAt as number };
      const invalid = { code: 'configuration_invalid', status: 500 };
      const request = { headersDistinct: {}, remoteAddress: undefined, raw: undefined };
      let calls = 0;
      const permissions = (): string[] => {
        calls += 1;
        return ['s3-folder-per-tenant'];
      };

      for (const given of [identity, Object.freeze({ ...identity, claims: Object.freeze({}) })]) {
        expect(() => tvm.for(given)).toThrowError(expect.objectContaining(invalid));
        await expect(tvm.vend(given)).rejects.toMatchObject(invalid);
        const gates = [
          tenantGate({ tvm, identity: () => given, eager: false }),
          tenantGate({ tvm, identity: () => given, eager: false, permissions }),
        ];
        for (const enter of gates) await expect(enter(request)).rejects.toMatchObject(invalid);
      }
      expect(calls).toBe(0);
      expect(aws.calls).toEqual([]);
    },
  );

  it('never shows a refused tenant id', async () => {
    await using tvm = machineFor(aws);

    const error: unknown = await tvm.vend(identityOf('<script>')).catch((thrown: unknown) => thrown);

    expect(JSON.stringify(error) + String(error)).not.toContain('script');
  });

  it('refuses an unknown option of a call, and an invalid `minimumRemainingMs`', async () => {
    await using tvm = machineFor(aws);

    await expect(tvm.vend(identityOf('acme'), { permission: [] } as never)).rejects.toMatchObject({ code: 'configuration_invalid' });
    for (const minimumRemainingMs of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1000' as never]) {
      await expect(tvm.vend(identityOf('acme'), { minimumRemainingMs })).rejects.toMatchObject({ code: 'configuration_invalid' });
    }
    expect(aws.calls).toEqual([]);
  });

  it('calls STS again for a longer minimum lifetime, and refuses one that the role cannot give', async () => {
    await using tvm = machineFor(aws);
    await tvm.vend(identityOf('acme'), { minimumRemainingMs: 800_000 });

    await expect(tvm.vend(identityOf('acme'), { minimumRemainingMs: 840_001 })).rejects.toMatchObject({
      code: 'life_unavailable',
      status: 500,
    });
    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('refuses permissions that are too large for STS, and reports the share of each template', async () => {
    const long = Array.from({ length: 12 }, (_, i) => ({
      template: 's3-folder-per-tenant',
      variables: { bucket: `bucket-${'x'.repeat(40)}-${i}` },
    }));
    await using tvm = machineFor(aws, { permissions: long, variables: {} });

    await expect(tvm.vend(identityOf('acme'))).rejects.toMatchObject({
      code: 'policy_too_large',
      detail: { limit: 2048, shares: { 's3-folder-per-tenant': expect.any(Number) } },
    });
    expect(aws.calls).toEqual([]);
  });

  it('uses other permissions for one call, with separate credentials', async () => {
    await using tvm = machineFor(aws);

    const own = await tvm.vend(identityOf('acme'));
    const narrow = await tvm.vend(identityOf('acme'), { permissions: ['s3-folder-read-only'] });
    const again = await tvm.vend(identityOf('acme'), { permissions: ['s3-folder-read-only'] });

    expect(narrow.accessKeyId).not.toBe(own.accessKeyId);
    expect(again.accessKeyId).toBe(narrow.accessKeyId);
    await expect(tvm.vend(identityOf('acme'), { permissions: ['no-such-template'] })).rejects.toMatchObject({ code: 'template_not_found' });
    await expect(tvm.vend(identityOf('acme'), { permissions: [] })).rejects.toMatchObject({ code: 'configuration_invalid' });
  });

  it('takes the same permissions by `for`', async () => {
    await using tvm = machineFor(aws);
    const options = { permissions: ['s3-folder-read-only'] };
    const vended = await tvm.vend(identityOf('acme'), options);

    const credentials = await tvm.for(identityOf('acme'), options).credentials();

    expect(credentials.accessKeyId).toBe(vended.accessKeyId);
    expect(() => tvm.for(identityOf('acme'), { permission: [] } as never)).toThrowError(
      expect.objectContaining({ faults: ['`permission` is not an option: did you mean `permissions`?'] }),
    );
    for (const permissions of [[], 'all', null])
      await expect(tvm.for(identityOf('acme'), { permissions } as never).credentials()).rejects.toMatchObject({
        code: 'configuration_invalid',
      });
  });

  it('refuses a generator that already has a tenant, in every option for permissions', async () => {
    const bound = PolicyGenerator.generator().s3FolderPerTenant({ bucket }).tenant('acme');
    await using tvm = machineFor(aws);

    expect(() => machineFor(aws, { permissions: bound })).toThrowError(expect.objectContaining({ code: 'configuration_invalid' }));
    await expect(tvm.vend(identityOf('acme'), { permissions: bound })).rejects.toMatchObject({ code: 'configuration_invalid' });
    expect(() => tvm.for(identityOf('acme')).scoped(bound)).toThrowError(expect.objectContaining({ code: 'configuration_invalid' }));
  });

  it('accepts permissions from the fluent generator', async () => {
    await using tvm = machineFor(aws, { permissions: PolicyGenerator.generator().s3FolderPerTenant({ bucket }), variables: undefined });

    expect((await tvm.vend(identityOf('acme'))).accessKeyId).toMatch(/^ASIA/);
  });
});

describe('checkPermissions', () => {
  it.each<[unknown, string]>([
    [['no-such-template'], '`permissions` cannot be used: there is no template "no-such-template"'],
    [['dynamodb-leading-keys'], '`variables.table` is missing: template `dynamodb-leading-keys` needs the variable `table`'],
    [[], '`permissions` is empty'],
    ['s3-folder-per-tenant', 'must be a list of permission templates, not string'],
    [null, 'must be a list of permission templates, not null'],
  ])('refuses %j before any request', async (permissions, fault) => {
    await using tvm = machineFor(aws, { variables: { bucket } });

    expect(() => tvm.checkPermissions(permissions as never)).toThrowError(
      expect.objectContaining({ code: 'configuration_invalid', faults: [expect.stringContaining(fault)] }),
    );
  });

  it('accepts permissions that every tenant may have', async () => {
    await using tvm = machineFor(aws);

    expect(() => tvm.checkPermissions(['s3-folder-read-only'])).not.toThrow();
  });
});

describe('a machine', () => {
  it('drops the cached credentials of one tenant only', async () => {
    await using tvm = machineFor(aws);
    const [acme, globex] = [await tvm.vend(identityOf('acme')), await tvm.vend(identityOf('globex'))];

    tvm.invalidate('acme');

    expect((await tvm.vend(identityOf('acme'))).accessKeyId).not.toBe(acme.accessKeyId);
    expect((await tvm.vend(identityOf('globex'))).accessKeyId).toBe(globex.accessKeyId);
  });

  it('serves the callers of a pending call that was invalidated, and does not cache its result', async () => {
    await using tvm = machineFor(aws);
    aws.faults.sts({ hang: true, times: 1 });
    const waiting = tvm.vend(identityOf('acme'));
    await expect.poll(() => tvm.stats().assumes).toBe(1);

    tvm.invalidate('acme');
    const next = await tvm.vend(identityOf('acme'));
    aws.faults.clear();

    expect((await waiting).accessKeyId).not.toBe(next.accessKeyId);
    expect((await tvm.vend(identityOf('acme'))).accessKeyId).toBe(next.accessKeyId);
  });

  it('serves all callers if entries are evicted while calls are pending', async () => {
    await using tvm = machineFor(aws, { cache: { max: 1 } });

    const vended = await Promise.all(['acme', 'globex', 'initech'].map((tenantId) => tvm.vend(identityOf(tenantId))));

    expect(new Set(vended.map(({ accessKeyId }) => accessKeyId)).size).toBe(3);
    expect(tvm.stats().entries).toBe(1);
  });

  it('waits for pending calls when it is closed, and then vends no more', async () => {
    const tvm = machineFor(aws);
    aws.faults.sts({ hang: true, times: 1 });
    const waiting = tvm.vend(identityOf('acme'));
    await expect.poll(() => tvm.stats().assumes).toBe(1);

    const closed = tvm.close();
    aws.faults.clear();

    expect((await waiting).accessKeyId).toMatch(/^ASIA/);
    await closed;
    await expect(tvm.vend(identityOf('acme'))).rejects.toMatchObject({
      code: 'sts_unavailable',
      status: 503,
      headers: { 'Retry-After': '1' },
      detail: { reason: 'the token vending machine is closed: close the server before it' },
    });
  });

  it('is ready if there are base credentials and a region', async () => {
    await using tvm = machineFor(aws);
    await expect(tvm.ready()).resolves.toBeUndefined();

    await using without = machineFor(aws, { sts: stsOf(aws, { credentials: () => Promise.reject(new Error('no role')) }) });
    await expect(without.ready()).rejects.toMatchObject({ code: 'sts_unavailable', status: 503 });

    await using nowhere = machineFor(aws, {
      sts: stsOf(aws, { region: (): Promise<string> => Promise.reject(new Error('Region is missing')) }),
    });
    await expect(nowhere.ready()).rejects.toMatchObject({ code: 'configuration_invalid', faults: [expect.stringContaining('AWS_REGION')] });
    expect(aws.calls).toEqual([]);
  });

  it('does not change the given STS client', async () => {
    const sts = fakeSts();
    const before = sts.middlewareStack.identify();
    const tvm = new TokenVendingMachine(optionsFor(aws, { sts }));

    await tvm.vend(identityOf('acme'));
    await tvm.close();

    expect(sts.middlewareStack.identify()).toEqual(before);
  });
});
