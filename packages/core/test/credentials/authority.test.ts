import { describe, expect, it } from 'vitest';
import { Authorities } from '../../src/credentials/authority.ts';

describe('the authority over the credentials of a slot', () => {
  it('lasts until the latest expiry of the identities that requested them, for all of these', () => {
    const authorities = new Authorities(10);
    const first = authorities.extend('slot', 1_000);
    const later = authorities.extend('slot', 3_000);
    const earlier = authorities.extend('slot', 2_000);

    expect([first.until, later.until, earlier.until]).toEqual([3_000, 3_000, 3_000]);
  });

  it('does not extend that of another slot', () => {
    const authorities = new Authorities(10);
    const own = authorities.extend('slot', 1_000);
    authorities.extend('another', 9_000);

    expect(own.until).toBe(1_000);
  });

  it('is forgotten first where it was used least recently', () => {
    const authorities = new Authorities(2);
    authorities.extend('a', 5_000);
    authorities.extend('b', 5_000);
    authorities.extend('a', 1_000);
    authorities.extend('c', 5_000);

    expect(authorities.extend('a', 1_000).until).toBe(5_000);
    expect(authorities.extend('b', 1_000).until).toBe(1_000);
  });
});
