import { inspect } from 'node:util';
import { type StsUnavailableError, TokenVendingMachine } from '@tenant-aws/core';
import { describe, expect, it, vi } from 'vitest';
import { assumesOf, baseKeys, identityOf, localAws, machineFor, optionsFor, stsOf } from '../local-machine.ts';

const acme = identityOf('acme');

const aws = localAws();

describe('the attempts', () => {
  it('end in 503 at the deadline for all callers, if STS never answers', async () => {
    await using tvm = machineFor(aws, { assumeTimeoutMs: 100 });
    aws.faults.sts({ hang: true });

    const outcomes = await Promise.allSettled([tvm.vend(acme), tvm.vend(acme), tvm.for(acme).credentials()]);

    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'sts_unavailable', status: 503, headers: { 'Retry-After': '1' } },
      });
    }
    expect(tvm.stats()).toMatchObject({ assumes: 1, failures: 1, shared: 2 });
  });

  it('end in 503 at the deadline if the base credentials never arrive', async () => {
    const never = new Promise<never>(() => {});
    await using tvm = machineFor(aws, { assumeTimeoutMs: 100, sts: stsOf(aws, { credentials: () => never }) });

    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_unavailable' });
    await expect(tvm.ready()).rejects.toMatchObject({ code: 'sts_unavailable' });
  });

  it.each([['Throttling'], ['RequestLimitExceeded'], ['InternalFailure'], ['ServiceUnavailable']])('continue after %s', async (code) => {
    await using tvm = machineFor(aws);
    aws.faults.sts({ code, times: 2 });

    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
    expect(assumesOf(aws)).toHaveLength(3);
  });

  it('are at most three, because retries of the SDK are off, and the failure is not remembered', async () => {
    await using tvm = machineFor(aws, { sts: stsOf(aws, { maxAttempts: 5 }) });
    aws.faults.sts({ code: 'Throttling' });

    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_unavailable', status: 503 });
    expect(assumesOf(aws)).toHaveLength(3);

    aws.faults.clear();
    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
  });

  it('continue if STS closes the connection', async () => {
    await using tvm = machineFor(aws);
    aws.faults.sts({ down: true, times: 1 });

    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
  });

  it('end in 503 if STS is down', async () => {
    await using tvm = machineFor(aws);
    aws.faults.sts({ down: true });

    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_unavailable', status: 503 });
  });

  it('use no more slots than there are, and every caller gets a turn', async () => {
    await using tvm = machineFor(aws, { maxConcurrentAssumes: 2 });
    aws.faults.sts({ hang: true, times: 2 });

    const vended = Promise.all(['a1', 'b2', 'c3', 'd4', 'e5'].map((tenantId) => tvm.vend(identityOf(tenantId))));
    await expect.poll(() => tvm.stats().queued).toBe(3);
    expect(assumesOf(aws).length).toBeLessThanOrEqual(2);
    aws.faults.clear();

    expect(new Set((await vended).map(({ accessKeyId }) => accessKeyId)).size).toBe(5);
    expect(tvm.stats().queued).toBe(0);
  });
});

