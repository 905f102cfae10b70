import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listen, type Listening } from '../support/loopback.ts';
import { identityOf, localAws, machineFor, refusalOf, SettableClock, stsAt } from './ground.ts';

/** A server that calls itself STS and answers as it is told. */
let foreign: Listening;
let asked = 0;
let answer: RequestListener;
const aws = localAws();
beforeEach(async () => {
  asked = 0;
  foreign = await listen((req, res) => {
    asked += 1;
    answer(req, res);
  });
});
afterEach(() => foreign.close());

const SECRET = 'wJalrXUtnFEMI-only-the-tenant-may-know-this';
const KEYS = `<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>${SECRET}</SecretAccessKey><SessionToken>${SECRET}</SessionToken>`;

function assumed(credentials: string): string {
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
}

function expiring(at: Date | string): string {
  return `<Expiration>${typeof at === 'string' ? at : at.toISOString()}</Expiration>`;
}

const inAnHour = (): string => expiring(new Date(Date.now() + 3_600_000));

function says(body: string | Buffer, { status = 200, type = 'text/xml', headers = {} } = {}): RequestListener {
  return (_req, res) => void res.writeHead(status, { 'content-type': type, ...headers }).end(body);
}

function machine(): ReturnType<typeof machineFor> {
  return machineFor(aws, { sts: stsAt(foreign.url, aws) });
}

describe('an answer that is no answer of STS', () => {
  it.each<[string, () => RequestListener]>([
    ['the page of a captive portal', () => says('<!doctype html><html><body>Please log in<br></body></html>', { type: 'text/html' })],
    ['JSON', () => says('{"Credentials":{"AccessKeyId":"ASIAEXAMPLE"}}', { type: 'application/json' })],
    ['nothing at all', () => says('')],
    ['XML of another service', () => says('<ListAllMyBucketsResult><Owner><ID>x</ID></Owner></ListAllMyBucketsResult>')],
    ['another operation of STS', () => says('<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>')],
    ['XML that is cut off', () => says(assumed(KEYS + inAnHour()).slice(0, 250))],
    ['XML that is cut off within the secret', () => says(assumed(KEYS).slice(0, 200))],
    ['an entity bomb', () => says(`<!DOCTYPE x [<!ENTITY a "${'a'.repeat(1_000)}">]>${assumed('&a;&a;')}`)],
    ['bytes that are no text', () => says(Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff, 0xfe, 0x00]))],
    ['no secret', () => says(assumed(`<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SessionToken>t</SessionToken>${inAnHour()}`))],
    ['no session token', () => says(assumed(`<AccessKeyId>A</AccessKeyId><SecretAccessKey>${SECRET}</SecretAccessKey>${inAnHour()}`))],
    ['empty keys', () => says(assumed(`<AccessKeyId/><SecretAccessKey/><SessionToken/>${inAnHour()}`))],
    ['no expiration', () => says(assumed(KEYS))],
    ['an expiration that is no date', () => says(assumed(KEYS + expiring('soon')))],
    ['a redirect', () => says('', { status: 307, headers: { location: `http://127.0.0.1:9/` } })],
    ['a 502 of a proxy', () => says('<html>Bad Gateway</html>', { status: 502, type: 'text/html' })],
    [
      'half of what it announces',
      () => (_req, res) => void res.writeHead(200, { 'content-length': '5000' }).write(assumed(KEYS), () => res.destroy()),
    ],
  ])('is a 503 with Retry-After, and no secret of it is told: %s', async (_name, listener) => {
    answer = listener();
    await using tvm = machine();
    const refusal = await refusalOf(tvm.vend(identityOf('acme')));
    expect(refusal).toMatchObject({ code: 'sts_unavailable', status: 503 });
    expect(refusal.retryAfter).toBeGreaterThanOrEqual(1);
    expect(refusal.reason).not.toContain(SECRET.slice(0, 12));

    answer = says(assumed(KEYS + inAnHour()));
    await expect(tvm.vend(identityOf('acme'))).resolves.toMatchObject({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: SECRET });
  });
});

describe('credentials that live too short', () => {
  it.each([
    ['ended before they came', -60],
    ['end now', 0],
    ['end below the floor', 59],
  ])('are never handed out, and STS is not asked again at once where they %s', async (_name, seconds) => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    aws.calls.length = 0;
    aws.faults.sts({ expiresInSeconds: seconds });
    for (let request = 0; request < 10; request += 1) {
      const refusal = await refusalOf(tvm.vend(identityOf('acme')));
      expect(refusal).toMatchObject({ code: 'sts_unavailable', status: 503 });
      expect(refusal.reason).toContain('STS issued credentials that end too soon');
    }
    expect(aws.calls).toHaveLength(1);
    aws.faults.clear();
    clock.pass(2_000);
    await expect(tvm.vend(identityOf('acme'))).resolves.toHaveProperty('sessionToken');
  });

  it('serve as long as they live where that is shorter than what was asked', async () => {
    const clock = new SettableClock();
    await using tvm = machineFor(aws, { clock });
    aws.faults.sts({ expiresInSeconds: 240 });
    const { accessKeyId, expiration } = await tvm.vend(identityOf('acme'));
    // STS writes whole seconds: what is cut off counts against us.
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

  it('are never believed to live longer than was asked', async () => {
    const clock = new SettableClock();
    answer = says(assumed(KEYS + expiring('2099-01-01T00:00:00Z')));
    await using tvm = machineFor(aws, { clock, sts: stsAt(foreign.url, aws) });
    await tvm.vend(identityOf('acme'));
    clock.pass(900_000);
    await tvm.vend(identityOf('acme'));
    expect(asked).toBe(2);
  });
});
