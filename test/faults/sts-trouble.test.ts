import type { TokenVendingMachine } from '@tenant-aws/core';
import type { Fault } from '@tenant-aws/local';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assumesOf, baseKeys, identityOf, localAws, machineFor, refusalOf, SettableClock, stsAt } from './machine.ts';
import { Proxy, type ProxyFaults } from './proxy.ts';

/** After this time a refresh is due: 280 of 900 seconds remain. */
const REFRESH_DUE_MS = 620_000;
const DEADLINE_MS = 1_000;

const aws = localAws();
let proxy: Proxy;
beforeAll(async () => {
  proxy = await Proxy.start(aws.url);
});
afterAll(() => proxy.close());

let clock: SettableClock;
let tvm: TokenVendingMachine;
beforeEach(() => {
  clock = new SettableClock();
  tvm = machineFor(aws, { sts: stsAt(proxy.url, aws), clock, assumeTimeoutMs: DEADLINE_MS });
});
afterEach(async () => {
  await clear();
  await tvm.close();
});

async function clear(): Promise<void> {
  aws.faults.clear();
  await proxy.setFaults({});
}

async function begin({ fault, proxyFaults }: { fault?: Fault; proxyFaults?: ProxyFaults }): Promise<void> {
  if (fault) aws.faults.sts(fault);
  if (proxyFaults) await proxy.setFaults(proxyFaults);
}

describe('a temporary fault of STS', () => {
  it.each<{ name: string; fault?: Fault; proxyFaults?: ProxyFaults; reason: string }>([
    { name: 'throttles', fault: { code: 'Throttling' }, reason: 'STS throttled the call' },
    { name: 'throttles with another code', fault: { code: 'RequestLimitExceeded' }, reason: 'STS throttled the call' },
    { name: 'answers 500', fault: { code: 'InternalFailure' }, reason: 'STS failed or cannot be reached' },
    { name: 'answers 503', fault: { code: 'ServiceUnavailable' }, reason: 'STS failed or cannot be reached' },
    { name: 'closes the connection', fault: { down: true }, reason: 'STS failed or cannot be reached' },
    { name: 'reports expired base credentials', fault: { code: 'ExpiredToken' }, reason: 'the base credentials have expired' },
    { name: 'accepts and never answers', proxyFaults: { hang: true }, reason: `STS did not answer within ${DEADLINE_MS} ms` },
    { name: 'responds too late', proxyFaults: { delayMs: 60_000 }, reason: `STS did not answer within ${DEADLINE_MS} ms` },
    { name: 'drips its response', proxyFaults: { dripMs: 100 }, reason: `STS did not answer within ${DEADLINE_MS} ms` },
    { name: 'refuses connections', proxyFaults: { refuse: true }, reason: 'STS failed or cannot be reached' },
    { name: 'resets before the response', proxyFaults: { resetAfterBytes: 0 }, reason: 'STS failed or cannot be reached' },
    { name: 'resets within the response', proxyFaults: { resetAfterBytes: 700 }, reason: 'STS failed or cannot be reached' },
    { name: 'closes within the response', proxyFaults: { cutAfterBytes: 700 }, reason: 'STS failed or cannot be reached' },
  ])(
    'causes 503 with Retry-After where STS $name, does not affect cached credentials, and is not remembered',
    async ({ reason, ...faults }) => {
      const warm = identityOf('warm');
      const { accessKeyId } = await tvm.vend(warm);
      clock.pass(REFRESH_DUE_MS);
      await begin(faults);

      const refusal = await refusalOf(tvm.vend(identityOf('cold')));
      expect(refusal).toMatchObject({ code: 'sts_unavailable', status: 503 });
      expect(refusal.retryAfter).toBeGreaterThanOrEqual(1);
      expect(refusal.reason).toContain(reason);
      expect((await tvm.vend(warm)).accessKeyId).toBe(accessKeyId);

      await clear();
      // The failure is not remembered: the next request is served immediately.
      await expect(tvm.vend(identityOf('cold'))).resolves.toHaveProperty('sessionToken');
    },
  );

  it('is tolerated if the response is slow but in time', async () => {
    const patient = machineFor(aws, { sts: stsAt(proxy.url, aws) });
    await proxy.setFaults({ delayMs: 20 });
    await expect(patient.vend(identityOf('late'))).resolves.toHaveProperty('sessionToken');
    await proxy.setFaults({ dripMs: 1 });
    await expect(patient.vend(identityOf('dripping'))).resolves.toHaveProperty('sessionToken');
    await patient.close();
  });

  it('is not noticed if it happens once', async () => {
    for (const code of ['Throttling', 'InternalFailure', 'ExpiredToken']) {
      aws.faults.sts({ code, times: 1 });
      await expect(machineFor(aws).vend(identityOf(`once-${code}`))).resolves.toHaveProperty('sessionToken');
    }
    expect(assumesOf(aws)).toHaveLength(6);
  });

  it('delays no other tenant if one call hangs', async () => {
    aws.faults.sts({ hang: true, times: 1 });
    const hanging = refusalOf(tvm.vend(identityOf('hanging')));
    await expect(tvm.vend(identityOf('other'))).resolves.toHaveProperty('sessionToken');
    expect(await hanging).toMatchObject({ code: 'sts_unavailable' });
  });
});

