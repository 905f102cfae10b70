import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { freshFixture } from '../../../../test/support/fixture.ts';
import { AlbKeys } from '../../src/identity/alb-keys.ts';
import { SettableClock } from '../settable-clock.ts';
import { AlbUnderTest, keyId, pemOf } from './alb-under-test.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const clock = new SettableClock();
beforeEach(() => clock.restart());
const alb = freshFixture(
  () => AlbUnderTest.start(),
  (started) => started.close(),
);
const keys = freshFixture(
  () => new AlbKeys({ url: alb.keysUrl, clock }),
  (made) => made.close(),
);
const find = async (id = keyId, of = keys): Promise<KeyObject> => of.find(id);
const fail = (): void => {
  alb.respond = (_request, response) => void response.writeHead(500).end();
};
const missing = expect.objectContaining({ code: 'token_invalid', status: 401 });
const unavailable = expect.objectContaining({ code: 'keys_unavailable', status: 503 });

describe('a known key', () => {
  it('is returned immediately, after one fetch for concurrent requests', async () => {
    await Promise.all(Array.from({ length: 50 }, () => find()));

    expect(keys.find(keyId)).not.toBeInstanceOf(Promise);
    expect(alb.fetches).toEqual([`/keys/${keyId}`]);
  });

  it('is fetched again after an hour, once for concurrent requests', async () => {
    await find();
    clock.pass(HOUR - 1);
    expect(keys.find(keyId)).not.toBeInstanceOf(Promise);
    clock.pass(1);
    await Promise.all(Array.from({ length: 50 }, () => find()));

    expect(alb.fetches).toHaveLength(2);
    expect(keys.find(keyId)).not.toBeInstanceOf(Promise);
  });

  it('is refused after its server has withdrawn it', async () => {
    await find();
    alb.keys.clear();
    clock.pass(HOUR);

    await expect(find()).rejects.toThrow(missing);
    await expect(find()).rejects.toThrow(missing);
    expect(alb.fetches).toHaveLength(2);
  });

  it('is replaced by the key that its server now has', async () => {
    const old = await find();
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    alb.keys.set(keyId, pemOf(publicKey));
    clock.pass(HOUR);
    const found = await find();

    expect(found.equals(publicKey)).toBe(true);
    expect(found.equals(old)).toBe(false);
  });

  it('is used for a day while its server fails, and no request waits after the first', async () => {
    const key = await find();
    fail();
    clock.pass(HOUR);
    expect(await find()).toBe(key);
    for (let hour = 2; hour < 24; hour += 1) {
      clock.pass(HOUR);
      expect(keys.find(keyId)).toBe(key);
      await expect.poll(() => alb.fetches.length).toBe(hour + 1);
      await expect.poll(() => pauses(key)).toBe(true);
    }
    clock.pass(HOUR);
    await expect(find()).rejects.toThrow(unavailable);
    alb.respond = undefined;
    clock.pass(3 * SECOND);
    expect((await find()).equals(key)).toBe(true);
  });

  it('is not refused while unknown ids use every fetch, also when it is fetched again', async () => {
    await find();
    clock.pass(HOUR);
    await Promise.allSettled(Array.from({ length: 100 }, () => find(randomUUID())));
    await find();

    expect(alb.fetches).toHaveLength(12);
  });
});

describe('unknown key ids', () => {
  it('cause ten fetches in 30 seconds together', async () => {
    const results = await Promise.allSettled(Array.from({ length: 500 }, () => find(randomUUID())));

    expect(alb.fetches).toHaveLength(10);
    expect(results.filter(({ status }) => status === 'fulfilled')).toEqual([]);
    await expect(find(randomUUID())).rejects.toMatchObject({ code: 'keys_unavailable', headers: { 'Retry-After': '30' } });
    clock.pass(29 * SECOND);
    await expect(find(randomUUID())).rejects.toMatchObject({ code: 'keys_unavailable', headers: { 'Retry-After': '1' } });
    clock.pass(SECOND);
    await Promise.allSettled(Array.from({ length: 500 }, () => find(randomUUID())));
    expect(alb.fetches).toHaveLength(20);
  });

  it('are remembered for 30 seconds if no key has them', async () => {
    const id = randomUUID();
    await expect(find(id)).rejects.toThrow(missing);
    clock.pass(30 * SECOND - 1);
    await expect(find(id)).rejects.toThrow(missing);
    expect(alb.fetches).toHaveLength(1);
    clock.pass(1);
    alb.keys.set(id, alb.keys.get(keyId) ?? '');
    await find(id);
    expect(alb.fetches).toHaveLength(2);
  });

  it('are requested again 3 seconds after a failure', async () => {
    fail();
    await expect(find()).rejects.toThrow(unavailable);
    clock.pass(3 * SECOND - 1);
    await expect(find()).rejects.toThrow(unavailable);
    expect(alb.fetches).toHaveLength(1);
    alb.respond = undefined;
    clock.pass(1);
    await find();
    expect(alb.fetches).toHaveLength(2);
  });

  it('are unavailable if the server does not respond in time', async () => {
    alb.respond = () => undefined;
    const hasty = new AlbKeys({ url: alb.keysUrl, clock, fetchMs: 50 });

    await expect(find(keyId, hasty)).rejects.toMatchObject({
      code: 'keys_unavailable',
      detail: { reason: `${alb.keysUrl}/${keyId} did not respond in time` },
    });
  });

  it.each([301, 302, 307, 403, 429, 500, 503])('are unavailable if the server responds with %i', async (status) => {
    alb.respond = (_request, response) => void response.writeHead(status, { location: '/keys/other' }).end(alb.keys.get(keyId));

    await expect(find()).rejects.toThrow(unavailable);
    expect(alb.fetches).toHaveLength(1);
  });
});

/** Whether the failed fetch is recorded: the key is returned, and nothing is fetched. */
function pauses(key: KeyObject): boolean {
  const before = alb.fetches.length;
  return keys.find(keyId) === key && alb.fetches.length === before;
}
