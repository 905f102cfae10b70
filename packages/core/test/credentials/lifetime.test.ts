import { describe, expect, it } from 'vitest';
import { lifeOf, remainingMs } from '../../src/credentials/lifetime.ts';

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
