import { describe, expect, it } from 'vitest';
import { parseQuery, readBody } from '../src/incoming.ts';

describe('readBody', () => {
  it('reads a body of the greatest length, and refuses one byte more when it has read all of it', async () => {
    let given = 0;
    async function* body(...lengths: number[]): AsyncGenerator<Buffer> {
      for (const length of lengths) {
        given += 1;
        yield Buffer.alloc(length);
      }
    }
    expect(await readBody(body(4, 6), 10)).toHaveLength(10);
    given = 0;
    await expect(readBody(body(4, 6, 1, 5), 10)).rejects.toMatchObject({ code: 'EntityTooLarge' });
    // Who hangs up on a client that is still sending is not heard.
    expect(given).toBe(4);
  });
});

describe('parseQuery', () => {
  it('keeps order, empty values and bytes, and writes them as SigV4 does', () => {
    expect(parseQuery('b=2&a&c=%e2%82%ac&%7E=%2f').map(({ canonical: { name, value } }) => `${name}=${value}`)).toEqual([
      'b=2',
      'a=',
      'c=%E2%82%AC',
      '~=%2F',
    ]);
    expect(parseQuery('')).toEqual([]);
  });

  it.each(['&', 'a&', '&a', 'a=1&&b=2', 'a=1&a=2', 'a&A', 'a=1&%61=2', '=', '=1', 'a+b', 'a=b+c', '%', '%a', 'a=%g0'])(
    'refuses %j',
    (query) => {
      expect(() => parseQuery(query)).toThrow();
    },
  );
});
