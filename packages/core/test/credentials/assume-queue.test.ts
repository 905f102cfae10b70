import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AssumeQueue } from '../../src/credentials/assume-queue.ts';
import type { OutcomeKind } from '../../src/credentials/sts-failure.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A queue, and an STS that answers when the test calls `answer`. */
function queueOf(slots: number) {
  const queue = new AssumeQueue(slots, () => Date.now());
  const called: string[] = [];
  const answers: ((kind: OutcomeKind) => void)[] = [];
  const runUntil = (tenantId: string, signal: AbortSignal) =>
    queue.run(
      tenantId,
      () => {
        called.push(tenantId);
        return new Promise<{ kind: OutcomeKind }>((resolve) => answers.push((kind) => resolve({ kind })));
      },
      signal,
    );
  const run = (tenantId: string) => runUntil(tenantId, new AbortController().signal);
  /** Answers the oldest call, and lets the calls that waited for it start. */
  const answer = async (kind: OutcomeKind = 'assumed') => {
    answers.shift()?.(kind);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { queue, called, run, runUntil, answer };
}

/** Handles rejections, which would end the test as unhandled. */
const settled = (runs: readonly Promise<unknown>[]) => Promise.allSettled(runs);

describe('AssumeQueue', () => {
  it('runs no more calls than there are slots', async () => {
    const { queue, called, run, answer } = queueOf(4);
    const runs = ['a', 'b', 'c', 'd', 'e', 'f'].map(run);

    expect(called).toEqual(['a', 'b', 'c', 'd']);
    expect(queue.waiting).toBe(2);
    await answer();
    expect(called).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (let left = 5; left > 0; left -= 1) await answer();
    expect(await Promise.all(runs)).toHaveLength(6);
    expect(queue.waiting).toBe(0);
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [50, 25],
  ])('of %i slots, gives one tenant %i', (slots, own) => {
    const { called, run } = queueOf(slots);
    void settled(Array.from({ length: slots + 1 }, () => run('busy')));

    expect(called).toHaveLength(own);
  });

  it('takes turns by tenant, so that one with many sets of permissions starves no other', async () => {
    const { called, run, answer } = queueOf(2);
    void settled(Array.from({ length: 500 }, () => run('busy')));
    void settled([run('quiet')]);
    await vi.advanceTimersByTimeAsync(0);
    expect(called).toEqual(['busy', 'quiet']);
    void settled(['b', 'c'].map(run));

    for (let turn = 0; turn < 5; turn += 1) await answer();

    expect(called.slice(2, 5).toSorted()).toEqual(['b', 'busy', 'c']);
  });

  it('lets a thousand calls of one tenant wait, and refuses the next one immediately, but no other tenant', async () => {
    const { queue, run } = queueOf(2);
    void settled(Array.from({ length: 1_001 }, () => run('busy')));
    expect(queue.waiting).toBe(1_000);

    await expect(run('busy')).rejects.toMatchObject({ code: 'sts_unavailable', status: 503 });
    void settled([run('quiet')]);
    expect(queue.waiting).toBe(1_000);
  });

  it('refuses a call after five seconds of waiting, with Retry-After', async () => {
    const { queue, called, run } = queueOf(1);
    void settled([run('hanging')]);
    const waiting = settled([run('late')]);

    await vi.advanceTimersByTimeAsync(4_999);
    expect(queue.waiting).toBe(1);
    await vi.advanceTimersByTimeAsync(1);

    expect(await waiting).toMatchObject([
      { reason: { code: 'sts_unavailable', headers: { 'Retry-After': expect.stringMatching(/^[1-9]/) } } },
    ]);
    expect(queue.waiting).toBe(0);
    expect(called).toEqual(['hanging']);
  });

  it('spreads Retry-After over the time that the queue needs, and over a minute at most', async () => {
    const { run } = queueOf(2);
    const hanging = ['x', 'y'].map(run);
    const waiting = settled(Array.from({ length: 400 }, (_, index) => run(`t${index}`)));
    await vi.advanceTimersByTimeAsync(5_000);

    const seconds = (await waiting).map((refused) => Number(refused.status === 'rejected' && refused.reason.headers['Retry-After']));

    expect(hanging).toHaveLength(2);
    expect(new Set(seconds).size).toBeGreaterThan(10);
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(61);
  });

  it('repeats a throttled call at the reduced rate, three turns at most', async () => {
    const { called, run, answer } = queueOf(4);
    const outcome = run('acme');

    await answer('throttled');
    expect(called).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(143);
    expect(called).toHaveLength(2);
    await answer('throttled');
    await vi.advanceTimersByTimeAsync(205);
    expect(called).toHaveLength(3);
    await answer('throttled');

    expect(await outcome).toEqual({ kind: 'throttled' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(called).toHaveLength(3);
  });

  it('limits the waits of all turns of a call together to five seconds', async () => {
    const { called, run, answer } = queueOf(1);
    void settled([run('first')]);
    const waiting = settled([run('acme')]);
    await vi.advanceTimersByTimeAsync(4_000);
    await answer();
    expect(called).toEqual(['first', 'acme']);

    // After the throttle it waits again, behind a call that hangs.
    void settled([run('hanging')]);
    await answer('throttled');
    await vi.advanceTimersByTimeAsync(500);
    expect(called).toEqual(['first', 'acme', 'hanging']);
    await vi.advanceTimersByTimeAsync(500);

    expect(await waiting).toMatchObject([{ status: 'rejected', reason: { code: 'sts_unavailable' } }]);
  });

  it('learns no rate from calls that STS did not get or did not answer', async () => {
    const { called, run, answer } = queueOf(4);
    for (let call = 0; call < 100; call += 1) {
      void settled([run('acme')]);
      await answer(call % 2 === 0 ? 'transient' : 'base-missing');
    }
    void settled([run('acme')]);
    await answer('throttled');

    // Seven calls per second, from the first estimate. A hundred accepted calls would have made it seventy.
    await vi.advanceTimersByTimeAsync(140);
    expect(called).toHaveLength(101);
    await vi.advanceTimersByTimeAsync(5);
    expect(called).toHaveLength(102);
  });

  it('frees the slot of a call that throws', async () => {
    const queue = new AssumeQueue(1);

    const { signal } = new AbortController();
    await expect(queue.run('acme', () => Promise.reject(new Error('revoked')), signal)).rejects.toThrow('revoked');

    expect(await queue.run('globex', async () => ({ kind: 'assumed' as const }), signal)).toEqual({ kind: 'assumed' });
  });

  it('removes an aborted call and its timer, and starts the next call', async () => {
    const { queue, called, answer, runUntil } = queueOf(1);
    const abort = new AbortController();
    const reason = new Error('revoked');
    void settled([runUntil('hanging', new AbortController().signal)]);
    const waiting = settled([runUntil('acme', abort.signal)]);
    const behind = runUntil('globex', new AbortController().signal);
    const timers = vi.getTimerCount();

    abort.abort(reason);

    expect(await waiting).toEqual([{ status: 'rejected', reason }]);
    expect(vi.getTimerCount()).toBe(timers - 1);
    await answer();
    await answer();
    await behind;
    expect(called).toEqual(['hanging', 'globex']);
    expect(queue.waiting).toBe(0);
    await expect(runUntil('acme', abort.signal)).rejects.toBe(reason);
  });

  it('leaves no timer when all calls have ended', async () => {
    const { run, answer } = queueOf(1);
    const runs = settled(['a', 'b', 'c'].map(run));
    await answer('throttled');
    for (let turn = 0; turn < 4; turn += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      await answer();
    }
    await runs;
    await vi.advanceTimersByTimeAsync(1_000);

    expect(vi.getTimerCount()).toBe(0);
  });
});
