import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { assumesOf, clockedMachines, identityOf, roleArn } from '../local-machine.ts';

const second = 1_000;
const acme = identityOf('acme');

const { aws, clock, machine } = clockedMachines();

/** The remaining lifetime of the credentials in seconds. */
async function remainingOf({ credentials }: { credentials: () => Promise<{ expiration?: Date }> }): Promise<number> {
  return (((await credentials()).expiration?.getTime() ?? 0) - clock.now().wall) / second;
}

describe('lasting', () => {
  it('always has credentials with this remaining lifetime, and calls STS only where there is less', async () => {
    await using tvm = machine();
    const own = tvm.for(acme);
    const lasting = own.lasting(600);
    await own.credentials();

    for (let passed = 0; passed < 900; passed += 60) {
      expect(await remainingOf(lasting)).toBeGreaterThanOrEqual(600);
      clock.pass(60 * second);
    }
    // 900 seconds at first; a new call follows when fewer than 600 remain: after 301 seconds at the earliest.
    expect(assumesOf(aws).length).toBeLessThanOrEqual(4);
  });

  it('shares its credentials with callers that need less', async () => {
    await using tvm = machine();
    await tvm.for(acme).credentials();
    clock.pass(120 * second);

    const lasting = await tvm.for(acme).lasting(840).credentials();

    expect((await tvm.for(acme).credentials()).accessKeyId).toBe(lasting.accessKeyId);
    expect(assumesOf(aws)).toHaveLength(2);
  });

  it('accepts up to the duration minus a minute, and throws immediately for more', async () => {
    await using tvm = machine();
    const tenantAws = tvm.for(acme);

    expect(await remainingOf(tenantAws.lasting(840))).toBeGreaterThanOrEqual(840);
    expect(() => tenantAws.lasting(840.001)).toThrowError(expect.objectContaining({ code: 'life_unavailable', status: 500 }));
    await using longer = machine({ durationSeconds: 3_600 });
    expect(await remainingOf(longer.for(acme).lasting(3_540))).toBeGreaterThanOrEqual(3_540);
    expect(() => longer.for(acme).lasting(3_541)).toThrowError(expect.objectContaining({ code: 'life_unavailable' }));
  });

  it('rejects later where STS gives less than was requested', async () => {
    await using tvm = machine();
    aws.faults.sts({ expiresInSeconds: 300 });

    await expect(tvm.for(acme).lasting(600).credentials()).rejects.toMatchObject({ code: 'life_unavailable' });
    expect(await remainingOf(tvm.for(acme).lasting(200))).toBeGreaterThanOrEqual(200);
  });

  it('is rejected with 503 where STS is down and the cache entry is too short, which still serves callers that need less', async () => {
    await using tvm = machine();
    const own = await tvm.for(acme).credentials();
    clock.pass(400 * second);
    aws.faults.sts({ down: true });

    await expect(tvm.for(acme).lasting(600).credentials()).rejects.toMatchObject({ code: 'sts_unavailable' });
    expect((await tvm.for(acme).credentials()).accessKeyId).toBe(own.accessKeyId);
  });

  it.each([[0], [-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['60'], [undefined]])('refuses %s seconds', async (seconds) => {
    await using tvm = machine();

    expect(() => tvm.for(acme).lasting(seconds as number)).toThrowError(expect.objectContaining({ code: 'configuration_invalid' }));
    expect(aws.calls).toEqual([]);
  });

  it('shares clients only between equal lifetimes', async () => {
    await using tvm = machine();
    const [own, lasting] = [tvm.for(acme), tvm.for(acme).lasting(600)];

    expect(lasting.client(S3Client)).not.toBe(own.client(S3Client));
    expect(lasting.client(S3Client)).toBe(tvm.for(acme).lasting(600).client(S3Client));
    expect(lasting.client(S3Client)).not.toBe(tvm.for(acme).lasting(601).client(S3Client));
    const { expiration } = await lasting.client(S3Client).config.credentials();
    expect(expiration?.getTime()).toBeGreaterThanOrEqual(clock.now().wall + 600 * second);
  });

  it('is kept with other permissions, and the last call counts', async () => {
    await using tvm = machine();
    await tvm.for(acme).scoped(['s3-folder-read-only']).credentials();
    await tvm.for(acme).credentials();
    clock.pass(400 * second);

    expect(await remainingOf(tvm.for(acme).lasting(600).scoped(['s3-folder-read-only']))).toBeGreaterThanOrEqual(600);
    expect(await remainingOf(tvm.for(acme).lasting(600).lasting(60))).toBeLessThan(600);
  });

  it('works while an option is pending', async () => {
    await using tvm = machine({ roleArn: async () => roleArn });

    expect(await remainingOf(tvm.for(acme).lasting(600))).toBeGreaterThanOrEqual(600);
  });
});
