import { beforeEach, describe, expect, it } from 'vitest';
import { AdaptiveRate } from '../../src/credentials/adaptive-rate.ts';

const second = 1_000;

let rate: AdaptiveRate;
beforeEach(() => {
  rate = new AdaptiveRate();
});

/** STS accepts this many calls, sent evenly over a second from `start`. */
function accept(calls: number, start: number): void {
  for (let call = 0; call < calls; call += 1) {
    const now = start + (call * second) / calls;
    rate.recordSent(now);
    rate.recordAccepted(now);
  }
}

describe('AdaptiveRate', () => {
  it('is unlimited until STS throttles', () => {
    accept(5_000, 0);

    expect(rate.waitMs(second)).toBe(0);
    expect(rate.callsPerSecond).toBeUndefined();
  });

  it('falls to 70 % of the accepted calls, and spaces the calls', () => {
    accept(100, 0);
    rate.recordThrottled(999, 998);

    expect(rate.callsPerSecond).toBeCloseTo(70);
    expect(rate.waitMs(999)).toBeCloseTo(second / 70);
    expect(rate.waitMs(999 + second / 70)).toBe(0);
    rate.recordSent(1_100);
    expect(rate.waitMs(1_100)).toBeCloseTo(second / 70);
  });

  it('uses the previous second if the current one has just begun', () => {
    accept(100, 0);
    rate.recordThrottled(second + 1, second);

    expect(rate.callsPerSecond).toBeCloseTo(70);
  });

  it('assumes ten calls per second if a throttle comes after few calls', () => {
    rate.recordAccepted(0);
    rate.recordThrottled(100, 50);

    expect(rate.callsPerSecond).toBeCloseTo(7);
  });

  it('counts the throttles of calls that were sent before the decrease once', () => {
    accept(100, 0);
    for (let call = 0; call < 50; call += 1) rate.recordThrottled(second, 990 + call / 10);

    expect(rate.callsPerSecond).toBeCloseTo(70);
    rate.recordThrottled(second + 20, second + 10);
    expect(rate.callsPerSecond).toBeCloseTo(49);
  });

  it('grows by one call per second each second', () => {
    accept(100, 0);
    rate.recordThrottled(second, 999);
    accept(70, second);

    expect(rate.callsPerSecond).toBeGreaterThan(70.9);
    expect(rate.callsPerSecond).toBeLessThan(71.1);
  });

  it('never falls below one call per second', () => {
    for (let call = 1; call <= 30; call += 1) rate.recordThrottled(call * second, call * second);

    expect(rate.callsPerSecond).toBe(1);
    expect(rate.waitMs(30 * second)).toBe(second);
  });

  it('is unlimited again after five minutes without a throttle', () => {
    rate.recordThrottled(0, 0);
    rate.recordAccepted(300 * second);
    expect(rate.callsPerSecond).toBeDefined();

    rate.recordAccepted(300 * second + 1);
    expect(rate.callsPerSecond).toBeUndefined();
    expect(rate.waitMs(300 * second + 1)).toBe(0);
  });
});
