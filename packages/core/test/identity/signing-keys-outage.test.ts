import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { discoveredAddress, fixedAddress } from '../../src/identity/issuer.ts';
import { SigningKeys } from '../../src/identity/signing-keys.ts';
import { IssuerUnderTest, sendJson } from './issuer-under-test.ts';
import { fail, HOUR, keysUnderTest, MINUTE, old, rotated, SECOND, unavailable, unknown } from './keys-under-test.ts';

const { issuer, clock, keys, find, findAtOnce } = keysUnderTest();

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
    const hurried = new SigningKeys({ address: fixedAddress(new URL(issuer.jwksUri)), algorithms: ['RS256'], clock, fetchMs: 50 });
    await expect(find('old', hurried)).rejects.toMatchObject({
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
    clock.pass(999);
    await Promise.all(Array.from({ length: 50 }, () => expect(find('old')).rejects.toEqual(unavailable)));
    expect(issuer.fetches.keys).toBe(1);
    clock.pass(1);
    await Promise.all(Array.from({ length: 50 }, () => expect(find('old')).rejects.toEqual(unavailable)));
    expect(issuer.fetches.keys).toBe(2);
    clock.pass(SECOND);
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
    clock.pass(SECOND);
    issuer.answerKeys = undefined;
    await expect(find('rotated')).rejects.toEqual(unknown);
  });

  it('serves stale keys for 24 h of outage without waiting, then answers 503, then recovers', async () => {
    await find('old');
    issuer.answerKeys = fail;
    clock.pass(5 * MINUTE);
    for (let hour = 0; hour < 23; hour += 1) {
      const asked = issuer.nextKeysRequest();
      findAtOnce('old');
      await asked;
      await find('strange').catch(() => undefined); // until that fetch has failed
      clock.pass(HOUR);
    }
    clock.pass(55 * MINUTE - 1);
    expect(findAtOnce('old').equals(old.publicKey)).toBe(true);
    clock.pass(1);
    await expect(find('old')).rejects.toEqual(unavailable);
    clock.pass(SECOND);
    issuer.answerKeys = undefined;
    expect((await find('old')).equals(old.publicKey)).toBe(true);
  });

  it('asks a failing issuer at most once a second for known keys too', async () => {
    await find('old');
    issuer.answerKeys = fail;
    clock.pass(5 * MINUTE);
    findAtOnce('old');
    await expect(find('strange')).rejects.toEqual(unavailable); // when that fetch has failed
    for (let count = 0; count < 50; count += 1) findAtOnce('old');
    await expect(find('strange')).rejects.toEqual(unavailable);
    expect(issuer.fetches.keys).toBe(2);
  });

  it('serves a stale key after one wait when the outage began in a quiet time', async () => {
    await find('old');
    issuer.answerKeys = fail;
    clock.pass(HOUR);
    expect((await find('old')).equals(old.publicKey)).toBe(true);
    findAtOnce('old');
    expect(issuer.fetches.keys).toBe(2);
  });

  it('drops its keys when the issuer publishes none any more', async () => {
    await find('old');
    issuer.keys = [];
    clock.pass(10 * MINUTE);
    await expect(find('old')).rejects.toEqual(unavailable);
    await expect(keys.ready()).rejects.toMatchObject({ detail: { reason: `${issuer.jwksUri} has no key for RS256` } });
  });

  it('recovers from a server that died, at a new address of discovery', async () => {
    const address = discoveredAddress(issuer.url, clock);
    const discovered = new SigningKeys({ address, algorithms: ['RS256'], clock });
    await discovered.ready();
    expect(issuer.fetches).toEqual({ keys: 1, discovery: 1 });
    const successor = await IssuerUnderTest.start(rotated);
    issuer.answerKeys = (_, response) => void response.writeHead(410).end();
    issuer.answerDiscovery = (_, response) => sendJson(response, { issuer: issuer.url, jwks_uri: successor.jwksUri });
    await expect(find('rotated', discovered)).rejects.toEqual(unavailable);
    clock.pass(SECOND);
    expect((await find('rotated', discovered)).equals(rotated.publicKey)).toBe(true);
    await successor.close();
  });

  it('gives discovery and key set one deadline together', async () => {
    issuer.answerDiscovery = () => undefined;
    const hurried = new SigningKeys({ address: discoveredAddress(issuer.url, clock), algorithms: ['RS256'], clock, fetchMs: 50 });
    await expect(find('old', hurried)).rejects.toMatchObject({
      detail: { reason: expect.stringContaining('/.well-known/openid-configuration did not answer in time') },
    });
    expect(issuer.fetches.keys).toBe(0);
  });

  it('refuses the keys of an issuer whose discovery names another', async () => {
    issuer.answerDiscovery = (_, response) => sendJson(response, { issuer: 'https://another.example', jwks_uri: issuer.jwksUri });
    const discovered = new SigningKeys({ address: discoveredAddress(issuer.url, clock), algorithms: ['RS256'], clock });
    await expect(discovered.ready()).rejects.toMatchObject({
      code: 'keys_unavailable',
      detail: { reason: expect.stringContaining('names another issuer') },
    });
    expect(issuer.fetches.keys).toBe(0);
  });
});
