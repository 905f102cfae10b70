import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  authenticatedUser,
  bearerToken,
  channels,
  type IdentitySource,
  type TenantAwsEvents,
  tenantGate,
  TokenInvalidError,
  type TokenVendingMachine,
} from '@tenant-aws/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bucket, clockedMachines, identityOf, roleArn, stsThatSays } from './local-machine.ts';

const names = ['identity', 'vend', 'refresh', 'revoke', 'denied', 'warning'] as const;
const acme = identityOf('acme');
const digest = expect.stringMatching(/^[\w-]{43}$/);
const duration = expect.any(Number);
const requestId = expect.stringMatching(/^[\w-]{16,}$/);

const { aws, clock, machine } = clockedMachines();
beforeEach(() => {
  events.length = 0;
  for (const name of names) subscribe(`tenant-aws:${name}`, record);
});
afterEach(() => {
  for (const name of names) unsubscribe(`tenant-aws:${name}`, record);
});

const events: { readonly on: string; readonly event: unknown }[] = [];
function record(event: unknown, on: string | symbol): void {
  events.push({ on: String(on), event });
}
const of = (name: keyof TenantAwsEvents) => events.filter(({ on }) => on === `tenant-aws:${name}`).map(({ event }) => event);

describe('tenant-aws:vend', () => {
  const vended = {
    tenantId: 'acme',
    roleArn,
    templates: [{ name: 's3-folder-per-tenant', version: expect.any(String) }],
    policyDigest: digest,
  };

  it('reports where the credentials came from', async () => {
    await using tvm = machine();
    await Promise.all([tvm.vend(acme), tvm.vend(acme)]);
    await tvm.vend(acme);

    const facts = { ...vended, durationMs: duration, requestId, tokenUtilisation: expect.any(Number) };
    expect(of('vend')).toEqual([
      { ...facts, outcome: 'assumed' },
      { ...facts, outcome: 'shared' },
      { ...facts, outcome: 'hit' },
    ]);
    expect(events).toHaveLength(3);
  });

  it.each([
    ['AccessDenied', { code: 'sts_rejected' }],
    ['ServiceUnavailable', { code: 'sts_unavailable', reason: 'STS failed or cannot be reached' }],
  ])('reports the code of the failure after %s', async (stsCode, failure) => {
    await using tvm = machine();
    aws.faults.sts({ code: stsCode });

    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: failure.code });

    expect(of('vend')).toEqual([{ ...vended, outcome: 'failed', durationMs: duration, ...failure }]);
  });
});

describe('tenant-aws:refresh', () => {
  it('reports each refresh, and the wait until the next one after a failure', async () => {
    await using tvm = machine();
    await tvm.vend(acme);
    clock.pass(660_000);
    aws.faults.sts({ code: 'AccessDenied', times: 1 });

    await tvm.vend(acme);
    await expect.poll(() => of('refresh')).toHaveLength(1);
    clock.pass(2_000);
    await tvm.vend(acme);
    await expect.poll(() => of('refresh')).toHaveLength(2);

    expect(of('refresh')).toEqual([
      { tenantId: 'acme', outcome: 'failed', durationMs: duration, code: 'sts_rejected', retryInMs: expect.any(Number) },
      { tenantId: 'acme', outcome: 'refreshed', durationMs: duration },
    ]);
    expect(of('vend').map((event) => (event as { outcome: string }).outcome)).toEqual(['assumed', 'hit', 'hit', 'refreshed']);
  });
});

describe('tenant-aws:revoke', () => {
  it('reports how long the tenant is refused', async () => {
    await using tvm = machine();

    tvm.revoke('acme');
    tvm.revoke('globex', { forSeconds: 60 });

    expect(of('revoke')).toEqual([
      { tenantId: 'acme', forSeconds: 960 },
      { tenantId: 'globex', forSeconds: 60 },
    ]);
  });
});

describe('tenant-aws:warning', () => {
  /** A machine whose STS reports this use of the session token. */
  function machineAt(percent: number): TokenVendingMachine {
    const size = `<PackedPolicySize>${percent}</PackedPolicySize>`;
    return machine({ sts: stsThatSays((xml) => xml.replace('</AssumeRoleResult>', `${size}</AssumeRoleResult>`)) });
  }

  it('reports a session token that uses 75 % of its limit or more, once for each call to STS', async () => {
    for (const percent of [74, 75, 100]) {
      await using tvm = machineAt(percent);
      await tvm.vend(acme);
      await tvm.vend(acme);
    }

    expect(of('warning')).toEqual([75, 100].map((percent) => ({ kind: 'token_utilisation', tenantId: 'acme', percent })));
    expect(of('vend')).toHaveLength(6);
    expect(of('vend')[0]).toMatchObject({ tokenUtilisation: 74 });
  });
});

