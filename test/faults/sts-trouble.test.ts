import type { TokenVendingMachine } from '@tenant-aws/core';
import type { Fault } from '@tenant-aws/local';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assumesOf, baseKeys, identityOf, localAws, machineFor, refusalOf, SettableClock, stsAt } from './ground.ts';
import { Proxy, type Weather } from './proxy.ts';

/** Past the moment from which credentials are renewed ahead, with 280 of 900 seconds left. */
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
  await proxy.become({});
}

async function begin({ fault, weather }: { fault?: Fault; weather?: Weather }): Promise<void> {
  if (fault) aws.faults.sts(fault);
  if (weather) await proxy.become(weather);
}

describe('trouble that passes', () => {
  it.each<{ name: string; fault?: Fault; weather?: Weather; reason: string }>([
    { name: 'throttles', fault: { code: 'Throttling' }, reason: 'STS throttles' },
    { name: 'throttles in other words', fault: { code: 'RequestLimitExceeded' }, reason: 'STS throttles' },
    { name: 'answers 500', fault: { code: 'InternalFailure' }, reason: 'STS failed or cannot be reached' },
    { name: 'answers 503', fault: { code: 'ServiceUnavailable' }, reason: 'STS failed or cannot be reached' },
    { name: 'closes the connection', fault: { down: true }, reason: 'STS failed or cannot be reached' },
    { name: 'has lost our base credentials', fault: { code: 'ExpiredToken' }, reason: 'the base credentials have expired' },
    { name: 'accepts and never answers', weather: { hang: true }, reason: `STS did not answer within ${DEADLINE_MS} ms` },
    { name: 'answers too late', weather: { delayMs: 60_000 }, reason: `STS did not answer within ${DEADLINE_MS} ms` },
    { name: 'drips its answer', weather: { dripMs: 100 }, reason: `STS did not answer within ${DEADLINE_MS} ms` },
    { name: 'refuses connections', weather: { refuse: true }, reason: 'STS failed or cannot be reached' },
    { name: 'resets before the answer', weather: { resetAfterBytes: 0 }, reason: 'STS failed or cannot be reached' },
    { name: 'resets within the answer', weather: { resetAfterBytes: 700 }, reason: 'STS failed or cannot be reached' },
    { name: 'cuts its answer', weather: { cutAfterBytes: 700 }, reason: 'STS failed or cannot be reached' },
  ])(
    'is a 503 with Retry-After where STS $name, unseen by who has credentials, and over when it is over',
    async ({ reason, ...trouble }) => {
      const warm = identityOf('warm');
      const { accessKeyId } = await tvm.vend(warm);
      clock.pass(REFRESH_DUE_MS);
      await begin(trouble);

      const refusal = await refusalOf(tvm.vend(identityOf('cold')));
      expect(refusal).toMatchObject({ code: 'sts_unavailable', status: 503 });
      expect(refusal.retryAfter).toBeGreaterThanOrEqual(1);
      expect(refusal.reason).toContain(reason);
      expect((await tvm.vend(warm)).accessKeyId).toBe(accessKeyId);

      await clear();
      // The trouble is never an answer that is kept: the next caller is asked for no patience.
      await expect(tvm.vend(identityOf('cold'))).resolves.toHaveProperty('sessionToken');
    },
  );

  it('is waited for where it is slow and in time', async () => {
    const patient = machineFor(aws, { sts: stsAt(proxy.url, aws) });
    await proxy.become({ delayMs: 20 });
    await expect(patient.vend(identityOf('late'))).resolves.toHaveProperty('sessionToken');
    await proxy.become({ dripMs: 1 });
    await expect(patient.vend(identityOf('dripping'))).resolves.toHaveProperty('sessionToken');
    await patient.close();
  });

  it('is not seen at all where it strikes once', async () => {
    for (const code of ['Throttling', 'InternalFailure', 'ExpiredToken']) {
      aws.faults.sts({ code, times: 1 });
      await expect(machineFor(aws).vend(identityOf(`once-${code}`))).resolves.toHaveProperty('sessionToken');
    }
    expect(assumesOf(aws)).toHaveLength(6);
  });

  it('holds no other tenant up where one call hangs', async () => {
    aws.faults.sts({ hang: true, times: 1 });
    const hanging = refusalOf(tvm.vend(identityOf('unlucky')));
    await expect(tvm.vend(identityOf('lucky'))).resolves.toHaveProperty('sessionToken');
    expect(await hanging).toMatchObject({ code: 'sts_unavailable' });
  });
});

describe('a name that does not resolve', () => {
  it('is a 503 with Retry-After', async () => {
    const lost = machineFor(aws, { sts: stsAt('http://sts.tenant-aws.invalid', aws) });
    expect(await refusalOf(lost.vend(identityOf('acme')))).toMatchObject({ code: 'sts_unavailable', status: 503, retryAfter: 1 });
    await lost.close();
  });
});

describe('a refusal that asking again does not change', () => {
  it.each([
    ['AccessDenied', 'sts_rejected'],
    ['MalformedPolicyDocument', 'sts_rejected'],
    ['RegionDisabledException', 'sts_rejected'],
    ['ValidationError', 'sts_rejected'],
    ['InvalidClientTokenId', 'sts_rejected'],
    ['PackedPolicyTooLarge', 'policy_too_large'],
  ])('is asked for once in two seconds: %s', async (code, ours) => {
    aws.faults.sts({ code });
    for (let request = 0; request < 20; request += 1) {
      expect(await refusalOf(tvm.vend(identityOf('acme')))).toMatchObject({ code: ours, status: 500, retryAfter: undefined });
    }
    expect(assumesOf(aws)).toHaveLength(1);
    clock.pass(2_000);
    expect(await refusalOf(tvm.vend(identityOf('acme')))).toMatchObject({ code: ours });
    expect(assumesOf(aws)).toHaveLength(2);
    aws.faults.clear();
    clock.pass(2_000);
    await expect(tvm.vend(identityOf('acme'))).resolves.toHaveProperty('sessionToken');
  });
});

describe('base credentials that have ended', () => {
  it('are fetched anew, and the call is made with the new ones', async () => {
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

  it('are no call to STS at all where their provider has none, and the machine recovers with it', async () => {
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
