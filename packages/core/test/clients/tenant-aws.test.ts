import { setImmediate as aTurn } from 'node:timers/promises';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { currentTenantAws, runInTenantContext, type TenantAws, type TokenVendingMachine, tenantContext } from '@tenant-aws/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assumesOf, bucket, everyTemplate, identityOf, localAws, machineFor, table } from '../local-machine.ts';

const aws = localAws();
let tvm: TokenVendingMachine;
beforeAll(() => {
  tvm = machineFor(aws, everyTemplate);
});
afterAll(() => tvm.close());

const put = (tenantAws: TenantAws, tenantId: string, name = 'note') =>
  tenantAws
    .client(S3Client, { endpoint: aws.url })
    .send(new PutObjectCommand({ Bucket: bucket, Key: `${tenantId}/${name}`, Body: tenantId }));

describe('calls of many tenants', () => {
  it("are each signed with their own tenant's key: 200 interleaved calls of 20 tenants", async () => {
    const tenants = Array.from({ length: 20 }, (_, i) => `tenant-${i}`);

    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const tenantId = tenants[i % tenants.length] ?? '';
        await tvm.for(identityOf(tenantId)).run(async () => {
          await aTurn();
          await put(currentTenantAws(), tenantId, `note-${i}`);
          const Item = { customer: { S: tenantId }, id: { S: `note-${i}` } };
          await currentTenantAws()
            .client(DynamoDBClient, { endpoint: aws.url })
            .send(new PutItemCommand({ TableName: table, Item }));
        });
      }),
    );

    const keys = new Map(
      await Promise.all(tenants.map(async (tenantId) => [tenantId, (await tvm.vend(identityOf(tenantId))).accessKeyId] as const)),
    );
    const calls = aws.calls.filter(({ service }) => service !== 'sts');
    expect(calls).toHaveLength(400);
    expect(
      calls.filter(({ tenantSession = '', accessKeyId, decision }) => decision !== 'allowed' || keys.get(tenantSession) !== accessKeyId),
    ).toEqual([]);
    expect(assumesOf(aws)).toHaveLength(20);
  });

  it('are signed correctly when tenants alternate', async () => {
    for (const tenantId of ['acme', 'globex', 'acme', 'acme', 'globex']) {
      await tvm.for(identityOf(tenantId)).run(() => put(currentTenantAws(), tenantId));
    }

    const calls = aws.calls.filter(({ service }) => service === 's3');
    expect(calls.map(({ tenantSession, decision }) => [tenantSession, decision])).toEqual(
      ['acme', 'globex', 'acme', 'acme', 'globex'].map((tenantId) => [tenantId, 'allowed']),
    );
    expect(new Set(calls.map(({ accessKeyId }) => accessKeyId)).size).toBe(2);
  });
});

describe('credentials', () => {
  it('work in any client, which requests them at every call, so that they are renewed', async () => {
    const { credentials } = tvm.for(identityOf('initech'));
    const s3 = new S3Client({ endpoint: aws.url, region: 'us-east-1', credentials });
    const send = () => s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'initech/note', Body: 'x' }));

    await send();
    tvm.invalidate('initech');
    await send();

    expect(new Set(aws.calls.filter(({ service }) => service === 's3').map(({ accessKeyId }) => accessKeyId)).size).toBe(2);
  });

  it('are vended when they are requested, and not before', async () => {
    const tenantAws = tvm.for(identityOf('lazy'));
    tenantAws.client(S3Client);
    tenantAws.scoped(['s3-folder-read-only']);
    tenantAws.run(() => currentTenantAws());
    expect(aws.calls).toEqual([]);

    await tenantAws.credentials();
    expect(assumesOf(aws)).toHaveLength(1);
  });
});

