import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { discoveredAddress, fixedAddress } from '../../src/identity/issuer.ts';
import { SigningKeys } from '../../src/identity/signing-keys.ts';
import { IssuerUnderTest, sendJson, signingPair } from './issuer-under-test.ts';

const old = signingPair('old');
const rotated = signingPair('rotated');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let issuer: IssuerUnderTest;
let keys: SigningKeys;
let wall: number;
let monotonic: number;
const clock: Clock = { now: () => ({ wall, monotonic }) };

function pass(milliseconds: number): void {
  wall += milliseconds;
  monotonic += milliseconds;
}

beforeEach(async () => {
  wall = 1_800_000_000_000;
  monotonic = 5;
  issuer = await IssuerUnderTest.start(old);
  keys = new SigningKeys({ address: fixedAddress(new URL(issuer.jwksUri)), algorithms: ['RS256'], clock });
});

afterEach(async () => {
  keys.close();
  await issuer.close();
});

async function find(keyId: string | undefined): Promise<KeyObject> {
  return keys.find(keyId, 'RS256');
}

/** Answers at once or not at all: what a known key must do whatever else goes on. */
function findAtOnce(keyId: string): KeyObject {
  const key = keys.find(keyId, 'RS256');
  if (key instanceof Promise) throw new Error('the key had to be waited for');
  return key;
}

const unknown = expect.objectContaining({ code: 'token_invalid', status: 401 });
const unavailable = expect.objectContaining({ code: 'keys_unavailable', status: 503, headers: { 'Retry-After': '1' } });
const fail = (_: unknown, response: ServerResponse): void => void response.writeHead(500).end();

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
      pass(SECOND);
      const flood = Array.from({ length: 50 }, (_, index) => expect(find(`flood-${second}-${index}`)).rejects.toEqual(unknown));
      findAtOnce('old');
      await Promise.all(flood);
    }
    expect(issuer.fetches.keys).toBe(2);
    pass(SECOND);
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
    pass(30 * SECOND - 1);
    await expect(find('rotated')).rejects.toEqual(unknown);
    pass(1);
    issuer.answerKeys = (request) => request.socket.destroy();
    await expect(find('rotated')).rejects.toEqual(unavailable);
    pass(5 * SECOND); // what that fetch may take at most; its pause begins when it ends
    issuer.answerKeys = undefined;
    pass(SECOND);
    expect((await find('rotated')).equals(rotated.publicKey)).toBe(true);
    await expect(find('old')).rejects.toEqual(unknown);
  });

  it('renews the set behind a request once it is five minutes old', async () => {
    const key = await find('old');
    pass(5 * MINUTE - 1);
    findAtOnce('old');
    expect(issuer.fetches.keys).toBe(1);
    pass(1);
    const renewed = issuer.nextKeysRequest();
    expect(findAtOnce('old')).toBe(key);
    await renewed;
    expect(issuer.fetches.keys).toBe(2);
  });

  it('waits for a new set after ten quiet minutes: a key that was withdrawn is refused', async () => {
    await find('old');
    issuer.keys = [rotated.jwk];
    pass(10 * MINUTE);
    await expect(find('old')).rejects.toEqual(unknown);
    expect(issuer.fetches.keys).toBe(2);
  });

  it('counts a night in which only the wall clock went on', async () => {
    await find('old');
    issuer.keys = [rotated.jwk];
    wall += 8 * HOUR;
    await expect(find('old')).rejects.toEqual(unknown);
  });

  it('starts no pause for an unknown key that came while the set was being renewed', async () => {
    await find('old');
    pass(5 * MINUTE);
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
    wall -= 24 * HOUR;
    monotonic += 30 * SECOND;
    expect((await find('rotated')).equals(rotated.publicKey)).toBe(true);
  });

  it('passes over what is no key of ours and serves the rest', async () => {
    issuer.keys = [{ kty: 'oct', k: 'AAAA', kid: 'secret' }, { kty: 'LATTICE', kid: 'next' }, old.jwk];
    expect((await find('old')).equals(old.publicKey)).toBe(true);
    await expect(find('secret')).rejects.toEqual(unknown);
  });
});

