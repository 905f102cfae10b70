import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { LocalAws } from '@tenant-aws/local';
import { beforeAll, expect, it } from 'vitest';
import { bucket, seed } from '../support/notes-aws.ts';
import { assumesOf, identityOf, localAws, machineFor, refusalOf, until } from './machine.ts';

const MANY = 100;

const aws = localAws();
beforeAll(async () => {
  for (const tenant of ['acme', 'globex']) await seed(aws, `${tenant}/note`, tenant);
});

const read = (tenant: string): HeadObjectCommand => new HeadObjectCommand({ Bucket: bucket, Key: `${tenant}/note` });

/** The requests of this tenant that reached S3, with any result. */
function readsOf(tenant: string): LocalAws['calls'] {
  return aws.calls.filter(({ service, tenantSession }) => service === 's3' && tenantSession?.startsWith(tenant));
}

/** A machine in which each user of a tenant has its own session, and so its own cache entry and call. */
function machine(): ReturnType<typeof machineFor> {
  return machineFor(aws, { sessionName: ({ tenantId, claims }) => `${tenantId}-${String(claims['user'])}`, clients: { maxSockets: 300 } });
}

function clientsOf(tvm: ReturnType<typeof machine>, tenant: string, count: number): S3Client[] {
  return Array.from({ length: count }, (_, user) => tvm.for(identityOf(tenant, { user })).client(S3Client, { endpoint: aws.url }));
}

it('stops the requests of 100 clients when `revoke` returns, and lets sent requests finish', async () => {
  await using tvm = machine();
  const clients = clientsOf(tvm, 'acme', MANY);
  const [globex] = clientsOf(tvm, 'globex', 1);
  for (const client of clients) await client.send(read('acme')); // not together: the queue refuses a call after five seconds
  expect(new Set(clients).size).toBe(MANY);
  aws.calls.length = 0;

  aws.faults.s3({ hang: true });
  const sentRequests = Promise.all(clients.map((client) => client.send(read('acme'))));
  await until(() => readsOf('acme').length === MANY);
  tvm.revoke('acme');
  const later = await Promise.all(clients.map((client) => refusalOf(client.send(read('acme')))));
  expect(new Set(later.map(({ code, status }) => `${status} ${code}`))).toEqual(new Set(['403 tenant_revoked']));
  expect(readsOf('acme')).toHaveLength(MANY);

  aws.faults.clear();
  expect(await sentRequests).toHaveLength(MANY);
  expect(readsOf('acme')).toHaveLength(MANY);
  await expect(globex?.send(read('globex'))).resolves.toHaveProperty('ETag');
});

it('ends 100 pending calls in tenant_revoked, queued ones included, and vends none of their credentials', async () => {
  await using tvm = machine();
  aws.faults.sts({ hang: true });
  const calls = Array.from({ length: MANY }, (_, user) => refusalOf(tvm.vend(identityOf('acme', { user }))));
  // One tenant has half of the fifty slots.
  await until(() => assumesOf(aws).length === 25 && tvm.stats().queued === 75);
  tvm.revoke('acme');
  aws.faults.clear();
  const refusals = await Promise.all(calls);
  expect(new Set(refusals.map(({ code, status }) => `${status} ${code}`))).toEqual(new Set(['403 tenant_revoked']));
  expect(assumesOf(aws)).toHaveLength(25);
  expect(tvm.stats().entries).toBe(0);

  tvm.reinstate('acme');
  await expect(tvm.vend(identityOf('acme', { user: 1 }))).resolves.toHaveProperty('sessionToken');
});

it('stops 100 busy clients: no request that starts after `revoke` is sent', async () => {
  await using tvm = machine();
  const clients = clientsOf(tvm, 'acme', MANY);
  for (const client of clients) await client.send(read('acme')); // not together: the queue refuses a call after five seconds
  let revoked = false;
  let [pending, sent, sentAfter] = [0, 0, 0];
  const allBusy = Promise.withResolvers<void>();
  const codes = new Set<string>();
  const loops = clients.map(async (client) => {
    for (;;) {
      const startedAfter = revoked;
      pending += 1;
      try {
        await client.send(read('acme'));
        if (startedAfter) sentAfter += 1;
        sent += 1;
        if (sent === MANY) allBusy.resolve();
      } catch (error) {
        codes.add(String(Object(error)['code']));
        return;
      } finally {
        pending -= 1;
      }
    }
  });
  await allBusy.promise;
  tvm.revoke('acme');
  revoked = true;
  const [before, mayFinish] = [readsOf('acme').length, pending];
  await Promise.all(loops);
  expect(sentAfter).toBe(0);
  expect(codes).toEqual(new Set(['tenant_revoked']));
  expect(readsOf('acme').length - before).toBeLessThanOrEqual(mayFinish);
});
