import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { LocalAws } from '@tenant-aws/local';
import { beforeAll, expect, it } from 'vitest';
import { bucket, seed } from '../support/notes-aws.ts';
import { assumesOf, identityOf, localAws, machineFor, refusalOf, until } from './ground.ts';

const MANY = 100;

const aws = localAws();
beforeAll(async () => {
  for (const tenant of ['acme', 'globex']) await seed(aws, `${tenant}/note`, tenant);
});

const read = (tenant: string): HeadObjectCommand => new HeadObjectCommand({ Bucket: bucket, Key: `${tenant}/note` });

/** The requests of this tenant that have come to S3, whatever was answered. */
function readsOf(tenant: string): LocalAws['calls'] {
  return aws.calls.filter(({ service, tenantSession }) => service === 's3' && tenantSession?.startsWith(tenant));
}

/** A machine in which each user of a tenant has a session of its own, and so an entry and a flight of its own. */
function machine(): ReturnType<typeof machineFor> {
  return machineFor(aws, { sessionName: ({ tenantId, claims }) => `${tenantId}-${String(claims['user'])}`, clients: { maxSockets: 300 } });
}

function clientsOf(tvm: ReturnType<typeof machine>, tenant: string, count: number): S3Client[] {
  return Array.from({ length: count }, (_, user) => tvm.for(identityOf(tenant, { user })).client(S3Client, { endpoint: aws.url }));
}

it('lets nothing of 100 clients out after the call returns, and what is on the wire finishes', async () => {
  await using tvm = machine();
  const clients = clientsOf(tvm, 'acme', MANY);
  const [globex] = clientsOf(tvm, 'globex', 1);
  await Promise.all(clients.map((client) => client.send(read('acme'))));
  expect(new Set(clients).size).toBe(MANY);
  aws.calls.length = 0;

  aws.faults.s3({ hang: true });
  const onTheWire = Promise.all(clients.map((client) => client.send(read('acme'))));
  await until(() => readsOf('acme').length === MANY);
  tvm.revoke('acme');
  const later = await Promise.all(clients.map((client) => refusalOf(client.send(read('acme')))));
  expect(new Set(later.map(({ code, status }) => `${status} ${code}`))).toEqual(new Set(['403 tenant_revoked']));
  expect(readsOf('acme')).toHaveLength(MANY);

  aws.faults.clear();
  expect(await onTheWire).toHaveLength(MANY);
  expect(readsOf('acme')).toHaveLength(MANY);
  await expect(globex?.send(read('globex'))).resolves.toHaveProperty('ETag');
});

it('ends 100 flights in tenant_revoked, those that wait for their turn too, and hands out nothing of them', async () => {
  await using tvm = machine();
  aws.faults.sts({ hang: true });
  const flights = Array.from({ length: MANY }, (_, user) => refusalOf(tvm.vend(identityOf('acme', { user }))));
  // One tenant has half of the fifty slots.
  await until(() => assumesOf(aws).length === 25 && tvm.stats().queued === 75);
  tvm.revoke('acme');
  aws.faults.clear();
  const refusals = await Promise.all(flights);
  expect(new Set(refusals.map(({ code, status }) => `${status} ${code}`))).toEqual(new Set(['403 tenant_revoked']));
  expect(assumesOf(aws)).toHaveLength(25);
  expect(tvm.stats().entries).toBe(0);

  tvm.reinstate('acme');
  await expect(tvm.vend(identityOf('acme', { user: 1 }))).resolves.toHaveProperty('sessionToken');
});

it('stops 100 clients that never pause, and no send that began after the call gets through', async () => {
  await using tvm = machine();
  const clients = clientsOf(tvm, 'acme', MANY);
  await Promise.all(clients.map((client) => client.send(read('acme'))));
  let revoked = false;
  let [underWay, sent, sentAfter] = [0, 0, 0];
  const inFullSwing = Promise.withResolvers<void>();
  const codes = new Set<string>();
  const loops = clients.map(async (client) => {
    for (;;) {
      const beganAfter = revoked;
      underWay += 1;
      try {
        await client.send(read('acme'));
        if (beganAfter) sentAfter += 1;
        sent += 1;
        if (sent === MANY) inFullSwing.resolve();
      } catch (error) {
        codes.add(String(Object(error)['code']));
        return;
      } finally {
        underWay -= 1;
      }
    }
  });
  await inFullSwing.promise;
  tvm.revoke('acme');
  revoked = true;
  const [before, mayFinish] = [readsOf('acme').length, underWay];
  await Promise.all(loops);
  expect(sentAfter).toBe(0);
  expect(codes).toEqual(new Set(['tenant_revoked']));
  expect(readsOf('acme').length - before).toBeLessThanOrEqual(mayFinish);
});
