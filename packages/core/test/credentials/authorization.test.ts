import { TokenVendingMachine, type TokenVendingMachineOptions } from '@tenant-aws/core';
import { fakeSts } from '@tenant-aws/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { bucket, identityOf, roleArn } from '../local-machine.ts';
import { SettableClock } from '../settable-clock.ts';

type Authorize = NonNullable<TokenVendingMachineOptions['authorizeTenant']>;

const acme = identityOf('acme');

let clock: SettableClock;
beforeEach(() => {
  clock = new SettableClock();
});

function machineWith(authorizeTenant: Authorize, options: Partial<TokenVendingMachineOptions> = {}): TokenVendingMachine {
  const own = { roleArn, permissions: ['s3-folder-per-tenant'], variables: { bucket }, sts: fakeSts() };
  return new TokenVendingMachine({ ...own, authorizeTenant, ...options }, { clock });
}

describe('authorizeTenant', () => {
  it.each<[string, Authorize]>([
    ['directly', () => true],
    ['asynchronously', async () => true],
  ])('admits a tenant if it returns true %s', async (_how, authorize) => {
    await using tvm = machineWith(authorize);

    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
  });

  it.each([[false], [undefined], [null], [1], ['true'], [{}]])('refuses the tenant if it returns %j', async (result) => {
    for (const authorize of [() => result as never, async () => result as never]) {
      await using tvm = machineWith(authorize);

      await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'tenant_revoked', status: 403 });
      await expect(tvm.for(acme).credentials()).rejects.toMatchObject({ code: 'tenant_revoked' });
      expect(tvm.stats().assumes).toBe(0);
    }
  });

  it('answers 503 if it throws, and is called again', async () => {
    let calls = 0;
    await using tvm = machineWith(() => {
      calls += 1;
      if (calls === 1) throw new Error('postgres://secret@db is down');
      return calls === 2 ? Promise.reject(new Error('still')) : true;
    });

    for (let request = 0; request < 2; request += 1) {
      const error: unknown = await tvm.vend(acme).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'sts_unavailable', status: 503, headers: { 'Retry-After': '1' } });
      expect(JSON.stringify(error) + String(error)).not.toContain('secret');
    }
    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
  });

  it('answers 503 if it does not return in time', async () => {
    await using tvm = machineWith(() => new Promise(() => {}), { assumeTimeoutMs: 20 });

    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_unavailable', status: 503 });
  });

  it('is called once for concurrent requests, once for each tenant, and again after five seconds', async () => {
    const calls: string[] = [];
    let suspended = false;
    await using tvm = machineWith(async ({ tenantId }) => {
      calls.push(tenantId);
      return !suspended;
    });

    await Promise.all(Array.from({ length: 100 }, () => tvm.vend(acme)));
    await tvm.vend(identityOf('globex'));
    expect(calls).toEqual(['acme', 'globex']);

    suspended = true;
    clock.pass(4_999);
    await tvm.vend(acme);
    clock.pass(1);
    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'tenant_revoked' });
    expect(calls).toEqual(['acme', 'globex', 'acme']);
  });

  it('gets the frozen identity, and is not called for an invalid tenant id', async () => {
    const calls: unknown[] = [];
    await using tvm = machineWith((identity) => {
      calls.push(identity);
      return Object.isFrozen(identity);
    });

    await expect(tvm.vend(identityOf('*'))).rejects.toMatchObject({ code: 'tenant_invalid' });
    await tvm.vend({ ...acme, subject: 'alice' });

    expect(calls).toEqual([{ ...acme, subject: 'alice' }]);
  });
});
