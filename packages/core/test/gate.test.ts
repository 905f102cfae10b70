import { S3Client } from '@aws-sdk/client-s3';
import {
  authenticatedUser,
  bearerToken,
  type IdentityRequest,
  type IdentitySource,
  type TenantGate,
  type TenantIdentity,
  TokenVendingMachine,
  tenantGate,
} from '@tenant-aws/core';
import { fakeSts, hostileHeaders } from '@tenant-aws/core/testing';
import { describe, expect, it } from 'vitest';
import { assumesOf, identityOf, localAws, machineFor, optionsFor, roleArn } from './local-machine.ts';

const aws = localAws();

const request = (headersDistinct: IdentityRequest['headersDistinct'] = {}, user?: unknown): IdentityRequest => ({
  headersDistinct,
  remoteAddress: '127.0.0.1',
  user,
  raw: undefined,
});

/** A source that returns this. */
const always =
  (identity: TenantIdentity | undefined): IdentitySource =>
  () =>
    identity;

/** The error that was thrown. */
function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('tenantGate', () => {
  it.each([[null], [false], [0], [''], ['acme'], [{}]])(
    'refuses %j from a source as an invalid tenant, never as nothing presented',
    async (answer) => {
      await using tvm = machineFor(aws);
      for (const optional of [false, true]) {
        const enter = tenantGate({ tvm, identity: always(answer as never), optional });

        await expect(enter(request())).rejects.toMatchObject({ code: 'tenant_invalid', status: 403 });
      }
      const scoped = tenantGate({ tvm, identity: always(answer as never), optional: true, permissions: ['s3-folder-read-only'] });
      await expect(scoped(request())).rejects.toMatchObject({ code: 'tenant_invalid' });
      expect(aws.calls).toEqual([]);
    },
  );

  it('returns AWS as the tenant of a token', async () => {
    await using gate = closing(
      tenantGate({ ...optionsFor(aws), identity: bearerToken({ issuer: aws.issuer.url, audience: aws.issuer.audience }) }),
    );
    await gate.enter.ready();

    const tenantAws = await gate.enter(request({ authorization: [`Bearer ${await aws.issuer.token({ tenant: 'acme' })}`] }));

    expect(tenantAws).toMatchObject({ tenantId: 'acme', identity: { source: 'bearer' } });
    expect(tenantAws?.client(S3Client)).toBeInstanceOf(S3Client);
    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('vends credentials before it returns, unless `eager` is false', async () => {
    await using eager = closing(tenantGate({ ...optionsFor(aws), identity: always(identityOf('acme')) }));
    await using lazy = closing(tenantGate({ ...optionsFor(aws), identity: always(identityOf('acme')), eager: false }));
    aws.faults.sts({ code: 'AccessDenied' });

    await expect(eager.enter(request())).rejects.toMatchObject({ code: 'sts_rejected' });
    const tenantAws = await lazy.enter(request());
    expect(assumesOf(aws)).toHaveLength(1);
    await expect(tenantAws?.credentials()).rejects.toMatchObject({ code: 'sts_rejected' });
  });

  it('refuses a request that presents nothing, and admits it without a tenant under `optional`', async () => {
    await using strict = closing(tenantGate({ ...optionsFor(aws), identity: always(undefined) }));
    await using open = closing(tenantGate({ ...optionsFor(aws), identity: always(undefined), optional: true }));

    await expect(strict.enter(request())).rejects.toMatchObject({
      code: 'token_missing',
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
    expect(await open.enter(request())).toBeUndefined();
  });

  it('refuses an invalid identity also under `optional`', async () => {
    const options = { ...optionsFor(aws), optional: true };
    await using bad = closing(tenantGate({ ...options, identity: always(identityOf('*')) }));
    await using failing = closing(tenantGate({ ...options, identity: () => Promise.reject(new Error('no')) }));
    await using without = closing(tenantGate({ ...options, identity: authenticatedUser() }));

    await expect(bad.enter(request())).rejects.toMatchObject({ code: 'tenant_invalid' });
    await expect(failing.enter(request())).rejects.toThrow('no');
    await expect(without.enter(request({}, { name: 'bob' }))).rejects.toMatchObject({ code: 'tenant_missing' });
    expect(aws.calls).toEqual([]);
  });

  it.each(Object.entries(hostileHeaders))('finds no tenant in hostile headers: %s', async (_what, headersDistinct) => {
    const identity = bearerToken({ issuer: aws.issuer.url, audience: aws.issuer.audience });
    await using gate = closing(tenantGate({ ...optionsFor(aws), identity }));

    await expect(gate.enter(request(headersDistinct))).rejects.toMatchObject({
      status: 401,
      code: expect.stringMatching(/^token_(missing|invalid)$/),
    });
    expect(aws.calls).toEqual([]);
  });
});

describe('a gate over a shared machine', () => {
  it('uses its own permissions in place of the permissions of the machine', async () => {
    await using tvm = machineFor(aws);
    const own = tenantGate({ tvm, identity: always(identityOf('acme')), permissions: ['s3-folder-read-only'] });
    const byPlan = tenantGate({
      tvm,
      identity: always(identityOf('acme', { plan: 'pro' })),
      permissions: async ({ claims }) => [claims['plan'] === 'pro' ? 's3-folder-per-tenant' : 's3-folder-read-only'],
    });
    const plain = tenantGate({ tvm, identity: always(identityOf('acme')) });

    const keys = [];
    for (const gate of [plain, own, byPlan]) keys.push((await (await gate(request()))?.credentials())?.accessKeyId);

    expect(keys[1]).not.toBe(keys[0]);
    expect(keys[2]).toBe(keys[0]);
    expect(assumesOf(aws)).toHaveLength(2);
  });

  it('uses the same permissions for an identity that is already verified', async () => {
    await using tvm = machineFor(aws);
    const own = tenantGate({ tvm, identity: always(identityOf('acme')), permissions: ['s3-folder-read-only'] });
    const byClaim = tenantGate({ tvm, identity: always(undefined), permissions: async () => ['s3-folder-read-only'] });
    const plain = tenantGate({ tvm, identity: always(identityOf('acme')) });
    const keyOf = async (gate: TenantGate): Promise<unknown> => (await (await gate.for(identityOf('acme'))).credentials()).accessKeyId;

    const requested = await (await own(request()))?.credentials();

    expect(await keyOf(own)).toBe(requested?.accessKeyId);
    expect(await keyOf(byClaim)).toBe(requested?.accessKeyId);
    expect(await keyOf(plain)).not.toBe(requested?.accessKeyId);
  });

  it.each([[undefined], [null], [{}], [identityOf('*')]])(
    'refuses %j as an identity, also where a tenant is optional',
    async (identity) => {
      await using tvm = machineFor(aws);
      for (const own of [{}, { permissions: ['s3-folder-read-only'] }, { permissions: () => ['s3-folder-read-only'] }]) {
        const gate = tenantGate({ tvm, identity: always(undefined), optional: true, ...own });

        await expect(gate.for(identity as never)).rejects.toMatchObject({ code: 'tenant_invalid' });
      }
      expect(aws.calls).toEqual([]);
    },
  );

  it('does not use the permissions of the machine where its own function returns an invalid value', async () => {
    await using tvm = machineFor(aws);

    for (const none of [undefined, null, [], 'all']) {
      const gate = tenantGate({ tvm, identity: always(identityOf('acme')), permissions: () => none as never });
      await expect(gate(request())).rejects.toMatchObject({ code: 'configuration_invalid' });
    }
    expect(aws.calls).toEqual([]);
  });

  it('checks its own permissions when it is created', () => {
    const tvm = machineFor(aws);

    expect(() => tenantGate({ tvm, identity: always(undefined), permissions: ['no-such-template'] })).toThrowError(
      expect.objectContaining({ code: 'configuration_invalid', faults: [expect.stringContaining('no-such-template')] }),
    );
  });

  it('refuses options of a machine beside `tvm`, and a `tvm` that is not a machine', () => {
    const tvm = machineFor(aws);
    const identity = always(undefined);

    expect(thrownBy(() => tenantGate({ tvm, identity, roleArn, cache: { max: 5 } }))).toMatchObject({
      code: 'configuration_invalid',
      faults: [expect.stringContaining('`roleArn`'), expect.stringContaining('`cache`')],
    });
    expect(thrownBy(() => tenantGate({ tvm: {} as never, identity }))).toMatchObject({ faults: [expect.stringContaining('`tvm`')] });
  });

  it('closes its own machine and leaves a shared machine open', async () => {
    await using tvm = machineFor(aws);
    const shared = tenantGate({ tvm, identity: always(identityOf('acme')) });
    const own = tenantGate({ ...optionsFor(aws), identity: always(identityOf('acme')) });

    await Promise.all([shared.close(), own.close()]);

    expect(await shared(request())).toBeDefined();
    await expect(own(request())).rejects.toMatchObject({ code: 'sts_unavailable', status: 503 });
    expect(shared.tvm).toBe(tvm);
    expect(own.tvm).toBeInstanceOf(TokenVendingMachine);
  });
});

describe('ready', () => {
  it('calls `ready` of the identity source', async () => {
    let asked = 0;
    const identity = Object.assign(always(undefined), { ready: async () => void (asked += 1) });
    await using gate = closing(tenantGate({ ...optionsFor(aws), identity }));

    await gate.enter.ready();

    expect(asked).toBe(1);
  });

  it('rejects where the identity source rejects', async () => {
    const identity = Object.assign(always(undefined), { ready: () => Promise.reject(new Error('no keys')) });
    await using gate = closing(tenantGate({ ...optionsFor(aws), identity }));

    await expect(gate.enter.ready()).rejects.toThrow('no keys');
  });
});

describe('invalid options', () => {
  it('are all reported in one error', () => {
    const wrong = {
      eager: 1,
      optional: 'yes',
      identity: {},
      roleArn: 'TenantAccess',
      permissions: ['no-such-template'],
      colour: 'red',
      durationSeconds: 10,
    };

    const error = thrownBy(() => tenantGate({ ...wrong, sts: fakeSts() } as never));

    expect(error).toMatchObject({ code: 'configuration_invalid' });
    const faults = (error as { faults: readonly string[] }).faults.join('\n');
    for (const name of ['eager', 'optional', 'identity', 'roleArn', 'no-such-template', 'colour', 'durationSeconds'])
      expect(faults).toContain(name);
  });

  it('are refused where they are not an object', () => {
    expect(() => tenantGate(null as never)).toThrowError(expect.objectContaining({ code: 'configuration_invalid' }));
  });
});

/** A gate that is closed at the end of its test. */
function closing(gate: ReturnType<typeof tenantGate>): AsyncDisposable & { enter: ReturnType<typeof tenantGate> } {
  return { enter: gate, [Symbol.asyncDispose]: () => gate.close() };
}
