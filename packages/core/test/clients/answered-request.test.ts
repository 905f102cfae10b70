import { EventEmitter } from 'node:events';
import { S3Client } from '@aws-sdk/client-s3';
import { runForRequest, TokenVendingMachine } from '@tenant-aws/core';
import { fakeSts } from '@tenant-aws/core/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { identityOf } from '../local-machine.ts';

describe('a client of the current tenant', () => {
  const warned: (Error & { code?: string })[] = [];
  const hear = (warning: Error): void => void (warning.name === 'TenantAwsWarning' && warned.push(warning));
  beforeEach(() => {
    warned.length = 0;
    process.on('warning', hear);
  });
  afterEach(() => {
    process.off('warning', hear);
    vi.unstubAllEnvs();
  });

  /** Asks for credentials as a client does, twice during a request and twice after its response has closed; answers the tenants. */
  async function calls(purpose: 'handler' | 'run' = 'handler'): Promise<void> {
    await using tvm = new TokenVendingMachine({
      roleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
      permissions: [{ template: 's3-folder-per-tenant', variables: { bucket: 'notes' } }],
      sts: fakeSts(),
    });
    const { config } = await tvm.currentClient(S3Client);
    const acme = tvm.for(identityOf('acme'));
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

  it('warns once when it is called in the context of a request that is already answered', async () => {
    await calls();

    expect(warned.map(({ name, code }) => [name, code])).toEqual([['TenantAwsWarning', 'TENANT_AWS_ANSWERED_REQUEST']]);
    expect(warned[0]?.message).toContain('bindTenant()');
  });

  it('does not warn where the work was given its tenant, nor in production', async () => {
    await calls('run');
    vi.stubEnv('NODE_ENV', 'production');
    await calls();

    expect(warned).toEqual([]);
  });
});
