import { describe, expect, it } from 'vitest';
import { backoffMs, lifeOf, refreshBelowMs, remainingMs } from '../../src/credentials/lifetime.ts';

const minute = 60_000;
const asked = 15 * minute;
const sentAt = { wall: 1_000_000_000_000, monotonic: 5_000 };

describe('lifeOf', () => {
  it('is what STS gave by its own clock, whatever ours says', () => {
    for (const skew of [-10 * minute, 0, 10 * minute]) {
      const answeredAt = sentAt.wall + skew;
      const life = lifeOf({ expiration: answeredAt + asked, answeredAt, sentAt, asked });
      expect(life).toEqual({ wallEnd: sentAt.wall + asked, monotonicEnd: sentAt.monotonic + asked });
    }
  });

  it('is shorter where STS gave less than was asked for', () => {
    const life = lifeOf({ expiration: sentAt.wall + minute, answeredAt: sentAt.wall, sentAt, asked });
    expect(remainingMs(life, sentAt)).toBe(minute);
  });

  it('is never longer than what was asked for, whatever date a proxy put on the answer', () => {
    const life = lifeOf({ expiration: sentAt.wall + asked, answeredAt: sentAt.wall - 60 * minute, sentAt, asked });
    expect(remainingMs(life, sentAt)).toBe(asked);
  });

  it('goes by our clock where the answer has no date', () => {
    const life = lifeOf({ expiration: sentAt.wall + minute, answeredAt: undefined, sentAt, asked });
    expect(remainingMs(life, sentAt)).toBe(minute);
  });
});

describe('remainingMs', () => {
  const life = lifeOf({ expiration: sentAt.wall + asked, answeredAt: sentAt.wall, sentAt, asked });
  const later = (wall: number, monotonic: number) => ({ wall: sentAt.wall + wall, monotonic: sentAt.monotonic + monotonic });

  it('goes by the wall clock where the monotonic one stood still: the machine slept', () => {
    expect(remainingMs(life, later(20 * minute, 0))).toBe(-5 * minute);
  });

  it('goes by the monotonic clock where the wall clock was set back', () => {
    expect(remainingMs(life, later(-10 * minute, 14 * minute))).toBe(minute);
  });

  it('is over at the very end', () => {
    expect(remainingMs(life, later(asked, asked))).toBe(0);
  });
});

describe('refreshBelowMs', () => {
  const seconds = (lifeSeconds: number, floorSeconds: number, random: number) =>
    refreshBelowMs(lifeSeconds * 1_000, floorSeconds * 1_000, random) / 1_000;

  it.each([
    { life: 900, floor: 60, latest: 300, earliest: 390, why: "the SDK's five minutes stay clear" },
    { life: 900, floor: 200, latest: 380, earliest: 470, why: 'a fifth of the life lies between refresh and floor' },
    { life: 900, floor: 450, latest: 630, earliest: 720, why: 'the same with the highest floor' },
    { life: 600, floor: 60, latest: 300, earliest: 360, why: 'the shortest life that counts as long' },
    { life: 1_200, floor: 60, latest: 300, earliest: 420, why: 'both rules meet' },
    { life: 3_600, floor: 60, latest: 900, earliest: 1_260, why: 'three quarters of a long life' },
    { life: 599, floor: 60, latest: 299.5, earliest: 359.4, why: 'half of a short life' },
    { life: 120, floor: 60, latest: 60, earliest: 72, why: 'half of a very short life' },
  ])('begins with $latest to $earliest of $life seconds left: $why', ({ life, floor, latest, earliest }) => {
    expect(seconds(life, floor, 0)).toBeCloseTo(latest);
    expect(seconds(life, floor, 1)).toBeCloseTo(earliest);
  });

  it('never begins before the life does, and leaves room over the floor', () => {
    for (const life of [1, 30, 599, 600, 601, 900, 1_200, 3_600]) {
      for (const floor of [0, 60, life / 2, 450]) {
        for (const random of [0, 0.5, 0.999]) {
          const below = seconds(life, floor, random);
          expect(below).toBeLessThan(life);
          expect(below).toBeGreaterThanOrEqual(0);
          if (life >= 600 && floor <= life / 2) expect(below).toBeGreaterThan(floor);
        }
      }
    }
  });
});

describe('backoffMs', () => {
  it('lies anywhere between a second and a bound that doubles up to a minute', () => {
    const bounds = [1, 2, 3, 4, 5, 6, 7, 1_000].map((failures) => [backoffMs(failures, 0), backoffMs(failures, 1)]);

    expect(bounds).toEqual([2, 4, 8, 16, 32, 60, 60, 60].map((bound) => [1_000, bound * 1_000]));
    expect(backoffMs(1, 0.5)).toBe(1_500);
  });
});
