import { beforeEach, describe, expect, it } from 'vitest';
import { Pace } from '../../src/credentials/pace.ts';

const second = 1_000;

let pace: Pace;
beforeEach(() => {
  pace = new Pace();
});

/** What STS accepts of `calls`, sent evenly over a second from `start`. */
function accept(calls: number, start: number): void {
  for (let call = 0; call < calls; call += 1) {
    const now = start + (call * second) / calls;
    pace.sent(now);
    pace.accepted(now);
  }
}

describe('Pace', () => {
  it('holds nobody up until STS throttles', () => {
    accept(5_000, 0);

    expect(pace.waitMs(second)).toBe(0);
    expect(pace.rate).toBeUndefined();
  });

  it('slows to seven tenths of what STS took, and spaces the calls', () => {
    accept(100, 0);
    pace.throttled(999, 998);

    expect(pace.rate).toBeCloseTo(70);
    expect(pace.waitMs(999)).toBeCloseTo(second / 70);
    expect(pace.waitMs(999 + second / 70)).toBe(0);
    pace.sent(1_100);
    expect(pace.waitMs(1_100)).toBeCloseTo(second / 70);
  });

  it('goes by the second before where this one has just begun', () => {
    accept(100, 0);
    pace.throttled(second + 1, second);

    expect(pace.rate).toBeCloseTo(70);
  });

  it('takes a first throttle of a quiet hour for no sign that STS takes one call a second', () => {
    pace.accepted(0);
    pace.throttled(100, 50);

    expect(pace.rate).toBeCloseTo(7);
  });

  it('counts the throttles of calls that were on their way as one', () => {
    accept(100, 0);
    for (let call = 0; call < 50; call += 1) pace.throttled(second, 990 + call / 10);

    expect(pace.rate).toBeCloseTo(70);
    pace.throttled(second + 20, second + 10);
    expect(pace.rate).toBeCloseTo(49);
  });

  it('grows by one call a second, each second', () => {
    accept(100, 0);
    pace.throttled(second, 999);
    accept(70, second);

    expect(pace.rate).toBeGreaterThan(70.9);
    expect(pace.rate).toBeLessThan(71.1);
  });

  it('never falls below one call a second', () => {
    for (let call = 1; call <= 30; call += 1) pace.throttled(call * second, call * second);

    expect(pace.rate).toBe(1);
    expect(pace.waitMs(30 * second)).toBe(second);
  });

  it('is as fast as may be again after five minutes without a throttle', () => {
    pace.throttled(0, 0);
    pace.accepted(300 * second);
    expect(pace.rate).toBeDefined();

    pace.accepted(300 * second + 1);
    expect(pace.rate).toBeUndefined();
    expect(pace.waitMs(300 * second + 1)).toBe(0);
  });
});
