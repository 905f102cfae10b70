import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { sendJson } from './issuer-under-test.ts';
import { fail, HOUR, keysUnderTest, MINUTE, old, rotated, SECOND, unavailable, unknown } from './keys-under-test.ts';

const { issuer, clock, keys, find, findAtOnce } = keysUnderTest();

describe('SigningKeys, with an issuer that answers', () => {
  it('fetches nothing until a key is asked for', () => {
    expect(issuer.fetches).toEqual({ keys: 0, discovery: 0 });
  });

  it('makes one fetch for a thousand who ask at once, for the whole set', async () => {
    issuer.keys = [old.jwk, rotated.jwk];
    const found = await Promise.all(Array.from({ length: 1_000 }, (_, index) => find(index % 2 === 0 ? 'old' : 'rotated')));
    expect(issuer.fetches.keys).toBe(1);
    expect(found[0]?.equals(old.publicKey)).toBe(true);
    expect(found[1]?.equals(rotated.publicKey)).toBe(true);
  });

  it('answers known keys at once, with the same object', async () => {
    const key = await find('old');
    expect(findAtOnce('old')).toBe(key);
    expect(await find(undefined)).toBe(key);
    expect(issuer.fetches.keys).toBe(1);
  });

  it('refuses an unknown key id with 401 after one look', async () => {
    await expect(find('strange')).rejects.toEqual(unknown);
    expect(issuer.fetches.keys).toBe(1);
  });

  it('refuses a known key that does not fit without a fetch', async () => {
    await find('old');
    expect(() => keys.find('old', 'RS512')).toThrow(unknown);
    expect(issuer.fetches.keys).toBe(1);
  });

  it('looks for an unknown key right after the first fetch, which starts no pause', async () => {
    await find('old');
    issuer.keys = [old.jwk, rotated.jwk];
    expect((await find('rotated')).equals(rotated.publicKey)).toBe(true);
    expect(issuer.fetches.keys).toBe(2);
  });

  it('makes one fetch in 30 s for all the unknown keys of a flood, while known ones answer at once', async () => {
    await find('old');
    await expect(find('flood')).rejects.toEqual(unknown);
    expect(issuer.fetches.keys).toBe(2);
    for (let second = 0; second < 29; second += 1) {
      clock.pass(SECOND);
      const flood = Array.from({ length: 50 }, (_, index) => expect(find(`flood-${second}-${index}`)).rejects.toEqual(unknown));
      findAtOnce('old');
      await Promise.all(flood);
    }
    expect(issuer.fetches.keys).toBe(2);
    clock.pass(SECOND);
    await Promise.all(Array.from({ length: 50 }, (_, index) => expect(find(`flood-${index}`)).rejects.toEqual(unknown)));
    expect(issuer.fetches.keys).toBe(3);
  });

  it('answers known keys at once while the fetch for an unknown one hangs', async () => {
    await find('old');
    const asked = issuer.nextKeysRequest();
    const held: ServerResponse[] = [];
    issuer.answerKeys = (_, response) => void held.push(response);
    const strange = find('strange');
    await asked;
    expect(findAtOnce('old').equals(old.publicKey)).toBe(true);
    for (const response of held) sendJson(response, { keys: issuer.keys });
    await expect(strange).rejects.toEqual(unknown);
    expect(findAtOnce('old').equals(old.publicKey)).toBe(true);
  });

  it('takes a rotation up within 36 s, though a flood has just used the fetch and the next one fails', async () => {
    await find('old');
    await expect(find('flood')).rejects.toEqual(unknown);
    issuer.keys = [rotated.jwk];
    clock.pass(30 * SECOND - 1);
    await expect(find('rotated')).rejects.toEqual(unknown);
    clock.pass(1);
    issuer.answerKeys = (request) => request.socket.destroy();
    await expect(find('rotated')).rejects.toEqual(unavailable);
    clock.pass(5 * SECOND); // what that fetch may take at most; its pause begins when it ends
    issuer.answerKeys = undefined;
    clock.pass(SECOND);
    expect((await find('rotated')).equals(rotated.publicKey)).toBe(true);
    await expect(find('old')).rejects.toEqual(unknown);
  });

  it('renews the set behind a request once it is five minutes old', async () => {
    const key = await find('old');
    clock.pass(5 * MINUTE - 1);
    findAtOnce('old');
    expect(issuer.fetches.keys).toBe(1);
    clock.pass(1);
    const renewed = issuer.nextKeysRequest();
    expect(findAtOnce('old')).toBe(key);
    await renewed;
    expect(issuer.fetches.keys).toBe(2);
  });

  it('waits for a new set after ten quiet minutes: a key that was withdrawn is refused', async () => {
    await find('old');
    issuer.keys = [rotated.jwk];
    clock.pass(10 * MINUTE);
    await expect(find('old')).rejects.toEqual(unknown);
    expect(issuer.fetches.keys).toBe(2);
  });

  it('counts a night in which only the wall clock went on', async () => {
    await find('old');
    issuer.keys = [rotated.jwk];
    clock.setWall(8 * HOUR);
    await expect(find('old')).rejects.toEqual(unknown);
  });

  it('starts no pause for an unknown key that came while the set was being renewed', async () => {
    await find('old');
    clock.pass(5 * MINUTE);
    findAtOnce('old');
    await expect(find('rotated')).rejects.toEqual(unknown);
    expect(issuer.fetches.keys).toBe(2);
    issuer.keys = [rotated.jwk];
    expect((await find('rotated')).equals(rotated.publicKey)).toBe(true);
  });

  it('is not fooled by a wall clock that is set back', async () => {
    await find('old');
    await expect(find('flood')).rejects.toEqual(unknown);
    issuer.keys = [rotated.jwk];
    clock.pass(30 * SECOND);
    clock.setWall(-24 * HOUR - 30 * SECOND);
    expect((await find('rotated')).equals(rotated.publicKey)).toBe(true);
  });

  it('passes over what is no key of ours and serves the rest', async () => {
    issuer.keys = [{ kty: 'oct', k: 'AAAA', kid: 'secret' }, { kty: 'LATTICE', kid: 'next' }, old.jwk];
    expect((await find('old')).equals(old.publicKey)).toBe(true);
    await expect(find('secret')).rejects.toEqual(unknown);
  });
});

describe('SigningKeys, at start and end', () => {
  it('is ready once it has keys, also in an outage that stale keys bridge', async () => {
    await keys.ready();
    await keys.ready();
    expect(issuer.fetches.keys).toBe(1);
    issuer.answerKeys = fail;
    await expect(find('strange')).rejects.toEqual(unavailable);
    await keys.ready();
  });

  it('ends the fetch under way when it is closed, and fetches no more', async () => {
    const asked = issuer.nextKeysRequest();
    let closed: Promise<unknown> | undefined;
    issuer.answerKeys = (_, response) => {
      closed = once(response, 'close');
    };
    const waiting = expect(find('old')).rejects.toMatchObject({ detail: { reason: `${issuer.jwksUri} is not asked any more` } });
    await asked;
    keys.close();
    await waiting;
    await closed;
    issuer.answerKeys = undefined;
    clock.pass(SECOND);
    await expect(find('old')).rejects.toEqual(unavailable);
    expect(issuer.fetches.keys).toBe(1);
  });

  it('still judges with the keys it has when it is closed', async () => {
    await find('old');
    keys.close();
    expect(findAtOnce('old').equals(old.publicKey)).toBe(true);
  });
});