describe('SigningKeys, with an issuer in trouble', () => {
  it.each([
    ['refuses', fail],
    ['breaks the connection', (_: unknown, response: ServerResponse) => void response.destroy()],
    ['answers something else', (_: unknown, response: ServerResponse) => void response.end('<html>')],
    ['answers no set', (_: unknown, response: ServerResponse) => sendJson(response, { keys: null })],
    ['redirects', (_: unknown, response: ServerResponse) => void response.writeHead(302, { location: issuer.jwksUri }).end()],
    [
      'answers 101 keys',
      (_: unknown, response: ServerResponse) => sendJson(response, { keys: Array.from({ length: 101 }, () => old.jwk) }),
    ],
    ['answers 10 MiB', (_: unknown, response: ServerResponse) => void response.end(' '.repeat(10 * 1_048_576))],
  ])('answers 503 while there is no key and the issuer %s', async (_, answer) => {
    issuer.answerKeys = answer;
    await expect(find('old')).rejects.toEqual(unavailable);
    await expect(keys.ready()).rejects.toEqual(unavailable);
  });

  it.each([
    ['hangs', () => undefined],
    [
      'drips',
      (_: unknown, response: ServerResponse) => {
        const timer = setInterval(() => response.write(' '), 10);
        response.once('close', () => clearInterval(timer));
      },
    ],
  ])('ends a fetch that %s, and answers 503', async (_, answer) => {
    issuer.answerKeys = answer;
    keys = new SigningKeys({ address: fixedAddress(new URL(issuer.jwksUri)), algorithms: ['RS256'], clock, fetchMs: 50 });
    await expect(find('old')).rejects.toMatchObject({
      code: 'keys_unavailable',
      detail: { reason: `${issuer.jwksUri} did not answer in time` },
    });
  });

  it('says in its detail what went wrong, and where', async () => {
    issuer.answerKeys = fail;
    await expect(find('old')).rejects.toMatchObject({ detail: { reason: `${issuer.jwksUri} answered 500` } });
  });

  it('asks a failing issuer at most once a second', async () => {
    issuer.answerKeys = fail;
    await expect(find('old')).rejects.toEqual(unavailable);
    pass(999);
    await Promise.all(Array.from({ length: 50 }, () => expect(find('old')).rejects.toEqual(unavailable)));
    expect(issuer.fetches.keys).toBe(1);
    pass(1);
    await Promise.all(Array.from({ length: 50 }, () => expect(find('old')).rejects.toEqual(unavailable)));
    expect(issuer.fetches.keys).toBe(2);
    pass(SECOND);
    issuer.answerKeys = undefined;
    expect((await find('old')).equals(old.publicKey)).toBe(true);
  });

  it('answers an unknown key id with 503, not 401, while the latest fetch failed, and known ones at once', async () => {
    await find('old');
    issuer.answerKeys = fail;
    await expect(find('rotated')).rejects.toEqual(unavailable);
    await expect(find('rotated')).rejects.toEqual(unavailable);
    findAtOnce('old');
    expect(issuer.fetches.keys).toBe(2);
    pass(SECOND);
    issuer.answerKeys = undefined;
    await expect(find('rotated')).rejects.toEqual(unknown);
  });

  it('serves stale keys for 24 h of outage without waiting, then answers 503, then recovers', async () => {
    await find('old');
    issuer.answerKeys = fail;
    pass(5 * MINUTE);
    for (let hour = 0; hour < 23; hour += 1) {
      const asked = issuer.nextKeysRequest();
      findAtOnce('old');
      await asked;
      await find('strange').catch(() => undefined); // until that fetch has failed
      pass(HOUR);
    }
    pass(55 * MINUTE - 1);
    expect(findAtOnce('old').equals(old.publicKey)).toBe(true);
    pass(1);
    await expect(find('old')).rejects.toEqual(unavailable);
    pass(SECOND);
    issuer.answerKeys = undefined;
    expect((await find('old')).equals(old.publicKey)).toBe(true);
  });

  it('asks a failing issuer at most once a second for known keys too', async () => {
    await find('old');
    issuer.answerKeys = fail;
    pass(5 * MINUTE);
    findAtOnce('old');
    await expect(find('strange')).rejects.toEqual(unavailable); // when that fetch has failed
    for (let count = 0; count < 50; count += 1) findAtOnce('old');
    await expect(find('strange')).rejects.toEqual(unavailable);
    expect(issuer.fetches.keys).toBe(2);
  });

  it('serves a stale key after one wait when the outage began in a quiet time', async () => {
    await find('old');
    issuer.answerKeys = fail;
    pass(HOUR);
    expect((await find('old')).equals(old.publicKey)).toBe(true);
    findAtOnce('old');
    expect(issuer.fetches.keys).toBe(2);
  });

  it('drops its keys when the issuer publishes none any more', async () => {
    await find('old');
    issuer.keys = [];
    pass(10 * MINUTE);
    await expect(find('old')).rejects.toEqual(unavailable);
    await expect(keys.ready()).rejects.toMatchObject({ detail: { reason: `${issuer.jwksUri} has no key for RS256` } });
  });

  it('recovers from a server that died, at a new address of discovery', async () => {
    const address = discoveredAddress(issuer.url, clock);
    keys = new SigningKeys({ address, algorithms: ['RS256'], clock });
    await keys.ready();
    expect(issuer.fetches).toEqual({ keys: 1, discovery: 1 });
    const successor = await IssuerUnderTest.start(rotated);
    issuer.answerKeys = (_, response) => void response.writeHead(410).end();
    issuer.answerDiscovery = (_, response) => sendJson(response, { issuer: issuer.url, jwks_uri: successor.jwksUri });
    await expect(find('rotated')).rejects.toEqual(unavailable);
    pass(SECOND);
    expect((await find('rotated')).equals(rotated.publicKey)).toBe(true);
    await successor.close();
  });

  it('gives discovery and key set one deadline together', async () => {
    issuer.answerDiscovery = () => undefined;
    keys = new SigningKeys({ address: discoveredAddress(issuer.url, clock), algorithms: ['RS256'], clock, fetchMs: 50 });
    await expect(find('old')).rejects.toMatchObject({
      detail: { reason: expect.stringContaining('/.well-known/openid-configuration did not answer in time') },
    });
    expect(issuer.fetches.keys).toBe(0);
  });

  it('refuses the keys of an issuer whose discovery names another', async () => {
    issuer.answerDiscovery = (_, response) => sendJson(response, { issuer: 'https://another.example', jwks_uri: issuer.jwksUri });
    keys = new SigningKeys({ address: discoveredAddress(issuer.url, clock), algorithms: ['RS256'], clock });
    await expect(keys.ready()).rejects.toMatchObject({
      code: 'keys_unavailable',
      detail: { reason: expect.stringContaining('names another issuer') },
    });
    expect(issuer.fetches.keys).toBe(0);
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
    pass(SECOND);
    await expect(find('old')).rejects.toEqual(unavailable);
    expect(issuer.fetches.keys).toBe(1);
  });

  it('still judges with the keys it has when it is closed', async () => {
    await find('old');
    keys.close();
    expect(findAtOnce('old').equals(old.publicKey)).toBe(true);
  });
});
