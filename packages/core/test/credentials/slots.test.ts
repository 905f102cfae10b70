import { describe, expect, it } from 'vitest';
import { Slots } from '../../src/credentials/slots.ts';

describe('the authority of a slot', () => {
  it('lasts until the latest expiry of the identities that requested them, for all of these', () => {
    const slots = new Slots(10);
    const first = slots.extend('key', 'acme', 1_000);
    const later = slots.extend('key', 'acme', 3_000);
    const earlier = slots.extend('key', 'acme', 2_000);

    expect([first.authorityUntil, later.authorityUntil, earlier.authorityUntil]).toEqual([3_000, 3_000, 3_000]);
  });

  it('does not extend that of another slot', () => {
    const slots = new Slots(10);
    const own = slots.extend('key', 'acme', 1_000);
    slots.extend('another', 'acme', 9_000);

    expect(own.authorityUntil).toBe(1_000);
  });

  it('is forgotten first where it was used least recently', () => {
    const slots = new Slots(2);
    slots.extend('a', 'acme', 5_000);
    slots.extend('b', 'acme', 5_000);
    slots.extend('a', 'acme', 1_000);
    slots.extend('c', 'acme', 5_000);

    expect(slots.extend('a', 'acme', 1_000).authorityUntil).toBe(5_000);
    expect(slots.extend('b', 'acme', 1_000).authorityUntil).toBe(1_000);
  });
});
