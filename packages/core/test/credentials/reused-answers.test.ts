import type { TenantIdentity, TokenVendingMachineOptions } from '@tenant-aws/core';
import { type IdentityRequest, TokenVendingMachine, tenantGate } from '@tenant-aws/core';
import { fakeSts } from '@tenant-aws/core/testing';
import { describe, expect, it } from 'vitest';
import { identityOf, roleArn } from '../local-machine.ts';

type Options = Partial<TokenVendingMachineOptions>;
type Answer = (identity: TenantIdentity) => unknown;

const [acme, globex] = ['acme', 'globex'].map((tenantId) => Object.freeze({ ...identityOf(tenantId), claims: Object.freeze({}) })) as [
  TenantIdentity,
  TenantIdentity,
];

/** Functions of an application that answer one object to every tenant, and change it in between. */
const reusing: readonly [string, () => Options][] = [
  ['variables', () => ({ variables: changed({ bucket: '' }, (shared, tenantId) => void (shared.bucket = `silo-${tenantId}`)) as never })],
  [
    'variables, an instance of a class',
    () => {
      class Variables {
        bucket = '';
      }
      return { variables: changed(new Variables(), (shared, tenantId) => void (shared.bucket = `silo-${tenantId}`)) as never };
    },
  ],
  ['tags', () => ({ tags: changed({ tenant: '' }, (shared, tenantId) => void (shared.tenant = `silo-${tenantId}`)) as never })],
  [
    'permissions',
    () => {
      const permission = { template: 's3-folder-per-tenant', variables: { bucket: '' } };
      return { permissions: changed([permission], (_, tenantId) => void (permission.variables.bucket = `silo-${tenantId}`)) as never };
    },
  ],
  [
    'transitiveTagKeys',
    () => ({
      tags: ({ tenantId }) => ({ [`silo-${tenantId}`]: 'x' }),
      transitiveTagKeys: changed([''], (shared, tenantId) => void (shared[0] = `silo-${tenantId}`)) as never,
    }),
  ],
];

/** How the functions answer. */
const manners: readonly [string, (answer: Answer) => Answer][] = [
  ['at once', (answer) => answer],
  ['by a promise', (answer) => async (identity) => answer(identity)],
  [
    'by a promise, after a moment',
    (answer) => async (identity) => {
      await Promise.resolve();
      return answer(identity);
    },
  ],
  [
    'by an object that is only like a promise',
    // oxlint-disable-next-line unicorn/no-thenable -- as query builders answer it
    (answer) => (identity) => ({ then: (resolve: (value: unknown) => void) => resolve(answer(identity)) }),
  ],
];

const cases = reusing.flatMap(([option, options]) =>
  manners.map(([how, manner]) => [option, how, () => mannered(options(), manner)] as const),
);

describe('an application that answers one object to every tenant', () => {
  it.each(cases)('gets credentials of the right tenant by `%s`, answered %s, while another option needs time', async (_o, _h, options) => {
    const registry = Promise.withResolvers<void>();
    const { tvm, sent } = machineWith({
      ...options(),
      roleArn: async ({ tenantId }) => {
        if (tenantId === 'acme') await registry.promise;
        return roleArn;
      },
    });
    const vended = tvm.vend(acme);
    await tvm.vend(globex);
    registry.resolve();
    await vended;

    expect(sent().map(tenantsIn)).toEqual([['globex'], ['acme']]);
  });

  it.each(cases)('gets credentials of the right tenant by `%s`, answered %s, when two tenants ask at once', async (_o, _h, options) => {
    const { tvm, sent } = machineWith(options());

    await Promise.all([tvm.vend(acme), tvm.vend(globex), tvm.vend(identityOf('initech'))]);

    expect(sent().flatMap(tenantsIn).toSorted()).toEqual(['acme', 'globex', 'initech']);
  });

  it.each(cases)('gets credentials of the right tenant by `%s`, answered %s, when the first comes back later', async (_o, _h, options) => {
    const { tvm, sent } = machineWith(options());
    const later = tvm.for(acme);
    await later.credentials();
    await tvm.for(globex).credentials();

    await later.scoped(['s3-folder-read-only']).credentials();

    expect(sent().map(tenantsIn)).toEqual([['acme'], ['globex'], ['acme']]);
  });

  it.each(manners)('gets credentials of the right tenant by a permissions function of a gate, answered %s', async (_how, manner) => {
    const { tvm, sent } = machineWith({});
    const [, options] = reusing.find(([option]) => option === 'permissions') ?? [];
    const { permissions } = mannered(options?.() ?? {}, manner);
    const gate = tenantGate({ tvm, identity: ({ raw }) => raw as TenantIdentity, permissions: permissions ?? [], eager: false });
    const enter = (identity: TenantIdentity) => gate({ headersDistinct: {}, raw: identity } as unknown as IdentityRequest);

    const entered = await Promise.all([enter(acme), enter(globex)]);
    for (const tenantAws of entered) await tenantAws?.credentials();

    expect(sent().map(tenantsIn)).toEqual([['acme'], ['globex']]);
  });
});

describe('permissions of one call', () => {
  it('are those that the caller gave, whatever becomes of the list while an option needs time', async () => {
    const registry = Promise.withResolvers<string>();
    const { tvm, sent } = machineWith({ roleArn: () => registry.promise, variables: { bucket: 'notes' } });
    const permissions = ['s3-folder-read-only'];

    const vended = tvm.vend(acme, { permissions });
    permissions[0] = 's3-folder-per-tenant';
    registry.resolve(roleArn);
    await vended;

    expect(sent()).toEqual([expect.not.stringContaining('PutObject')]);
  });
});

function changed<T>(shared: T, change: (shared: T, tenantId: string) => void): Answer {
  return ({ tenantId }) => {
    change(shared, tenantId);
    return shared;
  };
}

/** Each function of the options, answering in this manner. */
function mannered(options: Options, manner: (answer: Answer) => Answer): Options {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, typeof value === 'function' ? manner(value as Answer) : value]),
  );
}

/** A machine, and the AssumeRole calls that it has sent, decoded. */
function machineWith(options: Options): { tvm: TokenVendingMachine; sent: () => string[] } {
  const sts = fakeSts();
  const sent: string[] = [];
  const { handle } = sts.config.requestHandler;
  sts.config.requestHandler.handle = (...asked: Parameters<typeof handle>) => {
    sent.push(decodeURIComponent(String(asked[0].body)));
    return handle(...asked);
  };
  const tvm = new TokenVendingMachine({ roleArn, permissions: ['s3-folder-per-tenant'], variables: { bucket: 'notes' }, sts, ...options });
  return { tvm, sent: () => sent };
}

/** Every tenant whose name is in a request: in the session's name, the policy or the tags. */
function tenantsIn(request: string): string[] {
  return ['acme', 'globex', 'initech'].filter((tenantId) => request.includes(tenantId));
}
