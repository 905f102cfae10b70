import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { discoveredAddress, fixedAddress } from '../../src/identity/issuer.ts';
import { SigningKeys } from '../../src/identity/signing-keys.ts';
import { IssuerUnderTest, sendJson } from './issuer-under-test.ts';
import { fail, HOUR, keysUnderTest, MINUTE, old, rotated, SECOND, unavailable, unknown } from './keys-under-test.ts';

const { issuer, clock, keys, find, findSync } = keysUnderTest();

describe('SigningKeys with a failing issuer', () => {
  it.each([
    ['responds with status 500', fail],
    ['closes the connection', (_: unknown, response: ServerResponse) => void response.destroy()],
    ['responds with HTML', (_: unknown, response: ServerResponse) => void response.end('<html>')],
    ['responds without a key set', (_: unknown, response: ServerResponse) => sendJson(response, { keys: null })],
    ['redirects', (_: unknown, response: ServerResponse) => void response.writeHead(302, { location: issuer.jwksUri }).end()],
    [
      'responds with 101 keys',
      (_: unknown, response: ServerResponse) => sendJson(response, { keys: Array.from({ length: 101 }, () => old.jwk) }),
    ],
    ['responds with 10 MiB', (_: unknown, response: ServerResponse) => void response.end(' '.repeat(10 * 1_048_576))],
  ])('throws keys_unavailable without cached keys if the issuer %s', async (_, respond) => {
    issuer.respondKeys = respond;
    await expect(find('old')).rejects.toEqual(unavailable);
    await expect(keys.ready()).rejects.toEqual(unavailable);
  });

  it.each([
    ['gets no response', () => undefined],
    [
      'gets a response too slowly',
      (_: unknown, response: ServerResponse) => {
        const timer = setInterval(() => response.write(' '), 10);
        response.once('close', () => clearInterval(timer));
      },
    ],
  ])('aborts a fetch that %s, and throws keys_unavailable', async (_, respond) => {
    issuer.respondKeys = respond;
    const withShortTimeout = new SigningKeys({ address: fixedAddress(new URL(issuer.jwksUri)), algorithms: ['RS256'], clock, fetchMs: 50 });
    await expect(find('old', withShortTimeout)).rejects.toMatchObject({
      code: 'keys_unavailable',
      detail: { reason: `${issuer.jwksUri} did not respond in time` },
    });
  });

  it('reports the address and the reason in `detail`', async () => {
    issuer.respondKeys = fail;
    await expect(find('old')).rejects.toMatchObject({ detail: { reason: `${issuer.jwksUri} responded with status 500` } });
  });

  it('sends a failing issuer at most one request a second', async () => {
    issuer.respondKeys = fail;
    await expect(find('old')).rejects.toEqual(unavailable);
    clock.pass(999);
    await Promise.all(Array.from({ length: 50 }, () => expect(find('old')).rejects.toEqual(unavailable)));
    expect(issuer.fetches.keys).toBe(1);
    clock.pass(1);
    await Promise.all(Array.from({ length: 50 }, () => expect(find('old')).rejects.toEqual(unavailable)));
    expect(issuer.fetches.keys).toBe(2);
    clock.pass(SECOND);
    issuer.respondKeys = undefined;
    expect((await find('old')).equals(old.publicKey)).toBe(true);
  });

  it('throws keys_unavailable for an unknown key id after a failed fetch, and returns known keys synchronously', async () => {
    await find('old');
    issuer.respondKeys = fail;
    await expect(find('rotated')).rejects.toEqual(unavailable);
    await expect(find('rotated')).rejects.toEqual(unavailable);
    findSync('old');
    expect(issuer.fetches.keys).toBe(2);
    clock.pass(SECOND);
    issuer.respondKeys = undefined;
    await expect(find('rotated')).rejects.toEqual(unknown);
  });

  it('returns stale keys synchronously for 24 h of outage, then throws keys_unavailable, then recovers', async () => {
    await find('old');
    issuer.respondKeys = fail;
    clock.pass(5 * MINUTE);
    for (let hour = 0; hour < 23; hour += 1) {
      const requested = issuer.nextKeysRequest();
      findSync('old');
      await requested;
      await find('unknown').catch(() => undefined); // resolves once that fetch has failed
      clock.pass(HOUR);
    }
    clock.pass(55 * MINUTE - 1);
    expect(findSync('old').equals(old.publicKey)).toBe(true);
    clock.pass(1);
    await expect(find('old')).rejects.toEqual(unavailable);
    clock.pass(SECOND);
    issuer.respondKeys = undefined;
    expect((await find('old')).equals(old.publicKey)).toBe(true);
  });

  it('sends a failing issuer at most one request a second for known keys too', async () => {
    await find('old');
    issuer.respondKeys = fail;
    clock.pass(5 * MINUTE);
    findSync('old');
    await expect(find('unknown')).rejects.toEqual(unavailable); // once that fetch has failed
    for (let count = 0; count < 50; count += 1) findSync('old');
    await expect(find('unknown')).rejects.toEqual(unavailable);
    expect(issuer.fetches.keys).toBe(2);
  });

  it('returns a stale key after one failed fetch if the outage began in an idle time', async () => {
    await find('old');
    issuer.respondKeys = fail;
    clock.pass(HOUR);
    expect((await find('old')).equals(old.publicKey)).toBe(true);
    findSync('old');
    expect(issuer.fetches.keys).toBe(2);
  });

  it('removes its keys when the issuer no longer publishes any', async () => {
    await find('old');
    issuer.keys = [];
    clock.pass(10 * MINUTE);
    await expect(find('old')).rejects.toEqual(unavailable);
    await expect(keys.ready()).rejects.toMatchObject({ detail: { reason: `${issuer.jwksUri} has no key for RS256` } });
  });

  it('reads the discovery document again after a failed fetch', async () => {
    const address = discoveredAddress(issuer.url, clock);
    const discovered = new SigningKeys({ address, algorithms: ['RS256'], clock });
    await discovered.ready();
    expect(issuer.fetches).toEqual({ keys: 1, discovery: 1 });
    const successor = await IssuerUnderTest.start(rotated);
    issuer.respondKeys = (_, response) => void response.writeHead(410).end();
    issuer.respondDiscovery = (_, response) => sendJson(response, { issuer: issuer.url, jwks_uri: successor.jwksUri });
    await expect(find('rotated', discovered)).rejects.toEqual(unavailable);
    clock.pass(SECOND);
    expect((await find('rotated', discovered)).equals(rotated.publicKey)).toBe(true);
    await successor.close();
  });

  it('has one deadline for discovery document and key set together', async () => {
    issuer.respondDiscovery = () => undefined;
    const withShortTimeout = new SigningKeys({ address: discoveredAddress(issuer.url, clock), algorithms: ['RS256'], clock, fetchMs: 50 });
    await expect(find('old', withShortTimeout)).rejects.toMatchObject({
      detail: { reason: expect.stringContaining('/.well-known/openid-configuration did not respond in time') },
    });
    expect(issuer.fetches.keys).toBe(0);
  });

  it('refuses the keys if the discovery document names another issuer', async () => {
    issuer.respondDiscovery = (_, response) => sendJson(response, { issuer: 'https://another.example', jwks_uri: issuer.jwksUri });
    const discovered = new SigningKeys({ address: discoveredAddress(issuer.url, clock), algorithms: ['RS256'], clock });
    await expect(discovered.ready()).rejects.toMatchObject({
      code: 'keys_unavailable',
      detail: { reason: expect.stringContaining('names another `issuer`') },
    });
    expect(issuer.fetches.keys).toBe(0);
  });
});
