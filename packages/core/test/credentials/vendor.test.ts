import { describe, expect, it } from 'vitest';
import { clockedMachines, identityOf } from '../local-machine.ts';

const minute = 60_000;
const acme = identityOf('acme');

const { aws, clock, machine } = clockedMachines();

describe('close', () => {
  it('waits for a pending call that was dropped', async () => {
    const tvm = machine();
    aws.faults.sts({ hang: true, times: 1 });
    const waiting = tvm.vend(acme);
    await expect.poll(() => aws.calls.length).toBe(1);
    tvm.invalidate('acme');

    let vended = false;
    void waiting.then(() => (vended = true));
    const closed = tvm.close().then(() => vended);
    aws.faults.clear();

    expect(await closed).toBe(true);
  });

  it('waits for a refresh', async () => {
    const tvm = machine();
    await tvm.vend(acme);
    clock.pass(11 * minute);
    aws.faults.sts({ hang: true, times: 1 });
    await tvm.vend(acme);
    await expect.poll(() => aws.calls.length).toBe(2);

    let closed = false;
    const closing = tvm.close().then(() => (closed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    aws.faults.clear();
    await closing;
  });

  it('starts no call for a tenant whose authorization was pending', async () => {
    const [called, allowed] = [Promise.withResolvers<void>(), Promise.withResolvers<boolean>()];
    const tvm = machine({
      authorizeTenant: () => {
        called.resolve();
        return allowed.promise;
      },
    });
    const waiting = tvm.vend(acme);
    await called.promise;

    await tvm.close();
    allowed.resolve(true);

    await expect(waiting).rejects.toMatchObject({ code: 'sts_unavailable' });
    expect(aws.calls).toEqual([]);
  });
});
