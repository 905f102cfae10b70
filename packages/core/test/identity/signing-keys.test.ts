import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { sendJson } from './issuer-under-test.ts';
import { fail, HOUR, keysUnderTest, MINUTE, old, rotated, SECOND, unavailable, unknown } from './keys-under-test.ts';

const { issuer, clock, keys, find, findSync } = keysUnderTest();

describe('SigningKeys', () => {
  it('fetches nothing until a key is requested', () => {
    expect(issuer.fetches).toEqual({ keys: 0, discovery: 0 });
  });

  it('makes one fetch for a thousand concurrent requests of several keys', async () => {
    issuer.keys = [old.jwk, rotated.jwk];
    const found = await Promise.all(Array.from({ length: 1_000 }, (_, index) => find(index % 2 === 0 ? 'old' : 'rotated')));
    expect(issuer.fetches.keys).toBe(1);
    expect(found[0]?.equals(old.publicKey)).toBe(true);
    expect(found[1]?.equals(rotated.publicKey)).toBe(true);
  });

  it('returns known keys synchronously, each the same object', async () => {
    const key = await find('old');
    expect(findSync('old')).toBe(key);
    expect(await find(undefined)).toBe(key);
    expect(issuer.fetches.keys).toBe(1);
  });

  it('refuses an unknown key id with 401 after one fetch', async () => {
    await expect(find('unknown')).rejects.toEqual(unknown);
    expect(issuer.fetches.keys).toBe(1);
  });

  it('refuses a known key that does not fit, without a fetch', async () => {
    await find('old');
    expect(() => keys.find('old', 'RS512')).toThrow(unknown);
    expect(issuer.fetches.keys).toBe(1);
  });

  it('fetches for an unknown key directly after the first fetch', async () => {
    await find('old');
    issuer.keys = [old.jwk, rotated.jwk];
    expect((await find('rotated')).equals(rotated.publicKey)).toBe(true);
    expect(issuer.fetches.keys).toBe(2);
  });

  it('makes one fetch in 30 s for a flood of unknown keys, and returns known keys synchronously', async () => {
    await find('old');
    await expect(find('flood')).rejects.toEqual(unknown);
    expect(issuer.fetches.keys).toBe(2);
    for (let second = 0; second < 29; second += 1) {
      clock.pass(SECOND);
      const flood = Array.from({ length: 50 }, (_, index) => expect(find(`flood-${second}-${index}`)).rejects.toEqual(unknown));
      findSync('old');
      await Promise.all(flood);
    }
    expect(issuer.fetches.keys).toBe(2);
    clock.pass(SECOND);
    await Promise.all(Array.from({ length: 50 }, (_, index) => expect(find(`flood-${index}`)).rejects.toEqual(unknown)));
    expect(issuer.fetches.keys).toBe(3);
  });

  it('returns known keys synchronously while a fetch for an unknown key is pending', async () => {
    await find('old');
    const requested = issuer.nextKeysRequest();
    const responses: ServerResponse[] = [];
    issuer.respondKeys = (_, response) => void responses.push(response);
    const unknownKey = find('unknown');
    await requested;
    expect(findSync('old').equals(old.publicKey)).toBe(true);
    for (const response of responses) sendJson(response, { keys: issuer.keys });
    await expect(unknownKey).rejects.toEqual(unknown);
    expect(findSync('old').equals(old.publicKey)).toBe(true);
  });

  it('finds a rotated key within 36 s, even if a flood has just caused a fetch and the next one fails', async () => {
    await find('old');
    await expect(find('flood')).rejects.toEqual(unknown);
    issuer.keys = [rotated.jwk];
    clock.pass(30 * SECOND - 1);
    await expect(find('rotated')).rejects.toEqual(unknown);
    clock.pass(1);
    issuer.respondKeys = (request) => request.socket.destroy();
    await expect(find('rotated')).rejects.toEqual(unavailable);
    clock.pass(5 * SECOND); // the maximum time of that fetch; its pause begins when it ends
    issuer.respondKeys = undefined;
    clock.pass(SECOND);
    expect((await find('rotated')).equals(rotated.publicKey)).toBe(true);
    await expect(find('old')).rejects.toEqual(unknown);
  });

  it('fetches a set that is five minutes old again, in the background', async () => {
    const key = await find('old');
    clock.pass(5 * MINUTE - 1);
    findSync('old');
    expect(issuer.fetches.keys).toBe(1);
    clock.pass(1);
    const renewed = issuer.nextKeysRequest();
    expect(findSync('old')).toBe(key);
    await renewed;
    expect(issuer.fetches.keys).toBe(2);
  });

  it('waits for a new set after ten idle minutes, so that a withdrawn key is refused', async () => {
    await find('old');
    issuer.keys = [rotated.jwk];
    clock.pass(10 * MINUTE);
    await expect(find('old')).rejects.toEqual(unknown);
    expect(issuer.fetches.keys).toBe(2);
  });

  it('counts a time in which only the wall clock advanced', async () => {
    await find('old');
    issuer.keys = [rotated.jwk];
    clock.setWall(8 * HOUR);
    await expect(find('old')).rejects.toEqual(unknown);
  });

  it('starts no pause for an unknown key during a background fetch', async () => {
    await find('old');
    clock.pass(5 * MINUTE);
    findSync('old');
    await expect(find('rotated')).rejects.toEqual(unknown);
    expect(issuer.fetches.keys).toBe(2);
    issuer.keys = [rotated.jwk];
    expect((await find('rotated')).equals(rotated.publicKey)).toBe(true);
  });

  it('measures by the monotonic clock if the wall clock is set back', async () => {
    await find('old');
    await expect(find('flood')).rejects.toEqual(unknown);
    issuer.keys = [rotated.jwk];
    clock.pass(30 * SECOND);
    clock.setWall(-24 * HOUR - 30 * SECOND);
    expect((await find('rotated')).equals(rotated.publicKey)).toBe(true);
  });

  it('ignores unusable keys and returns the others', async () => {
    issuer.keys = [{ kty: 'oct', k: 'AAAA', kid: 'secret' }, { kty: 'LATTICE', kid: 'next' }, old.jwk];
    expect((await find('old')).equals(old.publicKey)).toBe(true);
    await expect(find('secret')).rejects.toEqual(unknown);
  });
});

describe('SigningKeys.ready and close', () => {
  it('is ready once it has keys, even while the issuer fails', async () => {
    await keys.ready();
    await keys.ready();
    expect(issuer.fetches.keys).toBe(1);
    issuer.respondKeys = fail;
    await expect(find('unknown')).rejects.toEqual(unavailable);
    await keys.ready();
  });

  it('aborts the pending fetch when it is closed, and fetches no more', async () => {
    const requested = issuer.nextKeysRequest();
    let closed: Promise<unknown> | undefined;
    issuer.respondKeys = (_, response) => {
      closed = once(response, 'close');
    };
    const waiting = expect(find('old')).rejects.toMatchObject({ detail: { reason: `${issuer.jwksUri} is not requested after close()` } });
    await requested;
    keys.close();
    await waiting;
    await closed;
    issuer.respondKeys = undefined;
    clock.pass(SECOND);
    await expect(find('old')).rejects.toEqual(unavailable);
    expect(issuer.fetches.keys).toBe(1);
  });

  it('returns cached keys after it is closed', async () => {
    await find('old');
    keys.close();
    expect(findSync('old').equals(old.publicKey)).toBe(true);
  });
});
