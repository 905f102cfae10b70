import { describe, expect, it } from 'vitest';
import type { Instant } from '../../src/clock.ts';
import { digestOf } from '../../src/digest.ts';
import { recordVerification, type VerifiedToken } from '../../src/identity/verified-claims.ts';
import { VerifiedTokens } from '../../src/identity/verified-tokens.ts';

const start = 1_800_000_000_000;
const at = (milliseconds: number): Instant => ({ wall: start + milliseconds, monotonic: milliseconds });
const verified = (expiresIn = 60_000, verifiedAt = at(0)): VerifiedToken =>
  recordVerification({ sub: 'ada' }, start + expiresIn, verifiedAt, {});
const digest = digestOf('a.b.c');

describe('VerifiedTokens', () => {
  it('finds the same verified token by the digest of the token', () => {
    const tokens = new VerifiedTokens({ max: 10, maxAgeMs: 1_000 });
    const kept = verified();
    tokens.keep(digest, kept);
    expect(tokens.find(digestOf('a.b.c'), at(1))).toBe(kept);
    expect(tokens.find(digestOf('a.b.d'), at(1))).toBeUndefined();
  });

  it('keeps no token, only its digest', () => {
    expect(digest).toMatch(/^[\w-]{43}$/);
  });

  it('removes a token when it expires', () => {
    const tokens = new VerifiedTokens({ max: 10, maxAgeMs: 1_000_000 });
    tokens.keep(digest, verified(60_000));
    expect(tokens.find(digest, at(59_999))).toBeDefined();
    expect(tokens.find(digest, at(60_000))).toBeUndefined();
    expect(tokens.size).toBe(0);
  });

  it('removes a token after `maxAgeMs`, by the clock that advanced further', () => {
    for (const late of [
      { wall: start + 1_000, monotonic: 0 },
      { wall: start, monotonic: 1_000 },
    ]) {
      const tokens = new VerifiedTokens({ max: 10, maxAgeMs: 1_000 });
      tokens.keep(digest, verified());
      expect(tokens.find(digest, at(999))).toBeDefined();
      expect(tokens.find(digest, late)).toBeUndefined();
    }
  });

  it('does not keep an expired token', () => {
    const tokens = new VerifiedTokens({ max: 10, maxAgeMs: 1_000 });
    tokens.keep(digest, verified(0));
    expect(tokens.size).toBe(0);
  });

  it('keeps at most `max` tokens and evicts the least recently used one', () => {
    const tokens = new VerifiedTokens({ max: 2, maxAgeMs: 1_000 });
    tokens.keep('one', verified());
    tokens.keep('two', verified());
    tokens.find('one', at(1));
    tokens.keep('three', verified(60_000, at(1)));
    expect(tokens.size).toBe(2);
    expect(tokens.find('one', at(2))).toBeDefined();
    expect(tokens.find('two', at(2))).toBeUndefined();
  });

  it('keeps nothing if it is turned off', () => {
    const off = new VerifiedTokens({ max: 0, maxAgeMs: 1_000 });
    off.keep(digest, verified());
    expect(off.find(digest, at(0))).toBeUndefined();
  });

  it('is empty after close(), and keeps nothing that is verified later', () => {
    const closed = new VerifiedTokens({ max: 1, maxAgeMs: 1_000 });
    closed.keep(digest, verified());
    closed.close();
    expect(closed.find(digest, at(0))).toBeUndefined();
    closed.keep(digest, verified());
    expect(closed.find(digest, at(0))).toBeUndefined();
    expect(closed.size).toBe(0);
  });
});
