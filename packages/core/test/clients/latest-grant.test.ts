import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { TenantAws, TenantIdentity, TokenVendingMachine } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { bucket, clockedMachines, identityOf } from '../local-machine.ts';

const second = 1_000;
const { aws, clock, machine } = clockedMachines();

/** A user of acme whose token expires in this number of seconds. */
const until = (seconds: number, sub = 'ann'): TenantIdentity => ({
  ...identityOf('acme', { sub }),
  expiresAt: clock.now().wall + seconds * second,
});
const s3Of = (tenantAws: TenantAws) => tenantAws.client(S3Client, { endpoint: aws.url, forcePathStyle: true });
const list = (s3: S3Client) => s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'acme/' }));
const expired = { code: 'token_invalid' };

/** Each way to get a client that users of one tenant share. */
const ways: [string, (tvm: TokenVendingMachine, identity: TenantIdentity) => TenantAws][] = [
  ['for', (tvm, identity) => tvm.for(identity)],
  ['scoped', (tvm, identity) => tvm.for(identity).scoped(['s3-folder-read-only'])],
  ['lasting', (tvm, identity) => tvm.for(identity).lasting(300)],
];

describe.each(ways)('a client of %s that two users of a tenant share', (_way, as) => {
  it('serves the second user after the token of the first has expired', async () => {
    await using tvm = machine();
    await list(s3Of(as(tvm, until(300, 'ann'))));
    clock.pass(1_200 * second); // the credentials have expired, too

    const bob = as(tvm, until(300, 'bob'));

    await expect(list(s3Of(bob))).resolves.toBeDefined();
  });

  it('serves the second user after `invalidate`', async () => {
    await using tvm = machine();
    await list(s3Of(as(tvm, until(60, 'ann'))));
    clock.pass(61 * second);
    tvm.invalidate('acme');

    await expect(list(s3Of(as(tvm, until(300, 'bob'))))).resolves.toBeDefined();
  });

  it('is not shortened by a user whose token expires earlier', async () => {
    await using tvm = machine();
    const s3 = s3Of(as(tvm, until(600, 'ann')));
    expect(s3Of(as(tvm, until(60, 'bob')))).toBe(s3);
    clock.pass(120 * second);
    tvm.invalidate('acme');

    await expect(list(s3)).resolves.toBeDefined();
  });

  it('is renewed without limit once an identity without expiry has used it', async () => {
    await using tvm = machine();
    const s3 = s3Of(as(tvm, until(60, 'ann')));
    s3Of(as(tvm, identityOf('acme', { sub: 'job' })));
    s3Of(as(tvm, until(60, 'bob')));
    clock.pass(36_000 * second);

    await expect(list(s3)).resolves.toBeDefined();
  });

  it('ends for both users when both tokens have expired', async () => {
    await using tvm = machine();
    const s3 = s3Of(as(tvm, until(60, 'ann')));
    s3Of(as(tvm, until(120, 'bob')));
    clock.pass(121 * second);

    await expect(list(s3)).rejects.toMatchObject(expired);
    expect(aws.calls).toEqual([]);
  });

  it('adds `maxSessionSeconds` to the latest expiry', async () => {
    await using tvm = machine({ maxSessionSeconds: 60 });
    const s3 = s3Of(as(tvm, until(60, 'ann')));
    s3Of(as(tvm, until(120, 'bob')));

    clock.pass(179 * second);
    await expect(list(s3)).resolves.toBeDefined();
    clock.pass(2 * second);
    tvm.invalidate('acme');
    await expect(list(s3)).rejects.toMatchObject(expired);
  });
});

it('is not extended by another tenant, or by other permissions', async () => {
  await using tvm = machine();
  const s3 = s3Of(tvm.for(until(60)));
  s3Of(tvm.for(identityOf('globex')));
  s3Of(tvm.for(identityOf('acme')).scoped(['s3-folder-read-only']));
  clock.pass(61 * second);

  await expect(list(s3)).rejects.toMatchObject(expired);
});

it('does not extend the credentials of one user by the token of another', async () => {
  await using tvm = machine();
  const ann = tvm.for(until(60, 'ann'));
  s3Of(tvm.for(until(600, 'bob')));
  clock.pass(61 * second);

  await expect(ann.credentials()).rejects.toMatchObject(expired);
});
