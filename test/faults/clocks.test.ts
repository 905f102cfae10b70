import { setImmediate as turn } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { bucket } from '../support/notes-aws.ts';
import { assumesOf, identityOf, localAws, machineFor, refusalOf, SettableClock, until } from './machine.ts';

const TEN_MINUTES_MS = 600_000;

const aws = localAws();

const acme = identityOf('acme');

describe.each([
  ['our clock is ten minutes fast', TEN_MINUTES_MS, 0],
  ['our clock is ten minutes slow', -TEN_MINUTES_MS, 0],
  ['the clock of STS is ten minutes fast', 0, 600],
  ['the clock of STS is ten minutes slow', 0, -600],
  ['our clock is five minutes fast, that of STS five minutes slow', TEN_MINUTES_MS / 2, -300],
])('a wrong clock: %s', (_name, oursMs, theirsSeconds) => {
  it('discards no fresh credentials and keeps no expired ones', async () => {
    const clock = new SettableClock(Date.now() + oursMs);
    if (theirsSeconds !== 0) aws.faults.sts({ clockSkewSeconds: theirsSeconds });
    await using tvm = machineFor(aws, { clock });
    const { accessKeyId, expiration } = await tvm.vend(acme);
    // In terms of our own clock. STS truncates times to whole seconds.
    const lifeMs = expiration.getTime() - clock.now().wall;
    expect(lifeMs).toBeGreaterThan(898_000);
    expect(lifeMs).toBeLessThanOrEqual(900_000);

    aws.faults.sts({ down: true });
    for (let minutes = 0; minutes < 13; minutes += 1) {
      clock.pass(60_000);
      expect((await tvm.vend(acme)).accessKeyId).toBe(accessKeyId);
    }
    clock.pass(58_000); // 838 of 900 seconds: above the minimum of 60
    expect((await tvm.vend(acme)).accessKeyId).toBe(accessKeyId);
    clock.pass(3_000);
    expect(await refusalOf(tvm.vend(acme))).toMatchObject({ code: 'sts_unavailable', status: 503 });
  });

  it('calls STS once, and AWS accepts the credentials', async () => {
    const clock = new SettableClock(Date.now() + oursMs);
    if (theirsSeconds !== 0) aws.faults.sts({ clockSkewSeconds: theirsSeconds });
    await using tvm = machineFor(aws, { clock });
    const s3 = tvm.for(acme).client(S3Client, { endpoint: aws.url });
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/clock', Body: 'x' }));
    await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'acme/clock' }));
    // A clock error within the limit of signatures needs no second attempt.
    expect(assumesOf(aws).filter(({ decision }) => decision === 'allowed')).toHaveLength(1);
  });
});

describe('a clock error over the limit of signatures', () => {
  it('succeeds at the second attempt, because the SDK corrects its clock by the first response', async () => {
    aws.faults.sts({ clockSkewSeconds: 3_600 });
    await using tvm = machineFor(aws);
    await expect(tvm.vend(acme)).resolves.toHaveProperty('sessionToken');
    expect(assumesOf(aws).length).toBeLessThanOrEqual(1);
    expect(aws.calls.length).toBeLessThanOrEqual(2);
  });
});

describe('a wall clock that is set', () => {
  it('back by ten minutes does not extend a lifetime', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    const { accessKeyId } = await tvm.vend(acme);
    clock.setWall(-TEN_MINUTES_MS);
    expect((await tvm.vend(acme)).accessKeyId).toBe(accessKeyId);
    aws.faults.sts({ down: true });
    clock.pass(841_000);
    expect(await refusalOf(tvm.vend(acme))).toMatchObject({ code: 'sts_unavailable' });
  });

  it('forward by ten minutes causes a refresh and fails no request', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    const { accessKeyId } = await tvm.vend(acme);
    clock.setWall(TEN_MINUTES_MS);
    expect((await tvm.vend(acme)).accessKeyId).toBe(accessKeyId);
    await until(() => assumesOf(aws).length === 2);
    expect(tvm.stats()).toMatchObject({ refreshes: 1, failures: 0 });
  });

  it('forward past the expiry, as after a sleep, serves no expired credentials', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    const { accessKeyId } = await tvm.vend(acme);
    clock.setWall(3_600_000);
    expect((await tvm.vend(acme)).accessKeyId).not.toBe(accessKeyId);
    expect(assumesOf(aws)).toHaveLength(2);
  });

  it('forward during a call, as when the host sleeps, causes no remembered failure', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    aws.faults.sts({ delayMs: 100, times: 1 });
    const interrupted = refusalOf(tvm.vend(acme));
    await turn(); // the call is pending
    clock.pass(3_600_000);
    expect(await interrupted).toMatchObject({ code: 'sts_unavailable', status: 503 });

    const { expiration } = await tvm.vend(acme);
    expect(expiration.getTime()).toBeGreaterThan(clock.now().wall + 890_000);
  });

  it('back, with time passing after that, serves no expired key', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    const { accessKeyId } = await tvm.vend(acme);
    clock.setWall(-3_600_000);
    clock.pass(870_000);
    expect((await tvm.vend(acme)).accessKeyId).not.toBe(accessKeyId);
  });
});
