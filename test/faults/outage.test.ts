import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { TokenVendingMachine } from '@tenant-aws/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { identityOf, localAws, machineFor, refusalOf, SettableClock, stsAt, tenantIds, until } from './machine.ts';
import { Proxy } from './proxy.ts';

const TENANTS = tenantIds(200).map((tenantId) => identityOf(tenantId));
const LIFE_MS = 900_000;
const MINIMUM_REMAINING_MS = 60_000;
/** STS truncates times to whole seconds, which shortens the lifetime. */
const ROUNDING_MS = 2_000;
const MAX_BACKOFF_MS = 60_000;

const aws = localAws();
let proxy: Proxy;
let clock: SettableClock;
let tvm: TokenVendingMachine;
let endedRefreshes = 0;
const countRefresh = (): void => {
  endedRefreshes += 1;
};
beforeAll(async () => {
  subscribe('tenant-aws:refresh', countRefresh);
  proxy = await Proxy.start(aws.url);
});
afterAll(async () => {
  unsubscribe('tenant-aws:refresh', countRefresh);
  await proxy.close();
});
beforeEach(async () => {
  endedRefreshes = 0;
  clock = new SettableClock();
  tvm = machineFor(aws, { sts: stsAt(proxy.url, aws), clock });
  await Promise.all(TENANTS.map((tenant) => tvm.vend(tenant)));
});
afterEach(async () => {
  await proxy.setFaults({});
  await tvm.close();
});

/** A request of every tenant every two minutes of the clock, for `untilMs`. Each step waits for the refreshes that it started. */
async function load(untilMs: number): Promise<{ served: number; failed: number }> {
  let [served, failed] = [0, 0];
  for (let passed = 0; passed < untilMs; ) {
    const step = Math.min(120_000, untilMs - passed);
    clock.pass(step);
    passed += step;
    const results = await Promise.allSettled(TENANTS.map((tenant) => tvm.vend(tenant)));
    served += results.filter(({ status }) => status === 'fulfilled').length;
    failed += results.filter(({ status }) => status === 'rejected').length;
    await until(() => endedRefreshes === tvm.stats().refreshes);
  }
  return { served, failed };
}

describe('STS is down until the cached credentials reach the minimum lifetime', () => {
  it('fails no request of 200 tenants with cached credentials, then answers 503 with Retry-After, and recovers by itself', {
    timeout: 60_000,
  }, async () => {
    await proxy.setFaults({ refuse: true });
    const { served, failed } = await load(LIFE_MS - MINIMUM_REMAINING_MS - ROUNDING_MS);
    expect({ served, failed }).toEqual({ served: 7 * 200, failed: 0 });
    const { refreshes, failures } = tvm.stats();
    // Each tenant was refreshed several times in the last four minutes, with backoff.
    expect(refreshes).toBeGreaterThanOrEqual(200);
    expect(refreshes).toBeLessThanOrEqual(200 * 4);
    expect(failures).toBe(refreshes);

    clock.pass(ROUNDING_MS + 1);
    const refusals = await Promise.all(TENANTS.map((tenant) => refusalOf(tvm.vend(tenant))));
    expect(new Set(refusals.map(({ code, status }) => `${status} ${code}`))).toEqual(new Set(['503 sts_unavailable']));
    expect(Math.min(...refusals.map(({ retryAfter }) => retryAfter ?? 0))).toBeGreaterThanOrEqual(1);

    await proxy.setFaults({});
    const results = await Promise.allSettled(TENANTS.map((tenant) => tvm.vend(tenant)));
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
  });
});

describe('STS recovers before the minimum lifetime', () => {
  it('renews the credentials of every tenant in use within one backoff, and fails no request', { timeout: 60_000 }, async () => {
    await proxy.setFaults({ refuse: true });
    expect(await load(720_000)).toEqual({ served: 6 * 200, failed: 0 });
    await proxy.setFaults({});
    expect(await load(MAX_BACKOFF_MS)).toEqual({ served: 200, failed: 0 });
    await until(() => tvm.stats().assumes - tvm.stats().failures === 2 * 200);
    const lives = await Promise.all(TENANTS.map(async (tenant) => (await tvm.vend(tenant)).expiration.getTime() - clock.now().wall));
    expect(Math.min(...lives)).toBeGreaterThan(LIFE_MS - MAX_BACKOFF_MS);
  });
});