describe('base credentials', () => {
  it('are renewed once if they have expired, and the call is repeated', async () => {
    let fetched = 0;
    const credentials = async () => {
      fetched += 1;
      return { ...baseKeys(aws), expiration: new Date(Date.now() + 3_600_000) };
    };
    await using tvm = machineFor(aws, { sts: stsOf(aws, { credentials }) });
    await tvm.ready();
    aws.faults.sts({ code: 'ExpiredToken', times: 1 });

    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
    expect({ fetched, assumes: assumesOf(aws).length }).toEqual({ fetched: 2, assumes: 2 });
  });

  it('end in 503 after one more attempt if they stay expired', async () => {
    await using tvm = machineFor(aws);
    aws.faults.sts({ code: 'ExpiredToken' });

    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_unavailable', status: 503 });
    expect(assumesOf(aws)).toHaveLength(2);
  });

  it('end in 503 without a call to STS if there are none', async () => {
    const credentials = () => Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }));
    await using tvm = machineFor(aws, { sts: stsOf(aws, { credentials }) });
    const reason = 'there are no base credentials: the AWS SDK reports CredentialsProviderError: none';

    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_unavailable', detail: { reason }, cause: { message: reason } });
    expect(aws.calls).toEqual([]);
  });

  it.each<[string, (tvm: TokenVendingMachine) => Promise<unknown>]>([
    ['at a request', (tvm) => tvm.vend(acme)],
    ['by ready()', (tvm) => tvm.ready()],
  ])('are reported with the `AWS_PROFILE` that is set, and without a secret that the SDK repeats, %s', async (_when, act) => {
    const told =
      'Command failed: /opt/sso --key AKIAIOSFODNN7EXAMPLE --secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY --jwt eyJhbGciOiJI.eyJzdWIi.c2ln';
    const credentials = () => Promise.reject(Object.assign(new Error(told), { name: 'CredentialsProviderError' }));
    vi.stubEnv('AWS_PROFILE', 'sta\u001b[31mging\nx');
    await using tvm = machineFor(aws, { sts: stsOf(aws, { credentials }) });

    const error: unknown = await act(tvm).catch((thrown: unknown) => thrown);
    vi.unstubAllEnvs();

    expect(error).toMatchObject({ code: 'sts_unavailable', status: 503 });
    const { reason } = (error as StsUnavailableError).detail;
    expect(reason).toContain(
      'there are no base credentials; `AWS_PROFILE` is set to `sta [31mging x`, so that the AWS SDK uses this profile in place of `AWS_ACCESS_KEY_ID`: the AWS SDK reports CredentialsProviderError: Command failed: /opt/sso',
    );
    expect(inspect(error, { depth: 9 })).toContain('`AWS_PROFILE` is set to');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/AKIA|wJalr|eyJ/);
  });

  it('are reported for the default providers of the SDK, which ignore the access key beside a profile', async () => {
    for (const [name, value] of Object.entries({ ...aws.env, AWS_PROFILE: 'staging' })) vi.stubEnv(name, value);
    vi.spyOn(console, 'warn').mockImplementation(() => undefined); // of the SDK
    await using tvm = new TokenVendingMachine({ ...optionsFor(aws), sts: undefined });

    const error: unknown = await tvm.vend(acme).catch((thrown: unknown) => thrown);
    vi.unstubAllEnvs();
    vi.restoreAllMocks();

    expect(error).toMatchObject({ detail: { reason: expect.stringContaining('`AWS_PROFILE` is set to `staging`') } });
    expect(inspect(error, { depth: 9 })).not.toContain(aws.env['AWS_SECRET_ACCESS_KEY']);
    expect(aws.calls).toEqual([]);
  });

  it('end in sts_rejected if AWS does not know them, or if they are wrong', async () => {
    const unknown = { accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secretAccessKey: 'secret' };
    await using stranger = machineFor(aws, { sts: stsOf(aws, { credentials: unknown }) });
    await expect(stranger.vend(acme)).rejects.toMatchObject({
      code: 'sts_rejected',
      detail: { sts: expect.stringContaining('InvalidClientTokenId') },
    });

    await using wrong = machineFor(aws, { sts: stsOf(aws, { credentials: { ...baseKeys(aws), secretAccessKey: 'wrong' } }) });
    await expect(wrong.vend(acme)).rejects.toMatchObject({
      code: 'sts_rejected',
      detail: { sts: expect.stringContaining('SignatureDoesNotMatch') },
    });
  });
});

describe('the deadline', () => {
  it('covers all attempts together, throttled ones included', async () => {
    await using tvm = machineFor(aws, { assumeTimeoutMs: 2_000 });
    // STS throttles each attempt after 1.5 s: the second one has half a second left, and there is no third.
    aws.faults.sts({ delayMs: 1_500, code: 'Throttling' });

    await expect(tvm.vend(acme)).rejects.toMatchObject({
      code: 'sts_unavailable',
      detail: { reason: expect.stringMatching(/^STS did not answer within \d{1,3} ms$/) },
    });
    expect(assumesOf(aws).length).toBeLessThanOrEqual(2);
  });
});
