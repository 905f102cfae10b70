import { setImmediate as turn } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { bucket } from '../support/notes-aws.ts';
import { assumesOf, identityOf, localAws, machineFor, refusalOf, SettableClock, until } from './ground.ts';

const TEN_MINUTES_MS = 600_000;

const aws = localAws();

const acme = identityOf('acme');

describe.each([
  ['ours is ten minutes ahead', TEN_MINUTES_MS, 0],
  ['ours is ten minutes slow', -TEN_MINUTES_MS, 0],
  ['that of STS is ten minutes ahead', 0, 600],
  ['that of STS is ten minutes slow', 0, -600],
  ['they are ten minutes apart, each its way', TEN_MINUTES_MS / 2, -300],
])('a clock that is wrong: %s', (_name, oursMs, theirsSeconds) => {
  it('neither throws fresh credentials away nor keeps dead ones', async () => {
    const clock = new SettableClock(Date.now() + oursMs);
    if (theirsSeconds !== 0) aws.faults.sts({ clockSkewSeconds: theirsSeconds });
    await using tvm = machineFor(aws, { clock });
    const { accessKeyId, expiration } = await tvm.vend(acme);
    // In terms of our own clock, whatever it says: whole seconds of STS may cost one.
    const lifeMs = expiration.getTime() - clock.now().wall;
    expect(lifeMs).toBeGreaterThan(898_000);
    expect(lifeMs).toBeLessThanOrEqual(900_000);

    aws.faults.sts({ down: true });
    for (let minutes = 0; minutes < 13; minutes += 1) {
      clock.pass(60_000);
      expect((await tvm.vend(acme)).accessKeyId).toBe(accessKeyId);
    }
    clock.pass(58_000); // 838 of 900 seconds: above the floor of 60
    expect((await tvm.vend(acme)).accessKeyId).toBe(accessKeyId);
    clock.pass(3_000);
    expect(await refusalOf(tvm.vend(acme))).toMatchObject({ code: 'sts_unavailable', status: 503 });
  });

  it('asks STS once, and the credentials serve at AWS', async () => {
    const clock = new SettableClock(Date.now() + oursMs);
    if (theirsSeconds !== 0) aws.faults.sts({ clockSkewSeconds: theirsSeconds });
    await using tvm = machineFor(aws, { clock });
    const s3 = tvm.for(acme).client(S3Client, { endpoint: aws.url });
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/clock', Body: 'x' }));
    await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'acme/clock' }));
    // A clock that is off by less than a signature may be costs no second attempt.
    expect(assumesOf(aws).filter(({ decision }) => decision === 'allowed')).toHaveLength(1);
  });
});

describe('an STS whose clock is out of reach', () => {
  it('is served at the second attempt, for the SDK learns the time from the first answer', async () => {
    aws.faults.sts({ clockSkewSeconds: 3_600 });
    await using tvm = machineFor(aws);
    await expect(tvm.vend(acme)).resolves.toHaveProperty('sessionToken');
    expect(assumesOf(aws).length).toBeLessThanOrEqual(1);
    expect(aws.calls.length).toBeLessThanOrEqual(2);
  });
});

describe('a clock that is set', () => {
  it('back by ten minutes does not lengthen a life', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    const { accessKeyId } = await tvm.vend(acme);
    clock.setWall(-TEN_MINUTES_MS);
    expect((await tvm.vend(acme)).accessKeyId).toBe(accessKeyId);
    aws.faults.sts({ down: true });
    clock.pass(841_000);
    expect(await refusalOf(tvm.vend(acme))).toMatchObject({ code: 'sts_unavailable' });
  });

  it('forward by ten minutes costs a renewal and no request', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    const { accessKeyId } = await tvm.vend(acme);
    clock.setWall(TEN_MINUTES_MS);
    expect((await tvm.vend(acme)).accessKeyId).toBe(accessKeyId);
    await until(() => assumesOf(aws).length === 2);
    expect(tvm.stats()).toMatchObject({ refreshes: 1, failures: 0 });
  });

  it('forward past the end, as after a sleep, gives nobody credentials that have ended', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    const { accessKeyId } = await tvm.vend(acme);
    clock.setWall(3_600_000);
    expect((await tvm.vend(acme)).accessKeyId).not.toBe(accessKeyId);
    expect(assumesOf(aws)).toHaveLength(2);
  });

  it('forward while a call is under way, as where a host sleeps, leaves no refusal to the next one', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    aws.faults.sts({ delayMs: 100, times: 1 });
    const asleep = refusalOf(tvm.vend(acme));
    await turn(); // it is under way
    clock.pass(3_600_000);
    expect(await asleep).toMatchObject({ code: 'sts_unavailable', status: 503 });

    const { expiration } = await tvm.vend(acme);
    expect(expiration.getTime()).toBeGreaterThan(clock.now().wall + 890_000);
  });

  it('forward and back again hands no key out after its end', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    const { accessKeyId } = await tvm.vend(acme);
    clock.setWall(-3_600_000);
    clock.pass(870_000);
    expect((await tvm.vend(acme)).accessKeyId).not.toBe(accessKeyId);
  });
});
