import { setImmediate as nextTurn } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { INestApplication } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { currentTenantAws, type TenantIdentity, TokenVendingMachine } from '@tenant-aws/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { identityOf } from '../../../test/support/identity-of.ts';
import { bucket } from '../../../test/support/notes-aws.ts';
import { TenantAwsModule, type TenantAwsModuleOptions, TenantAwsService, TenantClient } from '../src/index.ts';
import { start } from './application.ts';

const aws = notesAws();

@Injectable()
class Consumer {
  constructor(
    @TenantClient(S3Client) private readonly s3: S3Client,
    readonly tenants: TenantAwsService,
  ) {}

  async write(tenantId: string): Promise<string> {
    await nextTurn();
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${tenantId}/job`, Body: 'done' }));
    return this.tenants.current().tenantId;
  }
}

describe('TenantAwsService', () => {
  let app: INestApplication;
  let tvm: TokenVendingMachine;
  beforeEach(() => {
    tvm = TokenVendingMachine.fromEnvironment();
  });
  afterEach(async () => {
    await app.close();
    await tvm.close();
  });
  async function consumer(options: TenantAwsModuleOptions = {}): Promise<Consumer> {
    app = await start('Express', { imports: [TenantAwsModule.forRoot(options)], providers: [Consumer] });
    return app.get(Consumer);
  }

  it("throws no_tenant outside of a tenant's context", async () => {
    const { tenants } = await consumer();

    expect(() => tenants.current()).toThrow(expect.objectContaining({ code: 'no_tenant' }));
  });

  it('runs concurrent jobs, each as its own tenant', async () => {
    const jobs = await consumer();
    const tenants = Array.from({ length: 40 }, (_, index) => `tenant-${index % 8}`);

    const ran = await Promise.all(tenants.map((tenant) => jobs.tenants.runAs(identityOf(tenant), () => jobs.write(tenant))));

    expect(ran).toEqual(tenants);
    const puts = aws.calls.filter(({ operation }) => operation === 'PutObject');
    expect([puts.length, puts.filter(({ decision }) => decision !== 'allowed')]).toEqual([40, []]);
    expect(() => jobs.tenants.current()).toThrow(expect.objectContaining({ code: 'no_tenant' }));
  });

  it("cannot reach another tenant's data from a job", async () => {
    const jobs = await consumer();

    await expect(jobs.tenants.runAs(identityOf('acme'), () => jobs.write('globex'))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('passes the tenant to the function that it runs', async () => {
    const { tenants } = await consumer();

    expect(await tenants.runAs(identityOf('acme'), (tenantAws) => tenantAws === currentTenantAws() && tenantAws.tenantId)).toBe('acme');
  });

  it('refuses an invalid tenant id before it runs the function', async () => {
    const { tenants } = await consumer();

    for (const tenantId of ['*', '', 'a/b', '../acme']) {
      await expect(tenants.runAs(identityOf(tenantId), () => 'ran')).rejects.toMatchObject({ code: 'tenant_invalid' });
    }
    await expect(tenants.runAs(undefined as unknown as TenantIdentity, () => 'ran')).rejects.toMatchObject({ code: 'tenant_invalid' });
    expect(aws.calls).toEqual([]);
  });

  it('refuses an `expiresAt` that is not in milliseconds since the epoch before it runs the function', async () => {
    const own = { tvm, permissions: ['s3-folder-read-only'] };
    for (const options of [{}, { tvm }, own]) {
      const { tenants } = await consumer(options);
      for (const expiresAt of [new Date(), Number.NaN, '2026-01-01', Math.floor(Date.now() / 1_000)]) {
        const identity = { ...identityOf('acme'), expiresAt: expiresAt as number };

        await expect(tenants.runAs(identity, () => 'ran')).rejects.toMatchObject({ code: 'configuration_invalid' });
      }
      if (options !== own) await app.close();
    }
    expect(aws.calls).toEqual([]);
  });

  it('runs with the permissions of the module if the machine is shared', async () => {
    const jobs = await consumer({ tvm, permissions: ['s3-folder-read-only'] });

    await expect(jobs.tenants.runAs(identityOf('acme'), () => jobs.write('acme'))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it("runs with the machine's permissions if the module has no permissions", async () => {
    const jobs = await consumer({ tvm });

    expect(await jobs.tenants.runAs(identityOf('acme'), () => jobs.write('acme'))).toBe('acme');
  });

  it('is ready when base credentials and the keys of the issuer are available', async () => {
    const { tenants } = await consumer();
    await tenants.ready();
    await tenants.ready({ probe: true });
    await app.close();

    const lost = await consumer({ identity: Object.assign(() => undefined, { ready: () => Promise.reject(new Error('no keys')) }) });
    await expect(lost.tenants.ready()).rejects.toThrow('no keys');
  });

  it('is not ready with a probe if STS refuses the role', async () => {
    const { tenants } = await consumer({ roleArn: 'arn:aws:iam::000000000000:role/Misspelt' });
    await tenants.ready();

    await expect(tenants.ready({ probe: true })).rejects.toMatchObject({ code: 'configuration_invalid' });
  });
});
