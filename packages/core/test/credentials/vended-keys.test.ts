import { describe, expect, it } from 'vitest';
import { Revocations } from '../../src/credentials/revocations.ts';
import { VendedKeys } from '../../src/credentials/vended-keys.ts';
import { SettableClock } from '../settable-clock.ts';

const mismatch: unknown = expect.objectContaining({ code: 'tenant_mismatch' });
const revoked: unknown = expect.objectContaining({ code: 'tenant_revoked' });

function setUp(max = 10) {
  const clock = new SettableClock();
  const revocations = new Revocations(clock, 900_000);
  const keys = new VendedKeys(max, revocations, clock);
  const add = (accessKeyId: string, tenantId: string) => {
    const { wall, monotonic } = clock.now();
    return keys.add(
      accessKeyId,
      { wallEnd: wall + 900_000, monotonicEnd: monotonic + 900_000 },
      tenantId,
      revocations.generationOf(tenantId),
    );
  };
  return { clock, revocations, keys, add };
}

describe('a vended access key', () => {
  it.each(['', 'ASIAACM', 'ASIAACME ', 'asiaacme', 'ASIAACMEX', '__proto__', 'constructor'])('is not found as %j', (given) => {
    const { keys, add } = setUp();
    add('ASIAACME', 'acme');

    expect(() => keys.assertOf(given, 'acme')).toThrowError(mismatch);
    expect(() => keys.assertOf('ASIAACME', 'acme')).not.toThrow();
  });

  it('belongs to its own tenant only', () => {
    const { keys, add } = setUp();
    add('ASIAACME', 'acme');
    add('ASIAGLOBEX', 'globex');

    expect(() => keys.assertOf('ASIAACME', 'globex')).toThrowError(mismatch);
    expect(() => keys.assertOf('ASIAGLOBEX', 'acme')).toThrowError(mismatch);
  });

  it('belongs to one tenant at a time, if it is vended twice', () => {
    const { keys, add } = setUp();
    add('ASIASAME', 'acme');
    add('ASIASAME', 'globex');

    expect(() => keys.assertOf('ASIASAME', 'acme')).toThrowError(mismatch);
  });

  it.each([
    ['both clocks', (clock: SettableClock) => clock.pass(900_000)],
    ['the wall clock alone, as after sleep', (clock: SettableClock) => clock.setWall(900_000)],
  ])('expires by %s', (_which, pass) => {
    const { clock, keys, add } = setUp();
    add('ASIAACME', 'acme');
    clock.pass(1);
    pass(clock);

    expect(() => keys.assertOf('ASIAACME', 'acme')).toThrowError(mismatch);
  });

  it('does not last longer if the object that it was added with changes', () => {
    const { clock, keys } = setUp();
    const life = { wallEnd: clock.now().wall + 1_000, monotonicEnd: clock.now().monotonic + 1_000 };
    keys.add('ASIAACME', life, 'acme', 0);
    life.wallEnd += 900_000;
    life.monotonicEnd += 900_000;
    clock.pass(1_000);

    expect(() => keys.assertOf('ASIAACME', 'acme')).toThrowError(mismatch);
  });

  it('stays refused after a revocation, also when the tenant is reinstated, unlike a later key', () => {
    const { revocations, keys, add } = setUp();
    add('ASIABEFORE', 'acme');
    revocations.revoke('acme', 60_000);
    expect(() => keys.assertOf('ASIABEFORE', 'acme')).toThrowError(revoked);

    revocations.reinstate('acme');
    add('ASIAAFTER', 'acme');
    expect(() => keys.assertOf('ASIABEFORE', 'acme')).toThrowError(revoked);
    expect(() => keys.assertOf('ASIAAFTER', 'acme')).not.toThrow();
  });

  it('is evicted if it is the least recently used one, which `touch` prevents', () => {
    const { keys, add } = setUp(2);
    add('ASIA1', 'acme');
    add('ASIA2', 'globex');
    keys.touch('ASIA1');
    add('ASIA3', 'initech');

    expect(() => keys.assertOf('ASIA1', 'acme')).not.toThrow();
    expect(() => keys.assertOf('ASIA2', 'globex')).toThrowError(mismatch);
    expect(() => keys.assertOf('ASIA3', 'initech')).not.toThrow();
  });
});