describe('tenant-aws:identity', () => {
  const request = (user?: unknown) => ({ headersDistinct: {}, remoteAddress: '127.0.0.1', raw: undefined, user });

  it('reports each request through a gate, refused ones too, and shows no refused tenant id', async () => {
    await using tvm = machine();
    const enter = tenantGate({ tvm, identity: authenticatedUser(), eager: false });
    const open = tenantGate({ tvm, identity: authenticatedUser(), eager: false, optional: true });

    await enter(request({ tenantId: 'acme', sub: 'alice' }));
    await expect(enter(request())).rejects.toMatchObject({ code: 'token_missing' });
    await expect(enter(request({}))).rejects.toMatchObject({ code: 'tenant_missing' });
    await expect(enter(request({ tenantId: '<script>' }))).rejects.toMatchObject({ code: 'tenant_invalid' });
    await open(request());

    expect(of('identity')).toEqual([
      expect.objectContaining({ source: 'user', tenantId: 'acme' }),
      { source: 'user', code: 'token_missing' },
      { source: 'user', code: 'tenant_missing', reason: '`tenantId` is absent' },
      {
        source: 'user',
        code: 'tenant_invalid',
        reason: 'it has a character that is not accepted, or not accepted as the first or the last',
      },
      { source: 'user' },
    ]);
    expect(JSON.stringify(events)).not.toContain('script');
  });

  it('names the source that refused the request, if the source has a name', async () => {
    await using tvm = machine();
    const bad = { ...request(), headersDistinct: { authorization: ['Bearer x'] } };
    const own: IdentitySource = () => Promise.reject(new TokenInvalidError('not one of ours'));

    await expect(tenantGate({ tvm, identity: bearerToken({ issuer: aws.issuer.url, audience: 'notes' }) })(bad)).rejects.toMatchObject({
      code: 'token_invalid',
    });
    await expect(tenantGate({ tvm, identity: own })(bad)).rejects.toMatchObject({ code: 'token_invalid' });

    expect(of('identity')).toEqual([
      { source: 'bearer', code: 'token_invalid', reason: 'not a compact JWS' },
      { code: 'token_invalid', reason: 'not one of ours' },
    ]);
  });
});

describe('every event', () => {
  it('contains no secret and no token', async () => {
    const user = { tenantId: 'acme', sub: 'alice', jwt: 'canary-of-a-token' };
    await using tvm = machine();
    const enter = tenantGate({ tvm, identity: authenticatedUser() });
    const tenantAws = await enter({ headersDistinct: {}, remoteAddress: undefined, raw: undefined, user });
    const old = await tvm.vend(acme);
    const s3 = tenantAws?.client(S3Client, { endpoint: aws.url, forcePathStyle: true });
    await s3?.send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/note' })).catch(() => undefined);
    clock.pass(660_000);
    await tvm.vend(acme);
    await expect.poll(() => of('refresh')).toHaveLength(1);
    const fresh = await tvm.vend(acme);
    tvm.revoke('acme');
    await tvm.vend(acme).catch(() => undefined);

    const everything = JSON.stringify(events);
    for (const name of ['identity', 'vend', 'refresh', 'revoke', 'denied'] as const) expect(of(name)).not.toEqual([]);
    for (const { secretAccessKey, sessionToken } of [old, fresh]) {
      expect(everything).not.toContain(secretAccessKey);
      expect(everything).not.toContain(sessionToken.slice(0, 40));
    }
    expect(everything).not.toContain('canary');
  });

  it('is not created without a subscriber', async () => {
    for (const name of names) unsubscribe(`tenant-aws:${name}`, record);
    let published = 0;
    for (const name of names) channels[name].publish = () => void (published += 1);
    try {
      await using tvm = machine();
      await tvm.vend(acme);
      clock.pass(660_000);
      await tvm.vend(acme);
      await expect.poll(async () => (await tvm.vend(acme)).expiration.getTime() - clock.now().wall).toBeGreaterThan(840_000);
      tvm.revoke('acme');
      await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'tenant_revoked' });
    } finally {
      for (const name of names) Reflect.deleteProperty(channels[name], 'publish');
    }

    expect(published).toBe(0);
  });

  it('reaches subscribers of the typed channel until they unsubscribe', async () => {
    await using tvm = machine();
    const tenants: string[] = [];
    const listener = ({ tenantId }: { readonly tenantId: string }) => void tenants.push(tenantId);
    channels.vend.subscribe(listener);
    await tvm.vend(acme);
    channels.vend.unsubscribe(listener);
    await tvm.vend(acme);

    expect(tenants).toEqual(['acme']);
  });
});
