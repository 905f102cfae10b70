import { describe, expect, it } from 'vitest';
import { backoffMs, lifeOf, refreshBelowMs, remainingMs } from '../../src/credentials/lifetime.ts';

const minute = 60_000;
const requestedMs = 15 * minute;
const sentAt = { wall: 1_000_000_000_000, monotonic: 5_000 };

describe('lifeOf', () => {
  it('is the lifetime by the clock of STS, independent of ours', () => {
    for (const skew of [-10 * minute, 0, 10 * minute]) {
      const answeredAt = sentAt.wall + skew;
      const life = lifeOf({ expiration: answeredAt + requestedMs, answeredAt, sentAt, requestedMs });
      expect(life).toEqual({ wallEnd: sentAt.wall + requestedMs, monotonicEnd: sentAt.monotonic + requestedMs });
    }
  });

  it('is shorter if STS issued less than requested', () => {
    const life = lifeOf({ expiration: sentAt.wall + minute, answeredAt: sentAt.wall, sentAt, requestedMs });
    expect(remainingMs(life, sentAt)).toBe(minute);
  });

  it('is never longer than requested, with any date that a proxy sets', () => {
    const life = lifeOf({ expiration: sentAt.wall + requestedMs, answeredAt: sentAt.wall - 60 * minute, sentAt, requestedMs });
    expect(remainingMs(life, sentAt)).toBe(requestedMs);
  });

  it('uses our clock if the response has no date', () => {
    const life = lifeOf({ expiration: sentAt.wall + minute, answeredAt: undefined, sentAt, requestedMs });
    expect(remainingMs(life, sentAt)).toBe(minute);
  });
});

describe('remainingMs', () => {
  const life = lifeOf({ expiration: sentAt.wall + requestedMs, answeredAt: sentAt.wall, sentAt, requestedMs });
  const later = (wall: number, monotonic: number) => ({ wall: sentAt.wall + wall, monotonic: sentAt.monotonic + monotonic });

  it('uses the wall clock if the monotonic clock stopped while the host slept', () => {
    expect(remainingMs(life, later(20 * minute, 0))).toBe(-5 * minute);
  });

  it('uses the monotonic clock if the wall clock was set back', () => {
    expect(remainingMs(life, later(-10 * minute, 14 * minute))).toBe(minute);
  });

  it('is 0 at the expiry', () => {
    expect(remainingMs(life, later(requestedMs, requestedMs))).toBe(0);
  });
});

describe('refreshBelowMs', () => {
  const seconds = (lifeSeconds: number, minimumSeconds: number, random: number) =>
    refreshBelowMs(lifeSeconds * 1_000, minimumSeconds * 1_000, random) / 1_000;

  it.each([
    { life: 900, minimum: 60, latest: 300, earliest: 390, why: "before the SDK's last five minutes" },
    { life: 900, minimum: 200, latest: 380, earliest: 470, why: 'a fifth of the lifetime lies between refresh and minimum' },
    { life: 900, minimum: 450, latest: 630, earliest: 720, why: 'the same with the highest minimum' },
    { life: 600, minimum: 60, latest: 300, earliest: 360, why: 'the shortest lifetime that counts as long' },
    { life: 1_200, minimum: 60, latest: 300, earliest: 420, why: 'both rules give the same time' },
    { life: 3_600, minimum: 60, latest: 900, earliest: 1_260, why: 'three quarters of a long lifetime' },
    { life: 599, minimum: 60, latest: 299.5, earliest: 359.4, why: 'half of a short lifetime' },
    { life: 120, minimum: 60, latest: 60, earliest: 72, why: 'half of a very short lifetime' },
  ])('is $latest to $earliest of $life seconds: $why', ({ life, minimum, latest, earliest }) => {
    expect(seconds(life, minimum, 0)).toBeCloseTo(latest);
    expect(seconds(life, minimum, 1)).toBeCloseTo(earliest);
  });

  it('is less than the lifetime and more than the minimum', () => {
    for (const life of [1, 30, 599, 600, 601, 900, 1_200, 3_600]) {
      for (const minimum of [0, 60, life / 2, 450]) {
        for (const random of [0, 0.5, 0.999]) {
          const below = seconds(life, minimum, random);
          expect(below).toBeLessThan(life);
          expect(below).toBeGreaterThanOrEqual(0);
          if (life >= 600 && minimum <= life / 2) expect(below).toBeGreaterThan(minimum);
        }
      }
    }
  });
});

describe('backoffMs', () => {
  it('is between a second and a bound that doubles up to a minute', () => {
    const bounds = [1, 2, 3, 4, 5, 6, 7, 1_000].map((failures) => [backoffMs(failures, 0), backoffMs(failures, 1)]);

    expect(bounds).toEqual([2, 4, 8, 16, 32, 60, 60, 60].map((bound) => [1_000, bound * 1_000]));
    expect(backoffMs(1, 0.5)).toBe(1_500);
  });
});
