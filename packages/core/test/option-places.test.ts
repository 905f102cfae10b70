import {
  authenticatedUser,
  bearerToken,
  type BearerTokenOptions,
  ConfigurationError,
  tenantGate,
  type TenantGateOptions,
  TokenVendingMachine,
  type TokenVendingMachineOptions,
} from '@tenant-aws/core';
import { fakeSts } from '@tenant-aws/core/testing';
import { describe, expect, it } from 'vitest';
import { BEARER_OPTIONS, GATE_OPTIONS, MACHINE_OPTIONS } from '../src/option-places.ts';
import { faultsIn } from './configuration/faults-in.ts';
import { roleArn } from './local-machine.ts';

const machine = { roleArn, permissions: ['s3-folder-per-tenant'], variables: { bucket: 'notes' }, sts: fakeSts() };
const issuer = { issuer: 'https://login.example.com', audience: 'notes' };
const identity = bearerToken(issuer);

it('knows every option', () => {
  const ofMachine: Record<keyof TokenVendingMachineOptions, true> = {
    roleArn: true,
    permissions: true,
    variables: true,
    library: true,
    shared: true,
    tenantId: true,
    sts: true,
    durationSeconds: true,
    sessionName: true,
    sourceIdentity: true,
    tags: true,
    transitiveTagKeys: true,
    externalId: true,
    authorizeTenant: true,
    maxSessionSeconds: true,
    deniedEventsPerMinute: true,
    cache: true,
    clients: true,
    assumeTimeoutMs: true,
    maxConcurrentAssumes: true,
  };
  const ofBearer: Record<keyof BearerTokenOptions, true> = {
    issuer: true,
    audience: true,
    authorizedParties: true,
    jwksUri: true,
    secretOrKey: true,
    algorithms: true,
    tokenFrom: true,
    tenantClaim: true,
    activeTenant: true,
    tenant: true,
    tokenUse: true,
    clockToleranceSeconds: true,
    tokenCache: true,
  };
  const ofGate: Record<Exclude<keyof TenantGateOptions, keyof TokenVendingMachineOptions>, true> = {
    tvm: true,
    identity: true,
    eager: true,
    optional: true,
    logger: true,
  };

  expect(MACHINE_OPTIONS.toSorted()).toEqual(Object.keys(ofMachine).toSorted());
  expect(BEARER_OPTIONS.toSorted()).toEqual(Object.keys(ofBearer).toSorted());
  expect(GATE_OPTIONS.toSorted()).toEqual(Object.keys(ofGate).toSorted());
});

describe('an unknown option of a gate', () => {
  it.each([
    ['egaer', 'did you mean `eager`?'],
    ['optionl', 'did you mean `optional`?'],
    ['loger', 'did you mean `logger`?'],
    ['identiy', 'did you mean `identity`?'],
    ['permision', 'did you mean `permissions`?'],
    ['gaurd', 'did you mean `guard`, which belongs to `TenantAwsModule.forRoot()`, and with `forRootAsync()` beside `useFactory`?'],
    ['guard', 'it belongs to `TenantAwsModule.forRoot()`, and with `forRootAsync()` beside `useFactory`'],
    ['audience', 'it belongs to `bearerToken({ … })`, whose result is the option `identity`'],
    ['issuer', 'it belongs to `bearerToken({ … })`, whose result is the option `identity`'],
    ['tenantClaim', 'it belongs to `bearerToken({ … })`, whose result is the option `identity`'],
    ['audiance', 'did you mean `audience`, which belongs to `bearerToken({ … })`, whose result is the option `identity`?'],
    ['tenantProperty', 'it belongs to `authenticatedUser({ … })`, whose result is the option `identity`'],
    ['region', 'it comes from `AWS_REGION`, or from the client in the option `sts`'],
    ['credentials', 'it belongs to the client in the option `sts`: `new STSClient({ … })`'],
    ['minimumRemainingMs', 'it belongs to `cache`'],
    ['bucket', "it belongs to `variables`, such as `variables: { bucket: 'notes' }`"],
    ['useFactory', 'it belongs to `TenantAwsModule.forRootAsync()`'],
    ['colour', undefined],
  ])('%s: says %s', (name, advice) => {
    const here = advice?.startsWith('it ') ? ' here' : '';
    const expected = [`\`${name}\` is not an option${here}${advice === undefined ? '' : `: ${advice}`}`];

    expect(faultsIn(() => tenantGate({ ...machine, identity, [name]: 1 }))).toEqual(expected);
    const tvm = new TokenVendingMachine(machine);
    expect(faultsIn(() => tenantGate({ tvm, identity, [name]: 1 }))).toEqual(expected);
  });

  it('is not reported as an option that belongs to the shared machine', () => {
    const tvm = new TokenVendingMachine(machine);

    expect(faultsIn(() => tenantGate({ tvm, identity, durationSeconds: 900, egaer: true } as never))).toEqual([
      '`egaer` is not an option: did you mean `eager`?',
      '`durationSeconds` cannot be given beside `tvm`: give it to the machine',
    ]);
  });
});

describe('an unknown option', () => {
  const gate = 'belongs to `tenantCredentials()`, `TenantAwsModule.forRoot()` or `tenantGate()`';
  const ofMachine = 'belongs to `new TokenVendingMachine()`, or beside `identity` to the gate that makes its own machine';

  it.each<[string, () => unknown, string]>([
    ['of a machine', () => new TokenVendingMachine({ ...machine, eager: true } as never), `\`eager\` is not an option here: it ${gate}`],
    [
      'of a machine',
      () => new TokenVendingMachine({ ...machine, egaer: true } as never),
      `\`egaer\` is not an option: did you mean \`eager\`, which ${gate}?`,
    ],
    [
      'of a machine',
      () => new TokenVendingMachine({ ...machine, rolearn: 'x' } as never),
      '`rolearn` is not an option: did you mean `roleArn`?',
    ],
    [
      'of the cache',
      () => new TokenVendingMachine({ ...machine, cache: { maxx: 1 } } as never),
      '`cache.maxx` is not an option: did you mean `cache.max`?',
    ],
    ['of bearerToken()', () => bearerToken({ ...issuer, optional: true } as never), `\`optional\` is not an option here: it ${gate}`],
    ['of bearerToken()', () => bearerToken({ ...issuer, roleArn } as never), `\`roleArn\` is not an option here: it ${ofMachine}`],
    ['of bearerToken()', () => bearerToken({ ...issuer, tenantId: {} } as never), `\`tenantId\` is not an option here: it ${ofMachine}`],
    [
      'of one of several issuers',
      () => bearerToken([{ ...issuer, isuer: 'x' } as never]),
      '`[0].isuer` is not an option: did you mean `[0].issuer`?',
    ],
    ['of authenticatedUser()', () => authenticatedUser({ eager: true } as never), `\`eager\` is not an option here: it ${gate}`],
    [
      'of authenticatedUser()',
      () => authenticatedUser({ tenantClaim: 'x' } as never),
      '`tenantClaim` is not an option here: it belongs to `bearerToken({ … })`, whose result is the option `identity`',
    ],
  ])('%s', (_where, make, fault) => {
    expect(faultsIn(make)).toEqual([fault]);
  });

  it('may have any name, also one of Object.prototype', () => {
    for (const name of ['constructor', 'toString', '__proto__x', 'x'.repeat(10_000)]) {
      const options = Object.defineProperty({ ...machine, identity }, name, { value: 1, enumerable: true });
      expect(() => tenantGate(options)).toThrow(ConfigurationError);
    }
  });
});
