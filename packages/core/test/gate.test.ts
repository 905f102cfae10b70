import { S3Client } from '@aws-sdk/client-s3';
import {
  authenticatedUser,
  bearerToken,
  type IdentityRequest,
  type IdentitySource,
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

/** A source that answers this. */
const always =
  (identity: TenantIdentity | undefined): IdentitySource =>
  () =>
    identity;

/** The code and the faults of what was thrown. */
function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('tenantGate', () => {
  it.each([[null], [false], [0], [''], ['acme'], [{}]])(
    'takes %j from a source for no tenant, and never for nothing presented',
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

  it('leads from a token to AWS as its tenant', async () => {
    await using gate = closing(
      tenantGate({ ...optionsFor(aws), identity: bearerToken({ issuer: aws.issuer.url, audience: aws.issuer.audience }) }),
    );
    await gate.enter.ready();

    const tenantAws = await gate.enter(request({ authorization: [`Bearer ${await aws.issuer.token({ tenant: 'acme' })}`] }));

    expect(tenantAws).toMatchObject({ tenantId: 'acme', identity: { source: 'bearer' } });
    expect(tenantAws?.client(S3Client)).toBeInstanceOf(S3Client);
    expect(assumesOf(aws)).toHaveLength(1);
  });

  it('has credentials in hand before it answers, unless it is told not to', async () => {
    await using eager = closing(tenantGate({ ...optionsFor(aws), identity: always(identityOf('acme')) }));
    await using lazy = closing(tenantGate({ ...optionsFor(aws), identity: always(identityOf('acme')), eager: false }));
    aws.faults.sts({ code: 'AccessDenied' });

    await expect(eager.enter(request())).rejects.toMatchObject({ code: 'sts_rejected' });
    const tenantAws = await lazy.enter(request());
    expect(assumesOf(aws)).toHaveLength(1);
    await expect(tenantAws?.credentials()).rejects.toMatchObject({ code: 'sts_rejected' });
  });

  it('refuses a request that presents nothing, or lets it pass without a tenant where it may', async () => {
    await using strict = closing(tenantGate({ ...optionsFor(aws), identity: always(undefined) }));
    await using open = closing(tenantGate({ ...optionsFor(aws), identity: always(undefined), optional: true }));

    await expect(strict.enter(request())).rejects.toMatchObject({
      code: 'token_missing',
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
    expect(await open.enter(request())).toBeUndefined();
  });

  it('lets nothing bad pass where a tenant is optional', async () => {
    const options = { ...optionsFor(aws), optional: true };
    await using bad = closing(tenantGate({ ...options, identity: always(identityOf('*')) }));
    await using failing = closing(tenantGate({ ...options, identity: () => Promise.reject(new Error('no')) }));
    await using without = closing(tenantGate({ ...options, identity: authenticatedUser() }));

    await expect(bad.enter(request())).rejects.toMatchObject({ code: 'tenant_invalid' });
    await expect(failing.enter(request())).rejects.toThrow('no');
    await expect(without.enter(request({}, { name: 'bob' }))).rejects.toMatchObject({ code: 'tenant_missing' });
    expect(aws.calls).toEqual([]);
  });

  it.each(Object.entries(hostileHeaders))('makes nobody a tenant by headers: %s', async (_what, headersDistinct) => {
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
  it('has permissions of its own in place of those of the machine', async () => {
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

  it('does not fall back to the permissions of the machine where its own function answers none', async () => {
    await using tvm = machineFor(aws);

    for (const none of [undefined, null, [], 'all']) {
      const gate = tenantGate({ tvm, identity: always(identityOf('acme')), permissions: () => none as never });
      await expect(gate(request())).rejects.toMatchObject({ code: 'configuration_invalid' });
    }
    expect(aws.calls).toEqual([]);
  });

  it('judges its own permissions when it is made', () => {
    const tvm = machineFor(aws);

    expect(() => tenantGate({ tvm, identity: always(undefined), permissions: ['no-such-template'] })).toThrowError(
      expect.objectContaining({ code: 'configuration_invalid', faults: [expect.stringContaining('no-such-template')] }),
    );
  });

  it('refuses options of a machine beside it, and what is no machine', () => {
    const tvm = machineFor(aws);
    const identity = always(undefined);

    expect(thrownBy(() => tenantGate({ tvm, identity, roleArn, cache: { max: 5 } }))).toMatchObject({
      code: 'configuration_invalid',
      faults: [expect.stringContaining('`roleArn`'), expect.stringContaining('`cache`')],
    });
    expect(thrownBy(() => tenantGate({ tvm: {} as never, identity }))).toMatchObject({ faults: [expect.stringContaining('`tvm`')] });
  });

  it('leaves the machine open when it is closed, and closes one of its own', async () => {
    await using tvm = machineFor(aws);
    const shared = tenantGate({ tvm, identity: always(identityOf('acme')) });
    const own = tenantGate({ ...optionsFor(aws), identity: always(identityOf('acme')) });

    await Promise.all([shared.close(), own.close()]);

    expect(await shared(request())).toBeDefined();
    await expect(own(request())).rejects.toMatchObject({ code: 'configuration_invalid' });
    expect(shared.tvm).toBe(tvm);
    expect(own.tvm).toBeInstanceOf(TokenVendingMachine);
  });
});

describe('ready', () => {
  it('asks the machine and the identity source', async () => {
    let asked = 0;
    const identity = Object.assign(always(undefined), { ready: async () => void (asked += 1) });
    await using gate = closing(tenantGate({ ...optionsFor(aws), identity }));

    await gate.enter.ready();

    expect(asked).toBe(1);
  });

  it('fails where the source does', async () => {
    const identity = Object.assign(always(undefined), { ready: () => Promise.reject(new Error('no keys')) });
    await using gate = closing(tenantGate({ ...optionsFor(aws), identity }));

    await expect(gate.enter.ready()).rejects.toThrow('no keys');
  });
});

describe('options that are wrong', () => {
  it('are all told at once', () => {
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

  it('are no object', () => {
    expect(() => tenantGate(null as never)).toThrowError(expect.objectContaining({ code: 'configuration_invalid' }));
  });
});

/** A gate that ends with its test. */
function closing(gate: ReturnType<typeof tenantGate>): AsyncDisposable & { enter: ReturnType<typeof tenantGate> } {
  return { enter: gate, [Symbol.asyncDispose]: () => gate.close() };
}
