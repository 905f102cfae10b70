import { PutObjectCommand, S3Client, waitUntilObjectExists } from '@aws-sdk/client-s3';
import type { TenantCredentials, TokenVendingMachine, TokenVendingMachineOptions } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { Revocations } from '../../src/credentials/revocations.ts';
import { assumesOf, bucket, clockedMachines, identityOf, stsThatSays } from '../local-machine.ts';
import { stepsOf } from '../steps.ts';

const second = 1_000;
const acme = identityOf('acme');
const revoked = { code: 'tenant_revoked', status: 403 };
/** A hundred users of one tenant. Each has its own session, cache entry and clients. */
const users = Array.from({ length: 100 }, (_, index) => ({ ...acme, subject: `user-${index}` }));

const { aws, clock, machine } = clockedMachines({ sessionName: ({ subject }) => subject ?? 'none' });

const put = () => new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'text' });
const s3Calls = () => aws.calls.filter(({ service }) => service === 's3');
/** Polls with a long limit, because other processes may slow this one. */
const polled = <T>(value: () => T) => expect.poll(value, { timeout: 20_000 });
const reasonsOf = async (work: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(work)).map((settled) => (settled.status === 'rejected' ? settled.reason : settled.value));

describe('revoke', () => {
  it('refuses the tenant immediately, and no other tenant', async () => {
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

  it('ends a hundred pending calls in tenant_revoked, and sends none of the queued ones', async () => {
    await using tvm = machine();
    aws.faults.sts({ hang: true });
    const calls = users.map((user) => tvm.vend(user));
    await polled(() => assumesOf(aws).length).toBe(25);
    expect(tvm.stats().queued).toBe(75);

    tvm.revoke('acme');
    aws.faults.clear();

    for (const reason of await reasonsOf(calls)) expect(reason).toMatchObject(revoked);
    expect(assumesOf(aws)).toHaveLength(25);
    expect(tvm.stats().entries).toBe(0);
  });

  it('does not retry a pending call', async () => {
    await using tvm = machine();
    aws.faults.sts({ delayMs: 50, code: 'ServiceUnavailable' });
    const call = tvm.vend(acme);
    await polled(() => assumesOf(aws).length).toBe(1);

    tvm.revoke('acme');

    await expect(call).rejects.toMatchObject(revoked);
    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('stops a hundred existing clients: they sign nothing more', async () => {
    await using tvm = machine();
    const clients = users.map((user) => tvm.for(user).client(S3Client, { endpoint: aws.url, forcePathStyle: true }));
    for (const user of users) await tvm.vend(user); // one after the other: the queue refuses a call after five seconds
    await Promise.all(clients.map((client) => client.send(put())));
    const before = s3Calls().length;

    tvm.revoke('acme');

    for (const reason of await reasonsOf(clients.map((client) => client.send(put())))) expect(reason).toMatchObject(revoked);
    expect(s3Calls()).toHaveLength(before);
  });

  it('stops a client that uses the current tenant', async () => {
    await using tvm = machine();
    const s3 = await tvm.currentClient(S3Client, { endpoint: aws.url, forcePathStyle: true });
    await tvm.for(acme).run(() => s3.send(put()));

    tvm.revoke('acme');

    await expect(tvm.for(acme).run(() => s3.send(put()))).rejects.toMatchObject(revoked);
    expect(s3Calls()).toHaveLength(1);
  });

  it('stops a client whose provider keeps the old credentials, by the guard alone, even after `reinstate`', async () => {
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

  it('refuses requests that began before it, at every stage', async () => {
    const [called, allowed] = [Promise.withResolvers<void>(), Promise.withResolvers<boolean>()];
    await using hooked = machine({
      authorizeTenant: () => {
        called.resolve();
        return allowed.promise;
      },
    });
    const pending = hooked.vend(acme);
    await called.promise;
    hooked.revoke('acme');
    hooked.reinstate('acme');
    allowed.resolve(true);
    await expect(pending).rejects.toMatchObject(revoked);

    await using tvm = machine();
    await tvm.vend(acme);
    const hit = tvm.for(acme).credentials();
    tvm.revoke('acme');
    await expect(hit).rejects.toMatchObject(revoked);
  });

  it('lasts for the duration plus the minimum lifetime, or for `forSeconds`', async () => {
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

  it('lasts until the later end of two revocations', async () => {
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

  it('forgets remembered failures of STS', async () => {
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

describe('a request that waits when the tenant is revoked', () => {
  it('is refused immediately while the calls to STS hang, also in the queue', async () => {
    await using tvm = machine();
    aws.faults.sts({ hang: true });
    const calls = users.map((user) => tvm.vend(user));
    const joining = users.map((user) => tvm.for(user).credentials());
    await polled(() => assumesOf(aws).length).toBe(25);
    expect(tvm.stats().queued).toBe(75);

    tvm.revoke('acme');

    for (const reason of await reasonsOf([...calls, ...joining])) expect(reason).toMatchObject(revoked);
    expect(tvm.stats()).toMatchObject({ queued: 0, entries: 0 });
  });

  it('frees its slot for other tenants immediately', async () => {
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

  it('is refused immediately while it waits after a throttle', async () => {
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
    ['a function option', { roleArn: () => new Promise(() => undefined) }],
  ])('is refused immediately while %s is pending', async (_what, options) => {
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

  it('is refused even if the tenant is reinstated, unlike later requests', async () => {
    await using tvm = machine();
    aws.faults.sts({ hang: true, times: 1 });
    const before = reasonsOf([tvm.vend(acme)]);
    await polled(() => assumesOf(aws).length).toBe(1);
    tvm.revoke('acme');
    tvm.reinstate('acme');

    expect((await tvm.vend(acme)).accessKeyId).toMatch(/^ASIA/);
    expect(await before).toMatchObject([revoked]);
  });

  it('does not delay `close`', async () => {
    const tvm = machine();
    aws.faults.sts({ hang: true });
    const waiting = tvm.vend(acme);
    await polled(() => assumesOf(aws).length).toBe(1);

    tvm.revoke('acme');

    await expect(waiting).rejects.toMatchObject(revoked);
    await tvm.close();
  });

  it('ends a waiter of the AWS SDK at its next call, not after `maxWaitTime`', async () => {
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

describe('revoke and invalidate, with many tenants in the cache', () => {
  const tenants = Array.from({ length: 500 }, (_, index) => `tenant-${index}`);

  /** A machine with cached credentials of this many tenants, and as many revoked ones. */
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
    ['revoke, of a tenant without credentials', (tvm) => tvm.revoke('unknown')],
    ['reinstate', (tvm) => tvm.reinstate('tenant-3-x')],
  ])('take as many steps as with few tenants: %s', async (_what, act) => {
    await using few = await machineOf(10);
    await using many = await machineOf(500);

    expect(stepsOf(() => act(many))).toBe(stepsOf(() => act(few)));
  });

  it('drop every entry of the tenant, and none of the others', async () => {
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
  it('vends new credentials to the tenant', async () => {
    await using tvm = machine();
    const before = await tvm.vend(acme);
    const s3 = tvm.for(acme).client(S3Client, { endpoint: aws.url, forcePathStyle: true });
    tvm.revoke('acme');

    tvm.reinstate('acme');

    expect((await tvm.vend(acme)).accessKeyId).not.toBe(before.accessKeyId);
    await s3.send(put());
    expect(s3Calls()).toHaveLength(1);
  });

  it('does not continue calls from before the revocation', async () => {
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

  it('changes nothing for a tenant that is not revoked', async () => {
    await using tvm = machine();
    const before = await tvm.vend(acme);

    tvm.reinstate('acme');

    expect((await tvm.vend(acme)).accessKeyId).toBe(before.accessKeyId);
  });
});

describe('invalidate', () => {
  it('keeps vended credentials and existing clients usable', async () => {
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
  it('keeps a revocation as long as earlier credentials can live, and no longer', () => {
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

  it('deletes expired revocations, also after one that has not expired', () => {
    const revocations = new Revocations(clock, second);
    revocations.revoke('long', 1_000_000 * second);
    for (let index = 0; index < 10_000; index += 1) {
      revocations.revoke(`tenant-${index}`, second);
      clock.pass(10);
    }

    expect(revocations.size).toBeLessThan(300);
    expect(() => revocations.assertAdmitted('long')).toThrowError(expect.objectContaining(revoked));
  });
});
