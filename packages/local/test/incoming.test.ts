import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseQuery, readBody } from '../src/incoming.ts';

describe('readBody', () => {
  it('reads a body of the maximum length, and refuses a longer one after it has read all of it', async () => {
    let read = 0;
    async function* body(...lengths: number[]): AsyncGenerator<Buffer> {
      for (const length of lengths) {
        read += 1;
        yield Buffer.alloc(length);
      }
    }
    expect(await readBody(Readable.from(body(4, 6)), 10)).toHaveLength(10);
    read = 0;
    await expect(readBody(Readable.from(body(4, 6, 1, 5)), 10)).rejects.toMatchObject({ code: 'EntityTooLarge' });
    // A client that is still sending would not read an earlier response.
    expect(read).toBe(4);
  });
});

describe('parseQuery', () => {
  it('keeps order, empty values and bytes, and encodes them as SigV4 does', () => {
    expect(parseQuery('b=2&a&c=%e2%82%ac&%7E=%2f').map(({ canonical: { name, value } }) => `${name}=${value}`)).toEqual([
      'b=2',
      'a=',
      'c=%E2%82%AC',
      '~=%2F',
    ]);
    expect(parseQuery('')).toEqual([]);
  });

  it.each([
    ...['&', 'a&', '&a', 'a=1&&b=2', 'a+b', 'a=b+c', '%', '%a', 'a=%g0'].map((query) => [query, 'InvalidURI']),
    ...['a=1&a=2', 'a&A', 'a=1&%61=2', '=', '=1'].map((query) => [query, 'InvalidArgument']),
  ])('refuses %j with %s', (query, code) => {
    expect(() => parseQuery(query ?? '')).toThrow(expect.objectContaining({ code, status: 400 }));
  });
});
