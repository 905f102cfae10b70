import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listen, type Listening } from '../support/loopback.ts';
import { bucket } from '../support/notes-aws.ts';
import { assumesOf, identityOf, localAws, machineFor, refusalOf, SettableClock, stsAt, tenantIds, until } from './machine.ts';
import { Proxy } from './proxy.ts';

// Each of these defects was found in a product that vends AWS credentials.

const aws = localAws();
let proxy: Proxy;
beforeEach(async () => {
  proxy = await Proxy.start(aws.url);
});
afterEach(async () => {
  await proxy.close();
});

describe('a throttle', () => {
  it('does not block the tenant: the next request calls STS again', async () => {
    await using tvm = machineFor(aws);
    aws.faults.sts({ code: 'Throttling', times: 3 });
    expect(await refusalOf(tvm.vend(identityOf('acme')))).toMatchObject({ code: 'sts_unavailable' });
    await expect(tvm.vend(identityOf('acme'))).resolves.toHaveProperty('sessionToken');
  });
});

describe('a refresh', () => {
  it('blocks no caller, for any duration', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    const { accessKeyId } = await tvm.vend(identityOf('acme'));
    clock.pass(620_000);
    aws.faults.sts({ hang: true });
    const answers = await Promise.all(Array.from({ length: 100 }, () => tvm.vend(identityOf('acme'))));
    // All are served while the one refresh hangs.
    expect(new Set(answers.map((answer) => answer.accessKeyId))).toEqual(new Set([accessKeyId]));
    await until(() => assumesOf(aws).length === 2);
    aws.faults.clear();
    await until(() => tvm.stats().refreshes === 1);
  });

  it('that fails never makes credentials serve after their expiry', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock, cache: { minimumRemainingMs: 0 } });
    await tvm.vend(identityOf('acme'));
    aws.faults.sts({ down: true });
    clock.pass(890_000);
    await tvm.vend(identityOf('acme'));
    clock.pass(10_000);
    expect(await refusalOf(tvm.vend(identityOf('acme')))).toMatchObject({ code: 'sts_unavailable' });
  });
});

describe('a call that fails', () => {
  it('is one call for all its callers', async () => {
    await using tvm = machineFor(aws);
    aws.faults.sts({ code: 'AccessDenied', delayMs: 20 });
    const refusals = await Promise.all(Array.from({ length: 8 }, () => refusalOf(tvm.vend(identityOf('acme')))));
    expect(refusals.map(({ code }) => code)).toEqual(Array.from({ length: 8 }, () => 'sts_rejected'));
    expect(assumesOf(aws)).toHaveLength(1);
  });
});

describe('credentials', () => {
  it('have the expiry from STS, and AWS sees the name of their tenant', async () => {
    await using tvm = machineFor(aws);
    aws.faults.sts({ expiresInSeconds: 300 });
    const { expiration } = await tvm.vend(identityOf('acme'));
    expect(Math.abs(expiration.getTime() - Date.now() - 300_000)).toBeLessThan(60_000);
    await tvm
      .for(identityOf('acme'))
      .client(S3Client, { endpoint: aws.url })
      .send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/x', Body: 'x' }));
    expect(aws.calls.at(-1)).toMatchObject({ service: 's3', tenantSession: 'acme', decision: 'allowed' });
  });

  it('are cached for `cache.max` tenants, and no more', async () => {
    await using tvm = machineFor(aws, { cache: { max: 10 } });
    for (const tenant of tenantIds(50)) await tvm.vend(identityOf(tenant));
    expect(tvm.stats()).toMatchObject({ entries: 10, assumes: 50 });
  });

  it('of fifty tenants use one connection to STS if they are requested one after the other', async () => {
    await using tvm = machineFor(aws, { sts: stsAt(proxy.url, aws) });
    for (const tenant of tenantIds(50)) await tvm.vend(identityOf(tenant));
    expect(proxy.connections).toBe(1);
  });
});

describe('a partition', () => {
  let server: Listening;
  let policy = '';
  beforeAll(async () => {
    server = await listen((req, res) => {
      let form = '';
      req.on('data', (chunk) => {
        form += String(chunk);
      });
      req.on('end', () => {
        policy = new URLSearchParams(form).get('Policy') ?? '';
        res.writeHead(403, { 'content-type': 'text/xml' }).end('<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>');
      });
    });
  });
  afterAll(() => server.close());

  it.each([
    ['arn:aws-us-gov:iam::000000000000:role/TenantAccess', 'us-gov-west-1', 'arn:aws-us-gov:s3:::notes/acme/*'],
    ['arn:aws-cn:iam::000000000000:role/TenantAccess', 'cn-north-1', 'arn:aws-cn:s3:::notes/acme/*'],
  ])('is that of the role in every ARN of the policy: %s', async (roleArn, region, expected) => {
    const sts = stsAt(server.url, aws, { region });
    await using tvm = machineFor(aws, { sts, roleArn });
    expect(await refusalOf(tvm.vend(identityOf('acme')))).toMatchObject({ code: 'sts_rejected' });
    expect(policy).toContain(expected);
    expect(policy).not.toContain('arn:aws:');
    sts.destroy();
  });
});