describe('scoped', () => {
  it('replaces the permissions, and never adds to them', async () => {
    const reader = tvm.for(identityOf('acme')).scoped(['s3-folder-read-only']);
    await put(tvm.for(identityOf('acme')), 'acme');

    const s3 = reader.client(S3Client, { endpoint: aws.url });
    expect(await (await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'acme/note' }))).Body?.transformToString()).toBe('acme');
    await expect(put(reader, 'acme')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(put(reader.scoped(['s3-folder-per-tenant']), 'acme')).resolves.toBeDefined();
  });

  it('throws immediately if the permissions are wrong', () => {
    const tenantAws = tvm.for(identityOf('acme'));

    expect(() => tenantAws.scoped(['no-such-template'])).toThrowError(expect.objectContaining({ code: 'template_not_found' }));
    expect(() => tenantAws.scoped([{ template: 's3-folder-read-only', variables: { bucket: 'a/*' } }])).toThrowError(
      expect.objectContaining({ code: 'template_variable' }),
    );
    for (const invalid of [undefined, null, 's3-folder-read-only', [], [null], [42], {}]) {
      expect(() => tenantAws.scoped(invalid as never)).toThrowError(expect.objectContaining({ code: 'configuration_invalid' }));
    }
  });
});

describe('currentTenantAws', () => {
  it('throws where no tenant is current', async () => {
    expect(() => currentTenantAws()).toThrowError(expect.objectContaining({ code: 'no_tenant', status: 500 }));
    await tvm.for(identityOf('acme')).run(async () => undefined);
    expect(() => currentTenantAws()).toThrowError(expect.objectContaining({ code: 'no_tenant' }));
  });

  it('returns the innermost tenant, also after an inner `run`', async () => {
    const [acme, globex] = [tvm.for(identityOf('acme')), tvm.for(identityOf('globex'))];

    const seen = await acme.run(async () => {
      const before = currentTenantAws();
      const inner = await globex.run(async () => {
        await aTurn();
        return currentTenantAws();
      });
      await aTurn();
      return [before, inner, currentTenantAws()];
    });

    expect(seen).toEqual([acme, globex, acme]);
    expect(seen.map(({ tenantId }) => tenantId)).toEqual(['acme', 'globex', 'acme']);
  });

  it('returns the tenant that was set after the context was opened', async () => {
    const acme = tvm.for(identityOf('acme'));

    await runInTenantContext({}, async () => {
      expect(() => currentTenantAws()).toThrowError(expect.objectContaining({ code: 'no_tenant' }));
      const context = tenantContext();
      if (context) context.current = acme;
      await aTurn();
      expect(currentTenantAws()).toBe(acme);
    });
    expect(tenantContext()).toBeUndefined();
  });

  it('returns the same for two copies of this package in one process', async () => {
    const path = '../../src/clients/current.ts?copy';
    const copy = (await import(path)) as { currentTenantAws: typeof currentTenantAws };
    const acme = tvm.for(identityOf('acme'));

    expect(copy.currentTenantAws).not.toBe(currentTenantAws);
    expect(acme.run(() => copy.currentTenantAws())).toBe(acme);
  });

  it('cannot be replaced or removed by another package', () => {
    const name = Symbol.for('@tenant-aws/core: current tenant, 1');

    expect(Object.getOwnPropertyDescriptor(globalThis, name)).toMatchObject({ writable: false, configurable: false, enumerable: false });
  });
});

describe('a TenantAws', () => {
  it('cannot be changed', () => {
    const tenantAws = tvm.for(identityOf('acme'));

    expect(Object.isFrozen(tenantAws)).toBe(true);
    expect(tenantAws).toMatchObject({ tenantId: 'acme', identity: { tenantId: 'acme', source: 'claims' } });
  });

  it('shares only what cannot be changed with other requests', () => {
    const identity = Object.freeze({ ...identityOf('acme'), claims: Object.freeze({}) });
    const [one, other] = [tvm.for(identity), tvm.for(identity)];

    const parts: [string, unknown, unknown][] = Object.entries(one).map(([name, part]) => [name, part, Reflect.get(other, name)]);
    const shared = parts.filter(([, part, same]) => part === same);

    expect(shared.map(([name]) => name)).toEqual(['tenantId', 'identity', 'credentials', 'client']);
    expect(shared.filter(([, part]) => !Object.isFrozen(part))).toEqual([]);
    expect(Object.isFrozen(Object.getPrototypeOf(one))).toBe(true);
  });

  it('never shares keys with another tenant of the same session name', async () => {
    await using own = machineFor(aws, { sessionName: 'the-app' });
    await own.for(identityOf('acme')).credentials();
    await own.for(identityOf('globex')).credentials();

    expect(assumesOf(aws)).toHaveLength(2);
    await expect(put(own.for(identityOf('acme')), 'globex')).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
