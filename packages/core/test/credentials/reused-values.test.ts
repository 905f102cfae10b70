import type { TenantIdentity, TokenVendingMachineOptions } from '@tenant-aws/core';
import { type IdentityRequest, TokenVendingMachine, tenantGate } from '@tenant-aws/core';
import { fakeSts } from '@tenant-aws/core/testing';
import { describe, expect, it } from 'vitest';
import { identityOf, roleArn } from '../local-machine.ts';

type Options = Partial<TokenVendingMachineOptions>;
type OptionFunction = (identity: TenantIdentity) => unknown;

const [acme, globex] = ['acme', 'globex'].map((tenantId) => Object.freeze({ ...identityOf(tenantId), claims: Object.freeze({}) })) as [
  TenantIdentity,
  TenantIdentity,
];

/** Functions of an application that return one object for every tenant, and change it between calls. */
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

/** How the functions return. */
const returns: readonly [string, (answer: OptionFunction) => OptionFunction][] = [
  ['directly', (option) => option],
  ['by a promise', (option) => async (identity) => option(identity)],
  [
    'by a promise, after a microtask',
    (option) => async (identity) => {
      await Promise.resolve();
      return option(identity);
    },
  ],
  [
    'by a thenable',
    // oxlint-disable-next-line unicorn/no-thenable -- query builders return thenables
    (option) => (identity) => ({ then: (resolve: (value: unknown) => void) => resolve(option(identity)) }),
  ],
];

const cases = reusing.flatMap(([option, options]) =>
  returns.map(([how, returning]) => [option, how, () => withReturns(options(), returning)] as const),
);

describe('an application that returns one object for every tenant', () => {
  it.each(cases)(
    'gets credentials of the right tenant with `%s`, returned %s, while another option is pending',
    async (_o, _h, options) => {
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
    },
  );

  it.each(cases)('gets credentials of the right tenant with `%s`, returned %s, for concurrent tenants', async (_o, _h, options) => {
    const { tvm, sent } = machineWith(options());

    await Promise.all([tvm.vend(acme), tvm.vend(globex), tvm.vend(identityOf('initech'))]);

    expect(sent().flatMap(tenantsIn).toSorted()).toEqual(['acme', 'globex', 'initech']);
  });

  it.each(cases)(
    'gets credentials of the right tenant with `%s`, returned %s, for a later request of the first tenant',
    async (_o, _h, options) => {
      const { tvm, sent } = machineWith(options());
      const later = tvm.for(acme);
      await later.credentials();
      await tvm.for(globex).credentials();

      await later.scoped(['s3-folder-read-only']).credentials();

      expect(sent().map(tenantsIn)).toEqual([['acme'], ['globex'], ['acme']]);
    },
  );

  it.each(returns)('gets credentials of the right tenant with a permissions function of a gate, returned %s', async (_how, returning) => {
    const { tvm, sent } = machineWith({});
    const [, options] = reusing.find(([option]) => option === 'permissions') ?? [];
    const { permissions } = withReturns(options?.() ?? {}, returning);
    const gate = tenantGate({ tvm, identity: ({ raw }) => raw as TenantIdentity, permissions: permissions ?? [], eager: false });
    const enter = (identity: TenantIdentity) => gate({ headersDistinct: {}, raw: identity } as unknown as IdentityRequest);

    const entered = await Promise.all([enter(acme), enter(globex)]);
    for (const tenantAws of entered) await tenantAws?.credentials();

    expect(sent().map(tenantsIn)).toEqual([['acme'], ['globex']]);
  });
});

describe('permissions of one call', () => {
  it('are those that the caller passed, even if the list changes while an option is pending', async () => {
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

function changed<T>(shared: T, change: (shared: T, tenantId: string) => void): OptionFunction {
  return ({ tenantId }) => {
    change(shared, tenantId);
    return shared;
  };
}

/** The options, with functions that return in this way. */
function withReturns(options: Options, returning: (answer: OptionFunction) => OptionFunction): Options {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, typeof value === 'function' ? returning(value as OptionFunction) : value]),
  );
}

/** A machine, and the decoded AssumeRole calls that it has sent. */
function machineWith(options: Options): { tvm: TokenVendingMachine; sent: () => string[] } {
  const sts = fakeSts();
  const sent: string[] = [];
  const { handle } = sts.config.requestHandler;
  sts.config.requestHandler.handle = (...args: Parameters<typeof handle>) => {
    sent.push(decodeURIComponent(String(args[0].body)));
    return handle(...args);
  };
  const tvm = new TokenVendingMachine({ roleArn, permissions: ['s3-folder-per-tenant'], variables: { bucket: 'notes' }, sts, ...options });
  return { tvm, sent: () => sent };
}

/** The tenants whose names are in a request: in the session name, the policy or the tags. */
function tenantsIn(request: string): string[] {
  return ['acme', 'globex', 'initech'].filter((tenantId) => request.includes(tenantId));
}
