import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { runForRequest } from '@tenant-aws/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bucket, identityOf, localAws, machineFor, optionsFor } from '../local-machine.ts';

/** Version 3.758, which ignores the flag that makes the SDK request credentials at every call. */
const old: { S3Client: typeof S3Client; ListObjectsV2Command: typeof ListObjectsV2Command } = createRequire(
  new URL('../../../nestjs/package.json', import.meta.url),
)('client-s3-3758');

const aws = localAws();

const list = (tenant: string): ListObjectsV2Command => new ListObjectsV2Command({ Bucket: bucket, Prefix: `${tenant}/` });
const toLocal = () => ({ endpoint: aws.url, forcePathStyle: true });

describe('a client of the current tenant', () => {
  it('signs as the tenant that is current at each call', async () => {
    await using machine = machineFor(aws);
    const s3 = await machine.currentClient(S3Client, toLocal());

    for (const tenant of ['acme', 'globex', 'acme']) await machine.for(identityOf(tenant)).run(() => s3.send(list(tenant)));

    const lists = aws.calls.filter(({ service }) => service === 's3');
    expect(lists.map(({ tenantSession, decision }) => [tenantSession, decision])).toEqual(
      ['acme', 'globex', 'acme'].map((tenant) => [tenant, 'allowed']),
    );
  });

  it('is the same one for the same class and configuration, and an instance of the class', async () => {
    await using machine = machineFor(aws);

    expect(await machine.currentClient(S3Client, toLocal())).toBe(await machine.currentClient(S3Client, toLocal()));
    expect(await machine.currentClient(S3Client)).toBeInstanceOf(S3Client);
    expect(await machine.currentClient(DynamoDBClient)).toBeInstanceOf(DynamoDBClient);
    expect(await machine.currentClient(DynamoDBDocumentClient)).toBeInstanceOf(DynamoDBDocumentClient);
  });

  it('is never the client of one tenant', async () => {
    await using machine = machineFor(aws);

    expect(await machine.currentClient(S3Client)).not.toBe(machine.for(identityOf('acme')).client(S3Client));
    expect(await machine.currentClient(S3Client)).not.toBe(machine.for(identityOf('current')).client(S3Client));
  });

  it('sends nothing outside a tenant', async () => {
    await using machine = machineFor(aws);
    const s3 = await machine.currentClient(S3Client, toLocal());

    await expect(s3.send(list('acme'))).rejects.toMatchObject({ code: 'no_tenant' });
    expect(aws.calls).toEqual([]);
  });

  it('vends nothing when it is made, and rejects `credentials`', async () => {
    await using machine = machineFor(aws);
    await machine.currentClient(S3Client);

    expect(aws.calls).toEqual([]);
    await expect(machine.currentClient(S3Client, { credentials: {} })).rejects.toMatchObject({ code: 'configuration_invalid' });
  });

  it('is refused where the SDK would use the credentials of one tenant for the next', async () => {
    await using machine = machineFor(aws);

    await expect(machine.currentClient(old.S3Client)).rejects.toMatchObject({
      code: 'configuration_invalid',
      faults: [expect.stringContaining('S3Client would use the credentials of one tenant for the next')],
    });
  });
});

describe('the warning of a client of the current tenant', () => {
  const warned: (Error & { code?: string })[] = [];
  const record = (warning: Error): void => void (warning.name === 'TenantAwsWarning' && warned.push(warning));
  beforeEach(() => {
    warned.length = 0;
    process.on('warning', record);
  });
  afterEach(() => {
    process.off('warning', record);
    vi.unstubAllEnvs();
  });

  /** Requests credentials as a client does: once during a request, and twice after its response has closed. */
  async function calls(purpose: 'handler' | 'run' = 'handler'): Promise<void> {
    await using machine = machineFor(aws);
    const { config } = await machine.currentClient(S3Client);
    const acme = machine.for(identityOf('acme'));
    const response = Object.assign(new EventEmitter(), { destroyed: false });
    const http = { request: new EventEmitter(), response };
    await runForRequest(http, { current: acme, purpose: 'handler' }, async () => {
      const call = () => (purpose === 'run' ? acme.run(() => config.credentials()) : config.credentials());
      await call();
      expect(warned).toEqual([]);
      response.destroyed = true; // as Node does
      await call();
      await call();
    });
    await new Promise((resolve) => process.nextTick(resolve));
  }

  it('is given once for calls in the context of a request whose response has ended', async () => {
    await calls();

    expect(warned.map(({ name, code }) => [name, code])).toEqual([['TenantAwsWarning', 'TENANT_AWS_ANSWERED_REQUEST']]);
    expect(warned[0]?.message).toContain('bindTenant()');
  });

  it('is not given where the work runs as its own tenant, nor in production', async () => {
    await calls('run');
    vi.stubEnv('NODE_ENV', 'production');
    await calls();

    expect(warned).toEqual([]);
  });
});

describe('one of the two checks', () => {
  beforeEach(() => {
    vi.resetModules();
  });
  afterEach(() => {
    vi.doUnmock('../../src/clients/current-client.ts');
    vi.doUnmock('../../src/clients/signature-guard.ts');
    vi.doUnmock('../../src/clients/tenant-handler.ts');
    vi.resetModules(); // the next file of this worker must not use the modules that were loaded without the checks
  });

  it('refuses an old SDK without the guard', async () => {
    vi.doMock('../../src/clients/signature-guard.ts', async (original) => ({
      ...(await original<object>()),
      guardSignatures: () => undefined,
    }));
    vi.doMock('../../src/clients/tenant-handler.ts', () => ({ installTenantHandler: () => undefined }));
    const { TokenVendingMachine } = await import('../../src/index.ts');
    await using machine = new TokenVendingMachine(optionsFor(aws));

    await expect(machine.currentClient(old.S3Client, toLocal())).rejects.toMatchObject({ code: 'configuration_invalid' });
    expect(await machine.currentClient(S3Client)).toBeInstanceOf(S3Client);
  });

  it('refuses an old SDK without the canary', async () => {
    vi.doMock('../../src/clients/current-client.ts', async (original) => ({
      ...(await original<object>()),
      assertFollowsCurrent: async () => undefined,
    }));
    const { TokenVendingMachine } = await import('../../src/index.ts');
    await using machine = new TokenVendingMachine(optionsFor(aws));
    const s3 = await machine.currentClient(old.S3Client, toLocal());
    const as = async (tenant: string) => {
      const tenantAws = machine.for(identityOf(tenant));
      await tenantAws.credentials(); // the tenant has its own key, but the client has cached the other tenant's
      return tenantAws.run(() => s3.send(new old.ListObjectsV2Command({ Bucket: bucket, Prefix: `${tenant}/` })));
    };

    await as('acme');
    await expect(as('globex')).rejects.toMatchObject({ code: 'tenant_mismatch' });
    await as('acme');

    const sent = aws.calls.filter(({ service }) => service === 's3');
    expect(sent.map(({ tenantSession }) => tenantSession)).toEqual(['acme', 'acme']);
  });
});