describe('a host name that does not resolve', () => {
  it('causes 503 with Retry-After', async () => {
    const lost = machineFor(aws, { sts: stsAt('http://sts.tenant-aws.invalid', aws) });
    expect(await refusalOf(lost.vend(identityOf('acme')))).toMatchObject({ code: 'sts_unavailable', status: 503, retryAfter: 1 });
    await lost.close();
  });
});

describe('a deterministic failure of STS', () => {
  it.each([
    ['AccessDenied', 'sts_rejected'],
    ['MalformedPolicyDocument', 'sts_rejected'],
    ['RegionDisabledException', 'sts_rejected'],
    ['ValidationError', 'sts_rejected'],
    ['InvalidClientTokenId', 'sts_rejected'],
    ['PackedPolicyTooLarge', 'policy_too_large'],
  ])('causes one call in two seconds: %s', async (stsCode, code) => {
    aws.faults.sts({ code: stsCode });
    for (let request = 0; request < 20; request += 1) {
      expect(await refusalOf(tvm.vend(identityOf('acme')))).toMatchObject({ code, status: 500, retryAfter: undefined });
    }
    expect(assumesOf(aws)).toHaveLength(1);
    clock.pass(2_000);
    expect(await refusalOf(tvm.vend(identityOf('acme')))).toMatchObject({ code });
    expect(assumesOf(aws)).toHaveLength(2);
    aws.faults.clear();
    clock.pass(2_000);
    await expect(tvm.vend(identityOf('acme'))).resolves.toHaveProperty('sessionToken');
  });
});

describe('expired base credentials', () => {
  it('are renewed, and the call is repeated with the new ones', async () => {
    const { accessKeyId, secretAccessKey } = baseKeys(aws);
    const fetched: boolean[] = [];
    const sts = stsAt(aws.url, aws, {
      credentials: async () => {
        fetched.push(true);
        return { accessKeyId, secretAccessKey };
      },
    });
    aws.faults.sts({ code: 'ExpiredToken', times: 1 });
    await expect(machineFor(aws, { sts }).vend(identityOf('acme'))).resolves.toHaveProperty('sessionToken');
    expect(fetched).toHaveLength(2);
    expect(assumesOf(aws)).toHaveLength(2);
  });

  it('cause no call to STS if their provider fails, and the machine recovers with the provider', async () => {
    let gone = true;
    const sts = stsAt(aws.url, aws, {
      credentials: async () => {
        if (gone) throw Object.assign(new Error('the instance profile is gone'), { name: 'CredentialsProviderError' });
        return baseKeys(aws);
      },
    });
    const machine = machineFor(aws, { sts });
    const refusal = await refusalOf(machine.vend(identityOf('acme')));
    expect(refusal).toMatchObject({ code: 'sts_unavailable', status: 503, retryAfter: 1 });
    expect(refusal.reason).toContain('there are no base credentials');
    expect(aws.calls).toEqual([]);
    gone = false;
    await expect(machine.vend(identityOf('acme'))).resolves.toHaveProperty('sessionToken');
  });
});
