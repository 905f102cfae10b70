import { PutObjectCommand, S3Client, waitUntilObjectExists } from '@aws-sdk/client-s3';
import type { TenantCredentials, TokenVendingMachine, TokenVendingMachineOptions } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { Revocations } from '../../src/credentials/revocations.ts';
import { assumesOf, bucket, clockedMachines, identityOf, stsThatSays } from '../local-machine.ts';
import { stepsOf } from '../steps.ts';

const second = 1_000;
const acme = identityOf('acme');
const revoked = { code: 'tenant_revoked', status: 403 };
/** A hundred users of one tenant, each with a session, an entry and clients of his own. */
const users = Array.from({ length: 100 }, (_, index) => ({ ...acme, subject: `user-${index}` }));

const { aws, clock, machine } = clockedMachines({ sessionName: ({ subject }) => subject ?? 'nobody' });

const put = () => new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'text' });
const s3Calls = () => aws.calls.filter(({ service }) => service === 's3');
/** A wait for what other processes' load may delay. */
const polled = <T>(value: () => T) => expect.poll(value, { timeout: 20_000 });
const reasonsOf = async (work: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(work)).map((settled) => (settled.status === 'rejected' ? settled.reason : settled.value));

describe('revoke', () => {
  it('refuses the tenant at once, and no other', async () => {
    await using tvm = machine();
    await tvm.vend(acme);
    await tvm.vend(identityOf('globex'));

    tvm.revoke('acme');

    await expect(tvm.vend(acme)).rejects.toMatchObject(revoked);
    await expect(tvm.for(acme).credentials()).rejects.toMatchObject(revoked);
    await tvm.vend(identityOf('globex'));
    expect(assumesOf(aws)).toHaveLength(2);
    expect(tvm.stats().entries).toBe(1);
  });

  it('ends a hundred flights in tenant_revoked, and sends none of those that wait for their turn', async () => {
    await using tvm = machine();
    aws.faults.sts({ hang: true });
    const flights = users.map((user) => tvm.vend(user));
    await polled(() => assumesOf(aws).length).toBe(25);
    expect(tvm.stats().queued).toBe(75);

    tvm.revoke('acme');
    aws.faults.clear();

    for (const reason of await reasonsOf(flights)) expect(reason).toMatchObject(revoked);
    expect(assumesOf(aws)).toHaveLength(25);
    expect(tvm.stats().entries).toBe(0);
  });

  it('lets a flight try no second time', async () => {
    await using tvm = machine();
    aws.faults.sts({ delayMs: 50, code: 'ServiceUnavailable' });
    const flight = tvm.vend(acme);
    await polled(() => assumesOf(aws).length).toBe(1);

    tvm.revoke('acme');

    await expect(flight).rejects.toMatchObject(revoked);
    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('stops a hundred clients that were built already: nothing more is signed', async () => {
    await using tvm = machine();
    const clients = users.map((user) => tvm.for(user).client(S3Client, { endpoint: aws.url, forcePathStyle: true }));
    await Promise.all(clients.map((client) => client.send(put())));
    const before = s3Calls().length;

    tvm.revoke('acme');

    for (const reason of await reasonsOf(clients.map((client) => client.send(put())))) expect(reason).toMatchObject(revoked);
    expect(s3Calls()).toHaveLength(before);
  });

  it('stops the client that follows the current tenant', async () => {
    await using tvm = machine();
    const s3 = await tvm.currentClient(S3Client, { endpoint: aws.url, forcePathStyle: true });
    await tvm.for(acme).run(() => s3.send(put()));

    tvm.revoke('acme');

    await expect(tvm.for(acme).run(() => s3.send(put()))).rejects.toMatchObject(revoked);
    expect(s3Calls()).toHaveLength(1);
  });

  it('stops a client whose provider keeps the old credentials, by the guard alone, also once the tenant is accepted again', async () => {
    await using tvm = machine();
    const s3 = tvm.for(acme).client(S3Client, { endpoint: aws.url, forcePathStyle: true });
    const kept: TenantCredentials = await tvm.vend(acme);
    s3.config.credentials = (async () => kept) as never;
    await s3.send(put());

    tvm.revoke('acme');
    await expect(s3.send(put())).rejects.toMatchObject(revoked);
    tvm.reinstate('acme');
    await expect(s3.send(put())).rejects.toMatchObject(revoked);
    expect(s3Calls()).toHaveLength(1);
  });

  it('answers nothing to who asked before it, at whatever moment of the asking it comes', async () => {
    const [asked, allowed] = [Promise.withResolvers<void>(), Promise.withResolvers<boolean>()];
    await using hooked = machine({
      authorizeTenant: () => {
        asked.resolve();
        return allowed.promise;
      },
    });
    const asking = hooked.vend(acme);
    await asked.promise;
    hooked.revoke('acme');
    hooked.reinstate('acme');
    allowed.resolve(true);
    await expect(asking).rejects.toMatchObject(revoked);

    await using tvm = machine();
    await tvm.vend(acme);
    const hit = tvm.for(acme).credentials();
    tvm.revoke('acme');
    await expect(hit).rejects.toMatchObject(revoked);
  });

  it('lasts for the life of what was handed out, and the floor, unless it is told otherwise', async () => {
    await using tvm = machine();
    tvm.revoke('acme');
    clock.pass(959_999);
    await expect(tvm.vend(acme)).rejects.toMatchObject(revoked);
    clock.pass(1);
    await tvm.vend(acme);

    tvm.revoke('acme', { forSeconds: 10 });
    clock.pass(10 * second - 1);
    await expect(tvm.vend(acme)).rejects.toMatchObject(revoked);
    clock.setWall(3_600_000);
    await expect(tvm.vend(acme)).rejects.toMatchObject(revoked);
    clock.pass(1);
    await tvm.vend(acme);
  });

  it('lasts until the later end where the tenant is revoked twice', async () => {
    await using tvm = machine();
    tvm.revoke('acme', { forSeconds: 100 });
    tvm.revoke('acme', { forSeconds: 10 });
    clock.pass(100 * second - 1);
    await expect(tvm.vend(acme)).rejects.toMatchObject(revoked);
    clock.pass(1);
    await tvm.vend(acme);

    tvm.revoke('acme', { forSeconds: 10 });
    tvm.revoke('acme', { forSeconds: 100 });
    clock.pass(100 * second - 1);
    await expect(tvm.vend(acme)).rejects.toMatchObject(revoked);
    tvm.reinstate('acme');
    await tvm.vend(acme);

    tvm.revoke('acme', { forSeconds: 10 });
    clock.pass(10 * second);
    await tvm.vend(acme);
  });

  it('forgets refusals of STS, which the tenant may have had mended', async () => {
    await using tvm = machine();
    aws.faults.sts({ code: 'AccessDenied', times: 1 });
    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_rejected' });

    tvm.revoke('acme');
    tvm.reinstate('acme');

    await tvm.vend(acme);
  });

  it.each<[unknown, unknown]>([
    ['', {}],
    [undefined, {}],
    ['acme', { forSeconds: 0 }],
    ['acme', { forSeconds: -1 }],
    ['acme', { forSeconds: Number.NaN }],
    ['acme', { forSeconds: Number.POSITIVE_INFINITY }],
    ['acme', { forSeconds: '60' }],
    ['acme', { seconds: 60 }],
  ])('refuses %j with %j', async (tenantId, options) => {
    await using tvm = machine();

    expect(() => tvm.revoke(tenantId as string, options as object)).toThrowError(
      expect.objectContaining({ code: 'configuration_invalid' }),
    );
  });
});

describe('who waits when the tenant is revoked', () => {
  it('is refused at once while the calls to STS still hang, and so is who waits for a turn', async () => {
    await using tvm = machine();
    aws.faults.sts({ hang: true });
    const flights = users.map((user) => tvm.vend(user));
    const joined = users.map((user) => tvm.for(user).credentials());
    await polled(() => assumesOf(aws).length).toBe(25);
    expect(tvm.stats().queued).toBe(75);

    tvm.revoke('acme');

    for (const reason of await reasonsOf([...flights, ...joined])) expect(reason).toMatchObject(revoked);
    expect(tvm.stats()).toMatchObject({ queued: 0, entries: 0 });
  });

  it('leaves its place at STS to others at once', async () => {
    await using tvm = machine({ maxConcurrentAssumes: 1 });
    aws.faults.sts({ hang: true, times: 1 });
    const hanging = tvm.vend(acme);
    const waiting = tvm.vend(identityOf('globex'));
    await polled(() => assumesOf(aws).length).toBe(1);
    expect(tvm.stats().queued).toBe(1);

    tvm.revoke('acme');

    await expect(hanging).rejects.toMatchObject(revoked);
    expect((await waiting).accessKeyId).toMatch(/^ASIA/);
  });

  it('is refused at once while STS throttles and the next try waits', async () => {
    await using tvm = machine();
    aws.faults.sts({ code: 'Throttling' });
    const waiting = tvm.vend(acme);
    await polled(() => tvm.stats().queued).toBe(1);

    tvm.revoke('acme');

    await expect(waiting).rejects.toMatchObject(revoked);
    expect(assumesOf(aws)).toHaveLength(1);
  });

  it.each<[string, Partial<TokenVendingMachineOptions>]>([
    ['authorizeTenant', { authorizeTenant: () => new Promise(() => undefined) }],
    ['an option', { roleArn: () => new Promise(() => undefined) }],
  ])('is refused at once while %s needs time', async (_what, options) => {
    await using tvm = machine({ ...options, assumeTimeoutMs: 600_000 });
    const waiting = [tvm.vend(acme), tvm.vend({ ...acme, subject: 'alice' }), tvm.for(acme).credentials()];
    const other = tvm.vend(identityOf('globex'));
    const settled: unknown[] = [];
    void other.catch((error: unknown) => settled.push(error));

    tvm.revoke('acme');

    for (const reason of await reasonsOf(waiting)) expect(reason).toMatchObject(revoked);
    expect(settled).toEqual([]);
    tvm.revoke('globex');
    await expect(other).rejects.toMatchObject(revoked);
  });

  it('is served again after `reinstate`, but not for what was asked before', async () => {
    await using tvm = machine();
    aws.faults.sts({ hang: true, times: 1 });
    const before = reasonsOf([tvm.vend(acme)]);
    await polled(() => assumesOf(aws).length).toBe(1);
    tvm.revoke('acme');
    tvm.reinstate('acme');

    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
    expect(await before).toMatchObject([revoked]);
  });

  it('keeps nobody who closes the machine waiting', async () => {
    const tvm = machine();
    aws.faults.sts({ hang: true });
    const waiting = tvm.vend(acme);
    await polled(() => assumesOf(aws).length).toBe(1);

    tvm.revoke('acme');

    await expect(waiting).rejects.toMatchObject(revoked);
    await tvm.close();
  });

  it('sees a waiter of the AWS SDK end at its next look, not after `maxWaitTime`', async () => {
    await using tvm = machine();
    const client = tvm.for(acme).client(S3Client, { endpoint: aws.url, forcePathStyle: true });
    const times = { maxWaitTime: 5, minDelay: 0.01, maxDelay: 0.02 };
    const waiting = waitUntilObjectExists({ client, ...times }, { Bucket: bucket, Key: 'acme/later' });
    const ended = reasonsOf([waiting]);
    await polled(() => s3Calls().length).toBeGreaterThan(1);

    tvm.revoke('acme');

    expect(await ended).toMatchObject([revoked]);
  });
});

describe('revoke and invalidate, where the credentials of many tenants are cached', () => {
  const tenants = Array.from({ length: 500 }, (_, index) => `tenant-${index}`);

  /** A machine that has credentials of these tenants, and has refused as many others. */
  async function machineOf(count: number): Promise<TokenVendingMachine> {
    const sts = stsThatSays((xml) => xml);
    const tvm = machine({ sts });
    await Promise.all(tenants.slice(0, count).map((tenantId) => tvm.vend(identityOf(tenantId))));
    for (const tenantId of tenants.slice(0, count)) tvm.revoke(`${tenantId}-x`);
    expect(tvm.stats().entries).toBe(count);
    return tvm;
  }

  it.each<[string, (tvm: TokenVendingMachine) => void]>([
    ['revoke', (tvm) => tvm.revoke('tenant-3')],
    ['invalidate', (tvm) => tvm.invalidate('tenant-3')],
    ['revoke, of a tenant who has nothing', (tvm) => tvm.revoke('nobody')],
    ['reinstate', (tvm) => tvm.reinstate('tenant-3-x')],
  ])('take as many steps as where there are few: %s', async (_what, act) => {
    await using few = await machineOf(10);
    await using many = await machineOf(500);

    expect(stepsOf(() => act(many))).toBe(stepsOf(() => act(few)));
  });

  it('drop every entry of the tenant, and nothing of the others', async () => {
    await using tvm = machine({ cache: { max: 10 } });
    const identities = [acme, { ...acme, subject: 'alice' }, { ...acme, subject: 'bob' }, identityOf('globex')];
    const keysOf = async () => Promise.all(identities.map(async (identity) => (await tvm.vend(identity)).accessKeyId));
    const before = await keysOf();

    tvm.invalidate('acme');
    expect(tvm.stats().entries).toBe(1);
    const after = await keysOf();

    expect(after.map((key, index) => key === before[index])).toEqual([false, false, false, true]);
    expect(tvm.stats().entries).toBe(4);
  });
});

describe('reinstate', () => {
  it('lets the tenant have new credentials', async () => {
    await using tvm = machine();
    const before = await tvm.vend(acme);
    const s3 = tvm.for(acme).client(S3Client, { endpoint: aws.url, forcePathStyle: true });
    tvm.revoke('acme');

    tvm.reinstate('acme');

    expect((await tvm.vend(acme)).accessKeyId).not.toBe(before.accessKeyId);
    await s3.send(put());
    expect(s3Calls()).toHaveLength(1);
  });

  it('does not bring back the flights of before', async () => {
    await using tvm = machine();
    aws.faults.sts({ hang: true, times: 1 });
    const before = tvm.vend(acme);
    await polled(() => assumesOf(aws).length).toBe(1);

    tvm.revoke('acme');
    tvm.reinstate('acme');
    const after = tvm.vend(acme);
    aws.faults.clear();

    await expect(before).rejects.toMatchObject(revoked);
    expect((await tvm.vend(acme)).accessKeyId).toBe((await after).accessKeyId);
    expect(assumesOf(aws)).toHaveLength(2);
  });

  it('changes nothing for a tenant who was not revoked', async () => {
    await using tvm = machine();
    const before = await tvm.vend(acme);

    tvm.reinstate('acme');

    expect((await tvm.vend(acme)).accessKeyId).toBe(before.accessKeyId);
  });
});

describe('invalidate', () => {
  it('leaves what was handed out, and clients that were built, in use', async () => {
    await using tvm = machine();
    const s3 = tvm.for(acme).client(S3Client, { endpoint: aws.url, forcePathStyle: true });
    const kept = await tvm.vend(acme);
    tvm.invalidate('acme');

    await s3.send(put());
    s3.config.credentials = (async () => kept) as never;
    await s3.send(put());

    expect(s3Calls().map(({ decision }) => decision)).toEqual(['allowed', 'allowed']);
    expect(assumesOf(aws)).toHaveLength(2);
  });
});

describe('Revocations', () => {
  it('remembers a revocation while anything that was vended before it can live, and no longer', () => {
    const revocations = new Revocations(clock, 900 * second);
    revocations.revoke('acme', 10 * second);
    revocations.reinstate('acme');

    clock.pass(899 * second);
    revocations.revoke('globex', second);
    expect(() => revocations.assertCurrent('acme', 0)).toThrowError(expect.objectContaining(revoked));

    clock.pass(second);
    revocations.revoke('globex', second);
    expect(revocations.generationOf('acme')).toBe(0);
  });

  it('forgets what has ended, also behind one that has not', () => {
    const revocations = new Revocations(clock, second);
    revocations.revoke('for ever', 1_000_000 * second);
    for (let index = 0; index < 10_000; index += 1) {
      revocations.revoke(`tenant-${index}`, second);
      clock.pass(10);
    }

    expect(revocations.size).toBeLessThan(300);
    expect(() => revocations.assertAdmitted('for ever')).toThrowError(expect.objectContaining(revoked));
  });
});
