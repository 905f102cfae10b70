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
    ['at once', () => true],
    ['in time', async () => true],
  ])('lets a tenant have credentials where it answers true %s', async (_when, authorize) => {
    await using tvm = machineWith(authorize);

    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
  });

  it.each([[false], [undefined], [null], [1], ['true'], [{}]])('takes %j for no', async (answer) => {
    for (const authorize of [() => answer as never, async () => answer as never]) {
      await using tvm = machineWith(authorize);

      await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'tenant_revoked', status: 403 });
      await expect(tvm.for(acme).credentials()).rejects.toMatchObject({ code: 'tenant_revoked' });
      expect(tvm.stats().assumes).toBe(0);
    }
  });

  it('is a 503 where it throws, for there is no certainty, and is asked again', async () => {
    let asked = 0;
    await using tvm = machineWith(() => {
      asked += 1;
      if (asked === 1) throw new Error('postgres://secret@db is down');
      return asked === 2 ? Promise.reject(new Error('still')) : true;
    });

    for (let request = 0; request < 2; request += 1) {
      const error: unknown = await tvm.vend(acme).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'sts_unavailable', status: 503, headers: { 'Retry-After': '1' } });
      expect(JSON.stringify(error) + String(error)).not.toContain('secret');
    }
    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
  });

  it('is a 503 where it does not answer in time, and holds nobody for ever', async () => {
    await using tvm = machineWith(() => new Promise(() => {}), { assumeTimeoutMs: 20 });

    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_unavailable', status: 503 });
  });

  it('is asked once for all who wait, once for each tenant, and again after five seconds', async () => {
    const asked: string[] = [];
    let suspended = false;
    await using tvm = machineWith(async ({ tenantId }) => {
      asked.push(tenantId);
      return !suspended;
    });

    await Promise.all(Array.from({ length: 100 }, () => tvm.vend(acme)));
    await tvm.vend(identityOf('globex'));
    expect(asked).toEqual(['acme', 'globex']);

    suspended = true;
    clock.pass(4_999);
    await tvm.vend(acme);
    clock.pass(1);
    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'tenant_revoked' });
    expect(asked).toEqual(['acme', 'globex', 'acme']);
  });

  it('is told the identity, frozen, and asked about nobody whose id is not acceptable', async () => {
    const asked: unknown[] = [];
    await using tvm = machineWith((identity) => {
      asked.push(identity);
      return Object.isFrozen(identity);
    });

    await expect(tvm.vend(identityOf('*'))).rejects.toMatchObject({ code: 'tenant_invalid' });
    await tvm.vend({ ...acme, subject: 'alice' });

    expect(asked).toEqual([{ ...acme, subject: 'alice' }]);
  });
});
