import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listen, type Listening } from '../support/loopback.ts';
import { identityOf, localAws, machineFor, refusalOf, SettableClock, stsAt } from './machine.ts';

/** A server in place of STS, with the responses of the test. */
let fakeSts: Listening;
let requests = 0;
let respond: RequestListener;
const aws = localAws();
beforeEach(async () => {
  requests = 0;
  fakeSts = await listen((req, res) => {
    requests += 1;
    respond(req, res);
  });
});
afterEach(() => fakeSts.close());

const SECRET = 'wJalrXUtnFEMI-only-the-tenant-may-know-this';
const KEYS = `<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>${SECRET}</SecretAccessKey><SessionToken>${SECRET}</SessionToken>`;

function assumed(credentials: string): string {
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
}

function expiring(at: Date | string): string {
  return `<Expiration>${typeof at === 'string' ? at : at.toISOString()}</Expiration>`;
}

const inAnHour = (): string => expiring(new Date(Date.now() + 3_600_000));

function responseOf(body: string | Buffer, { status = 200, type = 'text/xml', headers = {} } = {}): RequestListener {
  return (_req, res) => void res.writeHead(status, { 'content-type': type, ...headers }).end(body);
}

function machine(): ReturnType<typeof machineFor> {
  return machineFor(aws, { sts: stsAt(fakeSts.url, aws) });
}

describe('an invalid response of STS', () => {
  it.each<[string, () => RequestListener]>([
    ['the page of a captive portal', () => responseOf('<!doctype html><html><body>Please log in<br></body></html>', { type: 'text/html' })],
    ['JSON', () => responseOf('{"Credentials":{"AccessKeyId":"ASIAEXAMPLE"}}', { type: 'application/json' })],
    ['an empty body', () => responseOf('')],
    ['XML of another service', () => responseOf('<ListAllMyBucketsResult><Owner><ID>x</ID></Owner></ListAllMyBucketsResult>')],
    ['another operation of STS', () => responseOf('<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>')],
    ['truncated XML', () => responseOf(assumed(KEYS + inAnHour()).slice(0, 250))],
    ['XML that is truncated within the secret', () => responseOf(assumed(KEYS).slice(0, 200))],
    ['an entity bomb', () => responseOf(`<!DOCTYPE x [<!ENTITY a "${'a'.repeat(1_000)}">]>${assumed('&a;&a;')}`)],
    ['binary data', () => responseOf(Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff, 0xfe, 0x00]))],
    ['no secret', () => responseOf(assumed(`<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SessionToken>t</SessionToken>${inAnHour()}`))],
    [
      'no session token',
      () => responseOf(assumed(`<AccessKeyId>A</AccessKeyId><SecretAccessKey>${SECRET}</SecretAccessKey>${inAnHour()}`)),
    ],
    ['empty keys', () => responseOf(assumed(`<AccessKeyId/><SecretAccessKey/><SessionToken/>${inAnHour()}`))],
    ['no expiration', () => responseOf(assumed(KEYS))],
    ['an expiration that is not a date', () => responseOf(assumed(KEYS + expiring('soon')))],
    ['a redirect', () => responseOf('', { status: 307, headers: { location: `http://127.0.0.1:9/` } })],
    ['a 502 of a proxy', () => responseOf('<html>Bad Gateway</html>', { status: 502, type: 'text/html' })],
    [
      'less than its Content-Length',
      () => (_req, res) => void res.writeHead(200, { 'content-length': '5000' }).write(assumed(KEYS), () => res.destroy()),
    ],
  ])('causes 503 with Retry-After, and the error shows no secret: %s', async (_name, listener) => {
    respond = listener();
    await using tvm = machine();
    const refusal = await refusalOf(tvm.vend(identityOf('acme')));
    expect(refusal).toMatchObject({ code: 'sts_unavailable', status: 503 });
    expect(refusal.retryAfter).toBeGreaterThanOrEqual(1);
    expect(refusal.reason).not.toContain(SECRET.slice(0, 12));

    respond = responseOf(assumed(KEYS + inAnHour()));
    await expect(tvm.vend(identityOf('acme'))).resolves.toMatchObject({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: SECRET });
  });
});

describe('credentials with a short lifetime', () => {
  it.each([
    ['have expired at issue', -60],
    ['expire at issue', 0],
    ['expire before the minimum lifetime', 59],
  ])('are never vended, and STS is not called again immediately, if they %s', async (_name, seconds) => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    aws.calls.length = 0;
    aws.faults.sts({ expiresInSeconds: seconds });
    for (let request = 0; request < 10; request += 1) {
      const refusal = await refusalOf(tvm.vend(identityOf('acme')));
      expect(refusal).toMatchObject({ code: 'sts_unavailable', status: 503 });
      expect(refusal.reason).toContain('STS issued credentials that expire too soon');
    }
    expect(aws.calls).toHaveLength(1);
    aws.faults.clear();
    clock.pass(2_000);
    await expect(tvm.vend(identityOf('acme'))).resolves.toHaveProperty('sessionToken');
  });

  it('serve until they expire, if STS issued less than requested', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    aws.faults.sts({ expiresInSeconds: 240 });
    const { accessKeyId, expiration } = await tvm.vend(identityOf('acme'));
    // STS truncates times to whole seconds, which shortens the lifetime.
    expect(expiration.getTime() - clock.now().wall).toBeLessThanOrEqual(240_000);
    expect(expiration.getTime() - clock.now().wall).toBeGreaterThan(238_000);
    aws.faults.sts({ down: true });
    clock.pass(175_000);
    expect((await tvm.vend(identityOf('acme'))).accessKeyId).toBe(accessKeyId);
    clock.pass(6_000);
    expect(await refusalOf(tvm.vend(identityOf('acme')))).toMatchObject({ code: 'sts_unavailable' });
    aws.faults.clear();
    expect((await tvm.vend(identityOf('acme'))).accessKeyId).not.toBe(accessKeyId);
  });

  it('are never used longer than requested', async () => {
    const clock = new SettableClock();
    respond = responseOf(assumed(KEYS + expiring('2099-01-01T00:00:00Z')));
    await using tvm = machineFor(aws, { clock, sts: stsAt(fakeSts.url, aws) });
    await tvm.vend(identityOf('acme'));
    clock.pass(900_000);
    await tvm.vend(identityOf('acme'));
    expect(requests).toBe(2);
  });
});
