import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  bearerToken,
  channels,
  ensureCredentials,
  type IdentityEvent,
  type IdentitySource,
  type TenantGate,
  type TenantIdentity,
  TokenInvalidError,
  type VendEvent,
  tenantGate,
} from '@tenant-aws/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../../test/support/loopback.ts';
import { assumesOf, clockedMachines, identityOf, localAws, machineFor, optionsFor } from './local-machine.ts';

const aws = localAws();
const { aws: clockedAws, clock, machine } = clockedMachines();

const frozenIdentity = (tenantId: string): TenantIdentity => Object.freeze({ tenantId, claims: Object.freeze({}), source: 'claims' });
const request = { rawHeaders: [], headersDistinct: {}, socket: {} } as unknown as IncomingMessage;

/** A gate whose source returns this, with the options of a new machine. */
function gateOf(identity: IdentitySource, options: object = {}): TenantGate {
  const gate = tenantGate({ ...optionsFor(aws), identity, ...options });
  onTestFinished(() => gate.close());
  return gate;
}

describe('gate.admit', () => {
  it.each<[string, (source: IdentitySource, strict: IdentitySource) => IdentitySource]>([
    ['Object.assign', (source, strict) => Object.assign(strict, source)],
    ['a proxy', (source, strict) => new Proxy(source, { apply: (_source, self, args) => Reflect.apply(strict, self, args) })],
    ['its prototype', (source, strict) => Object.setPrototypeOf(strict, source)],
  ])('calls a source that wraps `bearerToken()` by %s and refuses more', async (_by, wrap) => {
    const { url: issuer, audience } = aws.issuer;
    const source = bearerToken({ issuer, audience });
    const strict: IdentitySource = async (identityRequest) => {
      const identity = await source(identityRequest);
      if (identity?.tenantId !== 'acme') throw new TokenInvalidError('of a tenant that this source refuses');
      return identity;
    };
    const gate = gateOf(wrap(source, strict));
    const admit = async (tenant: string) => {
      const authorization = `Bearer ${await aws.issuer.token({ tenant })}`;
      const sent = { rawHeaders: ['authorization', authorization], headersDistinct: { authorization: [authorization] }, socket: {} };
      return gate.admit(sent as never);
    };

    expect(await admit('acme')).toMatchObject({ tenantId: 'acme' });
    await expect(admit('globex')).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('returns a promise for the first request of a tenant, and none while its credentials are cached', async () => {
    const gate = gateOf(() => acme);
    const acme = frozenIdentity('acme');

    const first = gate.admit(request);
    expect(first).toBeInstanceOf(Promise);
    await first;

    for (let i = 0; i < 3; i += 1) expect(gate.admit(request)).toMatchObject({ tenantId: 'acme', identity: acme });
    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('returns no promise with subscribers, whose events are those of a request that waits', async () => {
    const events: (VendEvent | IdentityEvent)[] = [];
    const record = (event: VendEvent | IdentityEvent): unknown => events.push(event);
    channels.vend.subscribe(record);
    channels.identity.subscribe(record);
    onTestFinished(() => {
      channels.vend.unsubscribe(record);
      channels.identity.unsubscribe(record);
    });
    const acme = frozenIdentity('acme');
    const gate = gateOf(() => acme);
    await gate.admit(request);

    expect(gate.admit(request)).toMatchObject({ tenantId: 'acme' });

    expect(events).toMatchObject([
      { source: 'claims', tenantId: 'acme' },
      { tenantId: 'acme', outcome: 'assumed' },
      { source: 'claims', tenantId: 'acme' },
      { tenantId: 'acme', outcome: 'hit', durationMs: expect.any(Number) },
    ]);
  });

  it('refuses a tenant that was revoked after its last request', async () => {
    const acme = frozenIdentity('acme');
    const gate = gateOf(() => acme);
    await gate.admit(request);

    gate.tvm.revoke('acme');
    expect(() => gate.admit(request)).toThrow(expect.objectContaining({ code: 'tenant_revoked' }));
    gate.tvm.reinstate('acme');

    expect(await gate.admit(request)).toMatchObject({ tenantId: 'acme' });
    expect(assumesOf(aws)).toHaveLength(2);
  });

  it('refuses a tenant that is revoked while its first credentials are vended, even if it is reinstated', async () => {
    const acme = frozenIdentity('acme');
    const gate = gateOf(() => acme);

    const pending = gate.admit(request);
    gate.tvm.revoke('acme');
    gate.tvm.reinstate('acme');

    await expect(pending).rejects.toMatchObject({ code: 'tenant_revoked' });
  });

  it('waits for new credentials when those in the cache have too little life left', async () => {
    await using tvm = machine({ durationSeconds: 900 });
    const acme = frozenIdentity('acme');
    const gate = tenantGate({ tvm, identity: () => acme });
    await gate.admit(request);

    clock.pass(899_000);

    expect(await gate.admit(request)).toBeDefined();
    expect(assumesOf(clockedAws)).toHaveLength(2);
  });

  it('asks `authorizeTenant` again when its decision is old, and refuses what it refuses', async () => {
    let allowed = true;
    await using tvm = machine({ authorizeTenant: () => allowed });
    const acme = frozenIdentity('acme');
    const gate = tenantGate({ tvm, identity: () => acme });
    await gate.admit(request);
    expect(gate.admit(request)).toMatchObject({ tenantId: 'acme' });

    allowed = false;
    clock.pass(5_001);

    await expect(gate.admit(request)).rejects.toMatchObject({ code: 'tenant_revoked' });
    expect(() => gate.admit(request)).toThrow(expect.objectContaining({ code: 'tenant_revoked' }));
  });

  it('never shares a TenantAws or credentials between identities that a source changes after it returned them', async () => {
    const changing = { tenantId: 'acme', claims: {}, source: 'claims' as const };
    const gate = gateOf(() => changing);
    const first = await gate.admit(request);

    changing.tenantId = 'globex';
    const second = await gate.admit(request);

    expect([first?.tenantId, second?.tenantId]).toEqual(['acme', 'globex']);
    expect(assumesOf(aws)).toHaveLength(2);
    expect((await first?.credentials())?.accessKeyId).not.toBe((await second?.credentials())?.accessKeyId);
  });

  it('accepts a promise of another library from a source', async () => {
    const resolved = {
      // oxlint-disable-next-line unicorn/no-thenable -- the promise of another library
      then: (resolve: (identity: TenantIdentity) => void) => resolve(identityOf('acme')),
    };
    const gate = gateOf(() => resolved as never);

    expect(await gate.admit(request)).toMatchObject({ tenantId: 'acme' });
  });

  it.each([[undefined], [null], ['acme'], [identityOf('*')]])('refuses %j of a source synchronously', (identity) => {
    const gate = gateOf(() => identity as never);

    expect(() => gate.admit(request)).toThrow(
      expect.objectContaining({ code: identity === undefined ? 'token_missing' : 'tenant_invalid' }),
    );
    expect(aws.calls).toEqual([]);
  });

  it('passes user and framework request to a source that reads an IdentityRequest', async () => {
    const seen: unknown[] = [];
    const gate = gateOf(({ user, raw, remoteAddress, headersDistinct }) => {
      seen.push({ user, raw, remoteAddress, headersDistinct });
      return identityOf('acme');
    });
    const [user, raw] = [{ name: 'ann' }, { framework: true }];

    await gate.admit(request, user, raw);
    await gate.admit(request);

    expect(seen).toMatchObject([
      { user, raw },
      { user: undefined, raw: request },
    ]);
  });

  it('finds the tenant of each of many pipelined requests of two tenants on one socket', async () => {
    const identity = bearerToken({ issuer: aws.issuer.url, audience: aws.issuer.audience });
    const gate = gateOf(identity);
    const { url, close } = await listen((incoming, response) => {
      void Promise.resolve(gate.admit(incoming)).then((tenantAws) =>
        response.end(`${String(incoming.headers['x-expected'])}=${tenantAws?.tenantId};`),
      );
    });
    onTestFinished(close);
    const tokens = await Promise.all(['acme', 'globex'].map(async (tenant) => [tenant, await aws.issuer.token({ tenant })] as const));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const order = Array.from({ length: 60 }, (_, i) => tokens[(i * i + (i >> 2)) % 2] ?? tokens[0]);
    socket.write(
      order
        .map(([tenant, token] = ['', ''], i) => {
          const close = i === order.length - 1 ? 'Connection: close\r\n' : '';
          return `GET / HTTP/1.1\r\nHost: x\r\nX-Expected: ${tenant}\r\nAuthorization: Bearer ${token}\r\n${close}\r\n`;
        })
        .join(''),
    );

    const pairs = (await text(socket)).match(/\w+=\w+;/g) ?? [];

    expect(pairs).toEqual(order.map(([tenant] = ['', '']) => `${tenant}=${tenant};`));
  });
});

describe('ensureCredentials', () => {
  it('returns undefined if the cache has credentials, and a promise otherwise', async () => {
    await using tvm = machineFor(aws);
    const tenantAws = tvm.for(identityOf('acme'));

    const first = ensureCredentials(tenantAws);
    expect(first).toBeInstanceOf(Promise);
    await first;

    expect(ensureCredentials(tenantAws)).toBeUndefined();
    expect(ensureCredentials(tenantAws.scoped(['s3-folder-read-only']))).toBeInstanceOf(Promise);
    expect(ensureCredentials(tenantAws.lasting(60))).toBeUndefined();
  });

  it('vends for a TenantAws that is not of this package', async () => {
    const credentials = Promise.resolve({ accessKeyId: 'ASIA', secretAccessKey: 'secret' });

    expect(ensureCredentials({ credentials: () => credentials } as never)).toBe(credentials);
  });
});
