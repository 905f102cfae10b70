import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { TokenVendingMachine } from '@tenant-aws/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { identityOf, localAws, machineFor, refusalOf, SettableClock, stsAt, tenantIds, until } from './ground.ts';
import { Proxy } from './proxy.ts';

const TENANTS = tenantIds(200).map((tenantId) => identityOf(tenantId));
const LIFE_MS = 900_000;
const FLOOR_MS = 60_000;
/** STS writes whole seconds of its clock: what is cut off counts against us. */
const ROUNDING_MS = 2_000;
const LONGEST_BACKOFF_MS = 60_000;

const aws = localAws();
let proxy: Proxy;
let clock: SettableClock;
let tvm: TokenVendingMachine;
let refreshesEnded = 0;
const countRefresh = (): void => {
  refreshesEnded += 1;
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
  refreshesEnded = 0;
  clock = new SettableClock();
  tvm = machineFor(aws, { sts: stsAt(proxy.url, aws), clock });
  await Promise.all(TENANTS.map((tenant) => tvm.vend(tenant)));
});
afterEach(async () => {
  await proxy.become({});
  await tvm.close();
});

/** Load of every tenant, every two minutes of the clock, until `untilMs` have passed; refreshes that were begun end before the next step. */
async function load(untilMs: number): Promise<{ served: number; failed: number }> {
  let [served, failed] = [0, 0];
  for (let passed = 0; passed < untilMs; ) {
    const step = Math.min(120_000, untilMs - passed);
    clock.pass(step);
    passed += step;
    const answers = await Promise.allSettled(TENANTS.map((tenant) => tvm.vend(tenant)));
    served += answers.filter(({ status }) => status === 'fulfilled').length;
    failed += answers.filter(({ status }) => status === 'rejected').length;
    await until(() => refreshesEnded === tvm.stats().refreshes);
  }
  return { served, failed };
}

describe('STS is down for all of the life that is left, less the floor', () => {
  it('fails no request of 200 warm tenants, then answers 503 with Retry-After, and recovers by itself', { timeout: 60_000 }, async () => {
    await proxy.become({ refuse: true });
    const { served, failed } = await load(LIFE_MS - FLOOR_MS - ROUNDING_MS);
    expect({ served, failed }).toEqual({ served: 7 * 200, failed: 0 });
    const { refreshes, failures } = tvm.stats();
    // Each tenant tried several times in the last four minutes, and backed off in between.
    expect(refreshes).toBeGreaterThanOrEqual(200);
    expect(refreshes).toBeLessThanOrEqual(200 * 4);
    expect(failures).toBe(refreshes);

    clock.pass(ROUNDING_MS + 1);
    const refusals = await Promise.all(TENANTS.map((tenant) => refusalOf(tvm.vend(tenant))));
    expect(new Set(refusals.map(({ code, status }) => `${status} ${code}`))).toEqual(new Set(['503 sts_unavailable']));
    expect(Math.min(...refusals.map(({ retryAfter }) => retryAfter ?? 0))).toBeGreaterThanOrEqual(1);

    await proxy.become({});
    const answers = await Promise.allSettled(TENANTS.map((tenant) => tvm.vend(tenant)));
    expect(answers.filter(({ status }) => status === 'rejected')).toEqual([]);
  });
});

describe('STS comes back before the floor', () => {
  it('renews every tenant that is in use within one backoff, and no request saw anything', { timeout: 60_000 }, async () => {
    await proxy.become({ refuse: true });
    expect(await load(720_000)).toEqual({ served: 6 * 200, failed: 0 });
    await proxy.become({});
    expect(await load(LONGEST_BACKOFF_MS)).toEqual({ served: 200, failed: 0 });
    await until(() => tvm.stats().assumes - tvm.stats().failures === 2 * 200);
    const lives = await Promise.all(TENANTS.map(async (tenant) => (await tvm.vend(tenant)).expiration.getTime() - clock.now().wall));
    expect(Math.min(...lives)).toBeGreaterThan(LIFE_MS - LONGEST_BACKOFF_MS);
  });
});
