import { EventEmitter } from 'node:events';
import { bindTenant, currentTenantAws } from '@tenant-aws/core';
import { asTenant } from '@tenant-aws/core/testing';
import { describe, expect, it } from 'vitest';
import { currentTenantOrCode } from '../../../../test/support/current-tenant.ts';

describe('bindTenant', () => {
  it('runs a function as the tenant that was current when it was bound, even if another tenant calls it', () => {
    const bound = asTenant('acme', () => bindTenant((greeting: string) => `${greeting} ${currentTenantAws().tenantId}`));

    expect(bound('hello')).toBe('hello acme');
    expect(asTenant('globex', () => bound('hello'))).toBe('hello acme');
  });

  it('keeps `this`, the error and the result of a method', async () => {
    const counter = asTenant('acme', () => ({
      count: 1,
      add: bindTenant(function add(this: { count: number }, more: number) {
        if (more < 0) throw new RangeError('negative');
        this.count += more;
        return Promise.resolve(currentTenantOrCode());
      }),
    }));

    expect(await counter.add(2)).toBe('acme');
    expect(counter.count).toBe(3);
    expect(() => counter.add(-1)).toThrow(RangeError);
  });

  it('runs all listeners of an emitter as the tenant, whether they were added before or after the binding', () => {
    const seen: string[] = [];
    const emitter = new EventEmitter().on('done', () => seen.push(currentTenantOrCode()));
    const bound = asTenant('acme', () => bindTenant(emitter));
    bound.once('done', () => seen.push(currentTenantOrCode()));

    expect(bound).toBe(emitter);
    expect(asTenant('globex', () => emitter.emit('done'))).toBe(true);
    expect(seen).toEqual(['acme', 'acme']);
    expect(emitter.emit('nothing')).toBe(false);
  });

  it('refuses an emitter that is bound to another tenant, because tenants share it', () => {
    const shared = new EventEmitter();
    asTenant('acme', () => bindTenant(bindTenant(shared)));

    expect(() => asTenant('globex', () => bindTenant(shared))).toThrow(expect.objectContaining({ code: 'tenant_mismatch' }));
  });

  it('refuses to bind where no tenant is current', () => {
    expect(() => bindTenant(() => undefined)).toThrow(expect.objectContaining({ code: 'no_tenant' }));
    expect(() => bindTenant(new EventEmitter())).toThrow(expect.objectContaining({ code: 'no_tenant' }));
  });
});
